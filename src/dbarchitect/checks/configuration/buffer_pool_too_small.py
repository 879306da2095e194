"""InnoDB's buffer pool is small for the data.

Pages that are not in the pool are read from disk. The default of 128 MB is made to start anywhere; on a machine of its own a
database server is given half to three quarters of the memory, and never needs more than its data.

Ignore it when the machine has no memory to spare, or when the part of the data that is in use fits. Small databases are left
out.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._variables import show_variable, status_number, variable_number, variable_subject
from dbarchitect.checks._weigh import in_bytes
from dbarchitect.model.change import Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import MYSQL_FAMILY, Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.mysql_changes import set_variable

CODES = ("CMY-01",)
ENGINES = MYSQL_FAMILY
NEEDS_LIVE = True
_NAME = "innodb_buffer_pool_size"
_SMALL_SHARE, _MOST_GROWTH, _MISSES = 0.25, 8, 0.01


def _proposed(snapshot: Snapshot, size: int, data: int) -> int:
    """Room for the data, at most eight times of now, in whole chunks, to which the server rounds.

    MariaDB 10.11.12 and later have no chunks (size 0) and round to megabytes.
    """
    chunk = variable_number(snapshot, "innodb_buffer_pool_chunk_size") or 1_048_576
    unit = chunk * (variable_number(snapshot, "innodb_buffer_pool_instances") or 1)
    return -(-min(data, size * _MOST_GROWTH) // unit) * unit


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when the pool holds less than a quarter of this database, and reads miss it or nothing was counted yet."""
    size, data = variable_number(snapshot, _NAME), snapshot.catalog.size_bytes or 0
    if size is None or data < limits.development_bytes or size >= _SMALL_SHARE * data:
        return
    asked, missed = status_number(snapshot, "Innodb_buffer_pool_read_requests"), status_number(snapshot, "Innodb_buffer_pool_reads")
    share = missed / asked if asked else 0.0
    busy = share >= _MISSES
    counted = f"; {missed:,} of {asked:,} page reads since the server's start went to disk ({share:.1%})" if asked else ""
    wanted = _proposed(snapshot, size, data)
    yield Finding(
        subject=variable_subject(_NAME),
        title=f"{_NAME} is {in_bytes(size)}",
        claim=f"{_NAME} is {in_bytes(size)} for a database of {in_bytes(data)}{counted}.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"{_NAME} = {size}", show_variable("innodb_buffer_pool%")),),
        change=replace(
            set_variable(snapshot.engine, _NAME, str(wanted), str(size), risk=Risk.MEDIUM),
            duration="the pool grows in the background within seconds; statements wait for moments",
            hazards=("the server is ended by the system when the machine has no such memory",),
            assumptions=(
                f"the machine has {in_bytes(wanted)} for it, beside connections and other programs",
                *set_variable(snapshot.engine, _NAME, str(wanted), str(size)).assumptions,
            ),
        ),
        severity=Severity.WARNING,
        confidence=Confidence.LIKELY if busy else Confidence.POSSIBLE,
        weight=0.8,
        benefit="fewer reads from disk",
    )


EXAMPLES = (
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE t (id int PRIMARY KEY, filler char(250) CHARACTER SET latin1 NOT NULL);
INSERT INTO t SELECT seq, repeat('x', 250) FROM seq_1_to_120000;
ANALYZE TABLE t;
SET GLOBAL innodb_buffer_pool_size = 8388608;
""",
        good="""
CREATE TABLE t (id int PRIMARY KEY, filler char(250) CHARACTER SET latin1 NOT NULL);
INSERT INTO t SELECT seq, repeat('x', 250) FROM seq_1_to_20000;
ANALYZE TABLE t;
""",
        yields=("setting innodb_buffer_pool_size",),
        limits=Limits(development_bytes=1_000_000),
    ),
)
