"""Large B-tree over a time column that rows arrive in order of.

When a table only grows at its end, a row's place tells its time. A BRIN index keeps the smallest and largest value of each range
of pages: some thousandth of the B-tree's size, next to no cost on insert, and range searches read the few page ranges they need.

Ignore it when statements look up single moments, sort by the column with a LIMIT, or join on it: those need the B-tree.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._index_facts import bound, index_children
from dbarchitect.checks._weigh import in_bytes, is_small, share_of_database, table_facts
from dbarchitect.checks._window import mature, window
from dbarchitect.checks.indexes.unused_index import is_unused
from dbarchitect.model.catalog import Index, Table, TypeFamily
from dbarchitect.model.change import Change
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, index_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import create_index
from dbarchitect.sql.identifiers import shorten_name

CODES = ("NEW-13",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_TIMES = frozenset({TypeFamily.TIMESTAMP, TypeFamily.TIMESTAMP_TZ, TypeFamily.DATE})
_IN_ORDER = 0.95


def _append_only(table: Table) -> bool:
    usage = table.usage
    if usage is None or not usage.rows_inserted:
        return False
    return (usage.rows_updated or 0) + (usage.rows_deleted or 0) <= usage.rows_inserted / 100


def _ordered_time(snapshot: Snapshot, table: Table, index: Index) -> float | None:
    """The correlation of the time column that a plain B-tree is over, when rows lie in its order."""
    if index.method != "btree" or len(index.entries) != 1 or index.unique or bound(index) or not index.whole:
        return None
    column = table.column(index.entries[0].column or "")
    if column is None or column.type.family not in _TIMES:
        return None
    if any(o.method == "brin" and o.entries[0].column == column.name for o in table.indexes):
        return None
    statistics = snapshot.column_statistics(table.name, column.name)
    correlation = statistics.correlation if statistics else None
    return correlation if correlation is not None and correlation >= _IN_ORDER else None


def _change(snapshot: Snapshot, table: Table, index: Index) -> Change:
    column = index.columns[0]
    name = shorten_name(snapshot.engine, table.name.name, column, "brin")
    # one summary of some 24 bytes for 128 pages, three pages at least
    size = 8192 * (3 + (table.pages or 0) // (128 * 200))
    change = create_index(snapshot.engine, table, name, (column,), method="brin", size_bytes=size)
    return replace(
        change,
        assumptions=(
            "statements search the column by ranges; compare EXPLAIN (ANALYZE, BUFFERS) with both, then drop the B-tree if BRIN serves",
        ),
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each large B-tree on an ordered time column of an append-only table."""
    if not mature(snapshot, limits):
        return
    children = index_children(snapshot)
    for table, index in snapshot.catalog.indexes():
        if (snapshot.rows(table) or 0) < limits.large_table_rows or is_small(snapshot, table, limits) or not _append_only(table):
            continue
        correlation = _ordered_time(snapshot, table, index)
        if correlation is None or is_unused(snapshot, limits, table, index, children):
            continue
        column = index.columns[0]
        yield Finding(
            subject=index_subject(table.name, index.name.name),
            title=f"BRIN may do for {column} of {table.name.name}",
            claim=(
                f"Rows of {table.name} ({table_facts(snapshot, table)}) lie in the order of {column} (correlation {correlation:.2f}) and were "
                f"hardly changed after their insert {window(snapshot)}; {index.name.name} takes {in_bytes(index.bytes or 0)}."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_stats.correlation of {column} is {correlation:.3f}"),),
            change=_change(snapshot, table, index),
            severity=Severity.NOTICE,
            confidence=Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table),
            benefit=f"an index of some {in_bytes(8192 * 4)} instead of {in_bytes(index.bytes or 0)} (estimated)",
        )


_TABLE = """
CREATE TABLE readings (id bigint PRIMARY KEY, taken timestamptz NOT NULL, seen timestamptz NOT NULL);
INSERT INTO readings SELECT i, timestamptz '2025-01-01' + i * interval '1 min', timestamptz '2025-01-01' + i * 7919 % 20011 * interval '1 min'
FROM generate_series(1, 20000) i;
"""
_FLUSH = "ANALYZE; SELECT pg_stat_force_next_flush();"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + "CREATE INDEX taken ON readings (taken);" + _FLUSH,
        good=_TABLE + "CREATE INDEX taken ON readings USING brin (taken); CREATE INDEX seen ON readings (seen);" + _FLUSH,
        yields=("index public.readings.taken",),
        limits=Limits(counters_age_days=0, large_table_rows=10_000),
    ),
)
