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
from dbarchitect.model.names import RELATIONAL, Engine, table_subject
from dbarchitect.model.snapshot import Snapshot

CODES = ("IDX-06",)
ENGINES = RELATIONAL
NEEDS_LIVE = True
_PER_DAY = 24
_AT_LEAST = 100


def _scans(table: Table) -> int:
    """Sequential scans; where the server counts rows alone (MySQL, MariaDB), how often these make up the whole table."""
    if table.usage is None:
        return 0
    if table.usage.sequential_scans is not None:
        return table.usage.sequential_scans
    return int((table.usage.sequential_rows or 0) / table.rows) if table.rows else 0


def _mostly_sequential(snapshot: Snapshot, table: Table, limits: Limits) -> bool:
    usage, rows = table.usage, table.rows or 0
    if usage is None or table.kind is not TableKind.TABLE or not table.indexes or rows < limits.large_table_rows / 20:
        return False
    scans = _scans(table)
    often = max(_AT_LEAST, _PER_DAY * (counted_days(snapshot) or 0))
    by_index = usage.index_scans or 0
    return scans >= often and scans > by_index and (usage.sequential_scans is None or rows_per_scan(table) >= rows / 2)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each large table whose scans are mostly sequential and deep."""
    if not mature(snapshot, limits):
        return
    for table in snapshot.catalog.tables:
        if not _mostly_sequential(snapshot, table, limits) or table.usage is None:
            continue
        scans, by_index = _scans(table), table.usage.index_scans
        other = f" and through an index {by_index:,} times" if by_index is not None else ""
        deep = f"; a sequential scan read {rows_per_scan(table):,.0f} rows" if table.usage.sequential_scans else ""
        yield Finding(
            subject=table_subject(table.name),
            title=f"{table.name.name} is read from end to end",
            claim=(
                f"{table.name} ({table_facts(snapshot, table)}) was read whole {scans:,} times{other} {window(snapshot)}{deep}."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"{table.usage.sequential_rows or 0:,} rows were read without an index"),),
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
_MARIADB = """
CREATE TABLE orders (id bigint PRIMARY KEY, state int NOT NULL, note char(1));
INSERT INTO orders SELECT seq, seq % 97, 'x' FROM seq_1_to_5000;
ANALYZE TABLE orders;
"""
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
    Example(
        Engine.MARIADB,
        bad=_MARIADB + "SELECT count(*) FROM orders WHERE state = 7 AND note = 'x';" * 105,
        good=_MARIADB
        + "SELECT count(*) FROM orders WHERE id = 7;" * 105
        + "SELECT count(*) FROM orders WHERE state = 7 AND note = 'x';" * 20,
        yields=("table {database}.orders",),
        limits=Limits(counters_age_days=0, large_table_rows=50_000),
    ),
)
