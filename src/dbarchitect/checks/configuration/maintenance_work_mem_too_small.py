"""Building indexes and vacuuming large tables have little memory.

With little `maintenance_work_mem` an index build sorts through files, and before version 17 a vacuum reads all indexes of a table several
times. The default of 64 MB suits small tables.

Ignore it when maintenance runs at night and nobody waits. Databases without large tables are left out.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._settings import known, megabytes, memory, number, setting_bytes, setting_subject, show
from dbarchitect.checks._weigh import in_bytes
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import change_setting

CODES = ("CPG-04", "OPS-07")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_DEFAULT_BYTES = 64 * 1024**2
_MOST_BYTES = 1024**3
_SHARE = 1 / 16


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when it is at most the default, the machine has far more and a table is large."""
    setting, total = known(snapshot.postgres, "maintenance_work_mem"), memory(snapshot)
    size, workers = setting_bytes(setting), number(known(snapshot.postgres, "autovacuum_max_workers")) or 3
    largest = max(snapshot.catalog.tables, key=lambda t: t.size.total_bytes if t.size else 0, default=None)
    if setting is None or size is None or total is None or largest is None or largest.size is None or size > _DEFAULT_BYTES:
        return
    wanted = min(_MOST_BYTES, _SHARE * total, total / 8 / workers)
    if largest.size.total_bytes < 10 * limits.large_table_bytes or wanted < 2 * size:
        return
    yield Finding(
        subject=setting_subject(setting.name),
        title=f"maintenance_work_mem is {in_bytes(size)}",
        claim=f"maintenance_work_mem is {in_bytes(size)} on a machine with {in_bytes(total)}; the largest table is {largest.name} with {in_bytes(largest.size.total_bytes)}.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_settings: {setting.value} {setting.unit}", show(setting.name)),),
        change=replace(
            change_setting(setting, megabytes(wanted)),
            hazards=(f"each of {workers:.0f} autovacuum workers may take that much, unless autovacuum_work_mem says otherwise",),
        ),
        severity=Severity.NOTICE,
        confidence=Confidence.LIKELY,
        weight=0.5,
        benefit="index builds sort in memory, vacuum reads the indexes once",
    )


_TABLE = "CREATE TABLE t (id int, note text); INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(1, 5000) i; ANALYZE;"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="ALTER SYSTEM SET maintenance_work_mem = '16MB';" + _TABLE,
        good="ALTER SYSTEM SET maintenance_work_mem = '128MB';" + _TABLE,
        yields=("setting maintenance_work_mem",),
        limits=Limits(large_table_bytes=10_000),
    ),
)
