"""Whole index over a column that is nearly always NULL.

Nulls are entries like any other: they fill most of the index and each write of such a row keeps one. A partial index
`WHERE c IS NOT NULL` serves every search for a value, and foreign-key checks, at a fraction of the size.

Ignore it when statements search for the nulls (`IS NULL`) or sort the whole table by the column.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._btree import btree_bytes
from dbarchitect.checks._index_facts import bound, index_children
from dbarchitect.checks._tables import null_share
from dbarchitect.checks._weigh import in_bytes, is_small, share_of_database, table_facts
from dbarchitect.checks.indexes.unused_index import is_unused
from dbarchitect.model.catalog import Index, Table
from dbarchitect.model.change import Change, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, index_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_literal, quote_name, quote_qualified
from dbarchitect.sql.index_changes import replace_index

CODES = ("IDX-13",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_MOSTLY = 0.8


def _nulls(snapshot: Snapshot, table: Table, index: Index) -> float | None:
    """The share of nulls in the only column of a plain index, when most are."""
    if len(index.entries) != 1 or index.unique or bound(index) or not index.whole or index.method not in ("btree", "hash"):
        return None
    column = table.column(index.entries[0].column or "")
    share = null_share(snapshot, table, column) if column is not None and column.nullable else None
    # a column without any value gives the index nothing to find: another check's matter
    return share if share is not None and _MOSTLY <= share < 1 else None


def _partial(snapshot: Snapshot, table: Table, index: Index, share: float) -> Change:
    engine, column = snapshot.engine, index.columns[0]
    name = quote_literal(engine, quote_qualified(engine, index.name))
    verify = f"SELECT coalesce((SELECT indpred IS NOT NULL FROM pg_index WHERE indexrelid = to_regclass({name})), false)"
    fresh = btree_bytes(snapshot, table, (column,), rows=(snapshot.rows(table) or 0) * (1 - share))
    saves = index.bytes - fresh if index.bytes is not None and fresh is not None and index.bytes > fresh else None
    new = replace(index, predicate=f"({quote_name(engine, column)} IS NOT NULL)")
    change = replace_index(table, index, new, Verification(verify, "t"), saves_bytes=saves)
    return replace(change, assumptions=(f"no statement searches for {column} IS NULL or sorts the whole table by {column}",))


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each whole index over a mostly null column."""
    children = index_children(snapshot)
    for table, index in snapshot.catalog.indexes():
        share = _nulls(snapshot, table, index)
        if (
            share is None
            or is_unused(snapshot, limits, table, index, children)
            or is_small(snapshot, table, limits)
            or (index.bytes or 0) < limits.unused_index_bytes // 8
        ):
            continue
        column, change = index.columns[0], _partial(snapshot, table, index, share)
        yield Finding(
            subject=index_subject(table.name, index.name.name),
            title=f"index {index.name.name} holds mostly nulls",
            claim=(
                f"{column} of {table.name} ({table_facts(snapshot, table)}) is NULL in {share:.0%} of the rows, and "
                f"{index.name.name} ({in_bytes(index.bytes or 0)}) has an entry for each of them."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_stats gives {column} a null_frac of {share:.2f}"),),
            change=change,
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit=f"frees some {in_bytes(-change.size_bytes)} (estimated)"
            if change.size_bytes
            else "a smaller index, fewer writes",
        )


_TABLE = """
CREATE TABLE orders (id bigint PRIMARY KEY, refunded timestamptz, placed timestamptz NOT NULL);
INSERT INTO orders SELECT i, CASE WHEN i % 50 = 0 THEN now() - i * interval '1 min' END, now() FROM generate_series(1, 60000) i;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + "CREATE INDEX refunded ON orders (refunded); ANALYZE;",
        good=_TABLE
        + "CREATE INDEX refunded ON orders (refunded) WHERE refunded IS NOT NULL; CREATE INDEX placed ON orders (placed); ANALYZE;",
        yields=("index public.orders.refunded",),
    ),
)
