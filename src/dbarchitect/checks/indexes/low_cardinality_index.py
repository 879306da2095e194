"""Index over a column of two or three evenly spread values.

Each value stands in a large share of the rows, so reading them through the index costs more than reading the table, and the
planner will not use it; every write keeps it all the same.

Ignore it when one value is rare and is what statements ask for (then a partial index over that value is smaller and better), when
it serves counts that read the index alone, or when the column leads a composite index.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted
from dbarchitect.checks._index_facts import Children, bound, index_bytes, index_children, index_scans, serves_foreign_key
from dbarchitect.checks._tables import in_foreign_key
from dbarchitect.checks._weigh import in_bytes, is_small, share_of_database, table_facts
from dbarchitect.checks._window import window
from dbarchitect.checks.indexes.unused_index import is_unused
from dbarchitect.model.catalog import Index, Table
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, index_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.model.statistics import ColumnStatistics
from dbarchitect.sql.changes import drop_index
from dbarchitect.sql.identifiers import quote_literal, quote_name, quote_qualified

CODES = ("IDX-12",)
ENGINES = RELATIONAL
NEEDS_LIVE = True
_EVEN = 0.15


def _even(statistics: ColumnStatistics | None) -> float | None:
    """The share of the rarest value, when there are two or three and each takes a good part of the rows."""
    if statistics is None or not 2 <= len(statistics.common_frequencies) <= 3 or statistics.histogram_bounds:
        return None
    shares = [*statistics.common_frequencies, *([statistics.null_fraction] if statistics.null_fraction else [])]
    return min(shares) if min(shares) >= _EVEN else None


def _useful(index: Index, rows: float) -> bool:
    """True when the scans that were counted read small parts of the table."""
    usage = index.usage
    return bool(usage and usage.scans and usage.rows_read is not None and usage.rows_read / usage.scans < 0.05 * rows)


def _rarest(snapshot: Snapshot, table: Table, index: Index) -> float | None:
    if (
        len(index.entries) != 1
        or index.unique
        or bound(index)
        or index.include
        or not index.whole
        or index.method not in ("btree", "hash")
    ):
        return None
    column = index.entries[0].column
    if column is None or in_foreign_key(table, column) or serves_foreign_key(snapshot, table, index):
        return None
    return _even(snapshot.column_statistics(table.name, column))


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each one-column index over a few common values."""
    children = index_children(snapshot)
    for table, index in snapshot.catalog.indexes():
        rarest = _rarest(snapshot, table, index)
        rows = snapshot.rows(table) or 0
        if rarest is None or rows < 10 * limits.small_table_rows or is_small(snapshot, table, limits) or _useful(index, rows):
            continue
        if not is_unused(snapshot, limits, table, index, children):
            yield _finding(snapshot, table, index, rarest, children)


def _finding(snapshot: Snapshot, table: Table, index: Index, rarest: float, children: Children) -> Finding:
    column, scans, size = index.columns[0], index_scans(index, children) or 0, index_bytes(index, children) or 0
    engine = snapshot.engine
    values = f"SELECT {quote_name(engine, column)}, count(*) FROM {quote_qualified(engine, table.name)} GROUP BY {quote_name(engine, column)}"
    statistics = (
        f"SELECT most_common_vals, most_common_freqs FROM pg_stats WHERE schemaname = {quote_literal(snapshot.engine, table.name.schema)} "
        f"AND tablename = {quote_literal(snapshot.engine, table.name.name)} AND attname = {quote_literal(snapshot.engine, column)}"
    )
    return Finding(
        subject=index_subject(table.name, index.name.name),
        title=f"index {index.name.name} cannot narrow anything down",
        claim=(
            f"{column} of {table.name} ({table_facts(snapshot, table)}) has so few values that even the rarest stands in {rarest:.0%} of the "
            f"rows; the index takes {in_bytes(size)} and was scanned {counted(scans, 'time')} {window(snapshot)}."
        ),
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED,
                f"the rarest common value of {column} has a share of {rarest:.2f}",
                statistics if engine is Engine.POSTGRESQL else values,
            ),
        ),
        change=drop_index(snapshot.engine, table, index),
        severity=Severity.NOTICE,
        confidence=Confidence.POSSIBLE if scans else Confidence.LIKELY,
        weight=share_of_database(snapshot, table),
        benefit=f"frees {in_bytes(size)} and one index write for each row version",
    )


_TABLE = """
CREATE TABLE orders (id bigint PRIMARY KEY, paid boolean NOT NULL, rush boolean NOT NULL, size text);
INSERT INTO orders SELECT i, i % 2 = 0, i % 100 = 0, chr(65 + i % 12) FROM generate_series(1, 20000) i;
"""
_MARIADB = """
SET SESSION histogram_type = JSON_HB;
CREATE TABLE orders (id bigint PRIMARY KEY, paid boolean NOT NULL, rush boolean NOT NULL, size char(1));
INSERT INTO orders SELECT seq, seq % 2 = 0, seq % 100 = 0, char(65 + seq % 12) FROM seq_1_to_20000;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + "CREATE INDEX paid ON orders (paid); ANALYZE;",
        good=_TABLE
        + "CREATE INDEX a ON orders (paid, id); CREATE INDEX b ON orders (rush); CREATE INDEX c ON orders (size);"
        + "CREATE INDEX d ON orders (paid) WHERE rush; CREATE TABLE few (yes boolean); CREATE INDEX e ON few (yes); ANALYZE;",
        yields=("index public.orders.paid",),
    ),
    Example(
        Engine.MARIADB,
        bad=_MARIADB + "CREATE INDEX paid ON orders (paid); ANALYZE TABLE orders PERSISTENT FOR ALL;",
        good=_MARIADB + "CREATE INDEX a ON orders (paid, id); CREATE INDEX b ON orders (rush); CREATE INDEX c ON orders (size);"
        "ANALYZE TABLE orders PERSISTENT FOR ALL;",
        yields=("index {database}.orders.paid",),
    ),
)
