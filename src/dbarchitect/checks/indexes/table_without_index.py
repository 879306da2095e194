"""Table without any index that is read whole again and again.

Without an index every search reads the whole table, however few rows it wants. The counters tell how often and how many rows;
which columns to index, the statements tell.

Ignore it for tables that are always wanted as a whole (small look-ups, staging tables that are loaded and emptied).
"""

from collections.abc import Iterator

from dbarchitect.checks._scans import advised_statements, rows_per_scan
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks._window import mature, window
from dbarchitect.model.catalog import TableKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot

CODES = ("IDX-07",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_OFTEN = 10


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table of some size that has no index and is scanned often."""
    if not mature(snapshot, limits):
        return
    for table in snapshot.catalog.tables:
        scans = (table.usage.sequential_scans or 0) if table.usage else 0
        if table.kind is not TableKind.TABLE or table.indexes or scans < _OFTEN or (table.rows or 0) < 10 * limits.small_table_rows:
            continue
        yield Finding(
            subject=table_subject(table.name),
            title=f"{table.name.name} has no index",
            claim=(
                f"{table.name} ({table_facts(snapshot, table)}) has no index at all and was read whole {scans:,} times {window(snapshot)}, "
                f"{rows_per_scan(table):,.0f} rows each time."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"{scans:,} sequential scans"),),
            change=advised_statements(snapshot, table),
            severity=Severity.WARNING,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="searches read what they return",
        )


_TABLE = """
CREATE TABLE log (at timestamptz NOT NULL, line text NOT NULL);
INSERT INTO log SELECT now(), 'line ' || i FROM generate_series(1, 20000) i;
ANALYZE;
"""
_READ = "".join(f"SELECT count(*) FROM log WHERE line = 'line {i}';" for i in range(12)) + "SELECT pg_stat_force_next_flush();"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + _READ,
        good=_TABLE + "CREATE INDEX ON log (line);" + _READ,
        yields=("table public.log",),
        limits=Limits(counters_age_days=0),
    ),
)
