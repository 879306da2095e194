"""Remedies of keys whose statements need more than the table: MySQL writes a column's whole clause, as SHOW CREATE TABLE has it."""

from dataclasses import replace

from dbarchitect.checks._names import listed
from dbarchitect.model.catalog import Column, Table, TypeFamily
from dbarchitect.model.change import Change, ChangeKind
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.columns import Retype
from dbarchitect.sql.key_changes import set_not_null
from dbarchitect.sql.mysql_columns import modify_types, set_nullable


def shown_definition(snapshot: Snapshot, table: Table) -> str:
    """SHOW CREATE TABLE of a table; empty when it could not be read."""
    facts = snapshot.mysql_table(table.name)
    return facts.definition if facts else ""


def _by_hand(columns: tuple[Column, ...], wanted: str) -> Change:
    names = listed([c.name for c in columns])
    return advice(
        ChangeKind.SCHEMA,
        f"Make {names} {wanted} by MODIFY COLUMN with the whole clause, as SHOW CREATE TABLE prints it; it could not be put together here.",
    )


def require_values(snapshot: Snapshot, table: Table, columns: tuple[Column, ...]) -> Change:
    """NOT NULL for columns without nulls."""
    engine = snapshot.engine
    if engine is Engine.POSTGRESQL:
        return set_not_null(table, *columns)
    implicit = snapshot.mysql is not None and snapshot.mysql.variable("explicit_defaults_for_timestamp") == "OFF"
    if implicit and any(c.type.family is TypeFamily.TIMESTAMP_TZ and c.default is None for c in columns):
        return advice(
            ChangeKind.SCHEMA,
            "With explicit_defaults_for_timestamp = OFF the server lets a timestamp follow every UPDATE once it is NOT NULL without a "
            f"default: make {listed([c.name for c in columns])} NOT NULL by MODIFY COLUMN, and give the timestamp a DEFAULT as well.",
        )
    change = set_nullable(engine, table, shown_definition(snapshot, table), columns, nullable=False)
    return change or _by_hand(columns, "NOT NULL")


def allow_null(snapshot: Snapshot, table: Table, columns: tuple[Column, ...]) -> Change:
    """NULL for columns that must have a value so far (MySQL and MariaDB)."""
    change = set_nullable(snapshot.engine, table, shown_definition(snapshot, table), columns, nullable=True)
    return change or _by_hand(columns, "nullable")


def same_type_as(snapshot: Snapshot, table: Table, column: Column, key: Column) -> Change | None:
    """The integer column in the type of the key that it is to reference, which MySQL wants alike; None when nothing is to be done,
    or it cannot be."""
    if column.type.family is not TypeFamily.INTEGER or column.type.text == key.type.text:
        return None
    change = modify_types(
        snapshot.engine, table, shown_definition(snapshot, table), (Retype(column, key.type.text, default=column.default),)
    )
    return replace(change, assumptions=(f"{column.name} means the same key",)) if change else None
