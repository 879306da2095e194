"""The size that a freshly built B-tree of PostgreSQL would have, from the planner's statistics.

Page and tuple sizes are those of the manual's chapter on B-tree indexes and of pageinspect: 8192-byte pages with 24 bytes of
header and 16 of special space, 8 bytes of tuple header and 4 of line pointer, data aligned to 8; posting lists (13+) hold
6 bytes a row and are built up to a tenth of a page. Where something is unknown the larger size is taken.
"""

from math import ceil

from dbarchitect.model.catalog import Column, Index, Table, TypeFamily
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot

_PAGE = 8192
_USABLE = _PAGE - 24 - 16
_POSTING = 808
# equal but not identical values (1.0, 1.00; 0, -0) and containers keep these from sharing a posting list
_NO_POSTING = frozenset(
    {TypeFamily.DECIMAL, TypeFamily.FLOAT, TypeFamily.JSONB, TypeFamily.ARRAY, TypeFamily.COMPOSITE, TypeFamily.RANGE}
)


def _width(snapshot: Snapshot, table: Table, column: Column) -> float | None:
    statistics = snapshot.column_statistics(table.name, column.name)
    if statistics is not None:
        return float(statistics.average_bytes)
    return float(column.type.bytes) if column.type.bytes is not None else None


def _distinct(snapshot: Snapshot, table: Table, columns: tuple[Column, ...], rows: float) -> float:
    product = 1.0
    for column in columns:
        statistics = snapshot.column_statistics(table.name, column.name)
        if statistics is None or statistics.distinct == 0:
            return rows
        present = statistics.distinct_rows(rows) + (1 if statistics.null_fraction else 0)
        product = min(rows, product * max(1.0, present))
    return product


def _leaf_bytes(rows: float, distinct: float, tuple_bytes: int) -> float:
    per_value = rows / max(1.0, distinct)
    if per_value <= 1:
        return rows * tuple_bytes
    lists = max(1, ceil(per_value * 6 / max(6, _POSTING - tuple_bytes)))
    return min(rows * tuple_bytes, distinct * lists * (tuple_bytes + 8) + rows * 6)


def btree_bytes(
    snapshot: Snapshot, table: Table, names: tuple[str, ...], *, rows: float | None = None, fill: float = 0.9, unique: bool = False
) -> int | None:
    """Bytes of a new B-tree over these columns; None when a column's width or the row count is unknown.

    `rows` are those that it holds, if not all. `unique` and the columns' types decide whether equal keys share tuples.
    """
    rows = snapshot.rows(table) if rows is None else rows
    columns = tuple(c for c in (table.column(n) for n in names) if c is not None)
    widths = [_width(snapshot, table, c) for c in columns]
    if rows is None or rows < 0 or len(columns) != len(names) or any(w is None for w in widths):
        return None
    if snapshot.engine is not Engine.POSTGRESQL:
        return None
    data = ceil(sum(w for w in widths if w is not None)) + 4 * (len(columns) - 1)
    varying = any(c.type.bytes is None for c in columns)
    # an average hides where single values cross the alignment: half of it on top
    tuple_bytes = 4 + 8 + data + 4 if varying else 4 + 8 * ceil((8 + data) / 8)
    shared = not unique and not any(c.type.family in _NO_POSTING for c in columns)
    distinct = _distinct(snapshot, table, columns, rows) if shared else rows
    leaves = ceil(_leaf_bytes(rows, distinct, tuple_bytes) / (_USABLE * fill))
    # inner pages hold one short tuple for each page below
    return int(_PAGE * (1 + leaves + ceil(leaves * (tuple_bytes + 8) / (_USABLE * 0.7))))


def fresh_index_bytes(snapshot: Snapshot, table: Table, index: Index) -> int | None:
    """Bytes that rebuilding an existing index of plain columns would give; None when that cannot be predicted."""
    if index.method != "btree" or any(e.column is None for e in index.entries) or index.rows is None or index.rows < 0:
        return None
    names = (*index.columns, *index.include)
    fill = next((int(o.split("=")[1]) / 100 for o in index.options if o.startswith("fillfactor=")), 0.9)
    alone = index.unique or bool(index.include) or "deduplicate_items=off" in index.options
    return btree_bytes(snapshot, table, names, rows=index.rows, fill=fill, unique=alone)
