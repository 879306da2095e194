"""Rows that may point at themselves, asked for through a uniqueness question over the rows where both columns are equal."""

from collections.abc import Iterator

from dbarchitect.checks._names import mentions
from dbarchitect.checks._tables import own_tables
from dbarchitect.model.catalog import ForeignKey, Table
from dbarchitect.model.questions import UniquenessQuestion
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_name


def self_references(snapshot: Snapshot) -> Iterator[tuple[Table, ForeignKey]]:
    """Foreign keys of one column to their own table's primary key that no check constraint compares."""
    for table in own_tables(snapshot):
        primary = table.primary_key
        for key in table.foreign_keys:
            to_itself = key.target == table.name and len(key.columns) == 1 and primary and key.target_columns == primary.columns
            if to_itself and not any(
                mentions(c.expression, key.columns[0]) and mentions(c.expression, key.target_columns[0]) for c in table.checks
            ):
                yield table, key


def loop_condition(snapshot: Snapshot, key: ForeignKey) -> str:
    """The condition that holds for a row that points at itself."""
    return f"{quote_name(snapshot.engine, key.columns[0])} = {quote_name(snapshot.engine, key.target_columns[0])}"


def loop_question(snapshot: Snapshot, table: Table, key: ForeignKey) -> UniquenessQuestion:
    """Its answer's `values` are the rows that point at themselves."""
    return UniquenessQuestion(table.name, key.target_columns, loop_condition(snapshot, key))
