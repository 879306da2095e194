"""The query cache is on.

Every statement passes one lock of the cache, and every write to a table throws away all results that read it. On several
processors that costs more than the hits save; MySQL 8 has removed it, MariaDB keeps it off by default.

Ignore it on a server that almost only reads, the same statements over and over, with few connections.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._variables import show_variable, status_number, variable, variable_number, variable_subject
from dbarchitect.checks._weigh import in_bytes
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.mysql_changes import set_variable

CODES = ("CMY-08",)
ENGINES = (Engine.MARIADB,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when it is on and has room."""
    size = variable_number(snapshot, "query_cache_size") or 0
    if variable(snapshot, "query_cache_type") != "ON" or not size:
        return
    hits, selects = status_number(snapshot, "Qcache_hits"), status_number(snapshot, "Com_select")
    share = f"; {hits:,} of {hits + selects:,} reads were answered from it" if hits + selects else ""
    yield Finding(
        subject=variable_subject("query_cache_type"),
        title="the query cache is on",
        claim=f"query_cache_type is ON with {in_bytes(size)}{share}: all statements pass its one lock.",
        evidence=(Evidence(EvidenceKind.OBSERVED, "query_cache_type = ON", show_variable("query_cache%")),),
        change=replace(
            set_variable(snapshot.engine, "query_cache_type", "OFF", "ON"),
            hazards=("a server that was started with it OFF cannot switch it on again before a restart",),
        ),
        severity=Severity.NOTICE if hits > selects else Severity.WARNING,
        confidence=Confidence.POSSIBLE if hits > selects else Confidence.LIKELY,
        weight=0.5,
        benefit="statements no longer wait for the cache's lock",
    )


EXAMPLES = (
    Example(
        Engine.MARIADB,
        bad="SET GLOBAL query_cache_size = 1048576; SET GLOBAL query_cache_type = ON;",
        good="SET GLOBAL query_cache_type = OFF;",
        yields=("setting query_cache_type",),
    ),
)
