"""Large table that is mostly read from end to end although it has indexes.

Most of its scans in the counting window were sequential and read most of its rows each time: the statements filter by something
that no index leads with, or in a form that no index can serve.

Ignore it when whole-table reads are the purpose: reports, exports, nightly aggregation. The counters tell how often, not why;
statements tell.
"""

from collections.abc import Iterator

from dbarchitect.checks._scans import advised_statements, rows_per_scan
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks._window import counted_days, mature, window
from dbarchitect.model.catalog import Table, TableKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot

CODES = ("IDX-06",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_PER_DAY = 24
_AT_LEAST = 100


def _mostly_sequential(snapshot: Snapshot, table: Table, limits: Limits) -> bool:
    usage, rows = table.usage, table.rows or 0
    if usage is None or table.kind is not TableKind.TABLE or not table.indexes or rows < limits.large_table_rows / 20:
        return False
    scans = usage.sequential_scans or 0
    often = max(_AT_LEAST, _PER_DAY * (counted_days(snapshot) or 0))
    return scans >= often and scans > (usage.index_scans or 0) and rows_per_scan(table) >= rows / 2


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each large table whose scans are mostly sequential and deep."""
    if not mature(snapshot, limits):
        return
    for table in snapshot.catalog.tables:
        if not _mostly_sequential(snapshot, table, limits) or table.usage is None:
            continue
        scans, by_index = table.usage.sequential_scans or 0, table.usage.index_scans or 0
        yield Finding(
            subject=table_subject(table.name),
            title=f"{table.name.name} is read from end to end",
            claim=(
                f"{table.name} ({table_facts(snapshot, table)}) was read whole {scans:,} times and through an index {by_index:,} times "
                f"{window(snapshot)}; a sequential scan read {rows_per_scan(table):,.0f} rows."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"{table.usage.sequential_rows or 0:,} rows were read by sequential scans"),),
            change=advised_statements(snapshot, table),
            severity=Severity.WARNING,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="searches read what they return",
        )


_TABLE = """
CREATE TABLE orders (id bigint PRIMARY KEY, state int NOT NULL);
INSERT INTO orders SELECT i, i % 97 FROM generate_series(1, 5000) i;
ANALYZE;
"""
_COUNTED = "SELECT pg_stat_force_next_flush();"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + "SELECT count(*) FROM orders WHERE state = 7;" * 105 + _COUNTED,
        good=_TABLE
        + "SELECT count(*) FROM orders WHERE id = 7;" * 105
        + "SELECT count(*) FROM orders WHERE state = 7;" * 20
        + _COUNTED,
        yields=("table public.orders",),
        limits=Limits(counters_age_days=0, large_table_rows=50_000),
    ),
)
