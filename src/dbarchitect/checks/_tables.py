"""Which tables and columns are judged, and what the statistics know of a column."""

from dbarchitect.checks._names import mentions
from dbarchitect.model.catalog import Column, Index, Table, TableKind, View
from dbarchitect.model.questions import UniquenessQuestion
from dbarchitect.model.snapshot import Snapshot


def own_tables(snapshot: Snapshot) -> list[Table]:
    """Tables whose columns are their own: no partitions (they repeat their parent), no heirs, no foreign tables."""
    return [t for t in snapshot.catalog.tables if not t.is_partition and not t.inherits and t.kind is not TableKind.FOREIGN]


def in_primary_key(table: Table, column: str) -> bool:
    """True for a column of the primary key."""
    return table.primary_key is not None and column in table.primary_key.columns


def unique_columns(table: Table) -> list[tuple[str, ...]]:
    """The column lists that are unique in the whole table, by constraint or by index."""
    by_index = [i.columns for i in table.indexes if i.unique and i.whole and all(e.column for e in i.entries)]
    return list(dict.fromkeys([*(k.columns for k in table.keys), *by_index]))


def in_foreign_key(table: Table, column: str) -> bool:
    """True when the column belongs to a foreign key of its table."""
    return any(column in key.columns for key in table.foreign_keys)


def is_referenced(snapshot: Snapshot, table: Table, column: str) -> bool:
    """True when a foreign key of some table points at the column."""
    return (table.name, column) in snapshot.referenced_columns


def known_values(snapshot: Snapshot, table: Table, column: Column) -> tuple[str, ...]:
    """The values that the planner's statistics hold of a column; none where they are hashed or absent."""
    row = snapshot.column_statistics(table.name, column.name)
    return () if row is None or row.redacted else (*row.common_values, *row.histogram_bounds)


def distinct_values(snapshot: Snapshot, table: Table, column: Column) -> float | None:
    """The estimated number of distinct values of a column; None when nothing is known."""
    row, rows = snapshot.column_statistics(table.name, column.name), snapshot.rows(table)
    return row.distinct_rows(rows) if row is not None and rows is not None and row.distinct != 0 else None


def null_share(snapshot: Snapshot, table: Table, column: Column) -> float | None:
    """The estimated share of nulls; None when nothing is known."""
    row = snapshot.column_statistics(table.name, column.name)
    return row.null_fraction if row is not None else None


def average_bytes(snapshot: Snapshot, table: Table, column: Column) -> int | None:
    """The average width of the column's non-null values: its fixed width, else what the statistics say."""
    if column.type.bytes is not None and column.type.bytes > 0:
        return column.type.bytes
    row = snapshot.column_statistics(table.name, column.name)
    return row.average_bytes if row is not None else None


def views_using(snapshot: Snapshot, table: Table, column: str) -> list[View]:
    """The views that use this column itself; where the source cannot tell, those whose text names it."""
    return [
        view
        for view in snapshot.views_over(table.name)
        if (mentions(view.definition, column) if view.columns_used is None else (table.name, column) in view.columns_used)
    ]


def unsound_indexes(table: Table) -> list[Index]:
    """Indexes that a build left invalid. Whatever writes the table anew builds them too: on duplicates that fails, else they come
    back valid (PostgreSQL)."""
    return [index for index in table.indexes if not (index.valid and index.ready)]


def invalid_unique_question(table: Table, index: Index) -> UniquenessQuestion | None:
    """Would an invalid unique index find duplicates? None for sound ones, for expressions, and where nulls are not distinct."""
    plain = index.unique and not index.nulls_not_distinct and all(entry.column for entry in index.entries)
    return UniquenessQuestion(table.name, index.columns, index.predicate) if plain and index in unsound_indexes(table) else None
