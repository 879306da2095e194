"""Changes of foreign keys, checks and unique keys of MySQL and MariaDB, with their undo.

Source: the manuals' pages of ALTER TABLE and of online DDL: a foreign key is added in place only without checking the rows, a
check constraint only by copying the table.
"""

from dataclasses import replace

from dbarchitect.model.catalog import ForeignKey, Index, Table
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.sql.changes import (
    constraint_exists,
    constraint_missing,
    create_index,
    drop_constraint_statement,
    drop_index,
    index_exists,
    mysql_lock,
    mysql_online,
)
from dbarchitect.sql.identifiers import quote_columns, quote_name, quote_qualified
from dbarchitect.sql.mysql_changes import COPY_LOCK, alter_statement, drop_foreign_key_statement

_COPY = "as long as a copy of the table takes, each value looked up"


def add_foreign_key(
    engine: Engine, table: Table, columns: tuple[str, ...], target: QualifiedName, target_columns: tuple[str, ...], name: str
) -> Change:
    """Add a foreign key and check the rows that there are. The columns must be indexed, else the server makes an index that undo
    would leave behind."""
    parent = f"{quote_qualified(engine, target)} ({quote_columns(engine, target_columns)})"
    reference = f"FOREIGN KEY ({quote_columns(engine, columns)}) REFERENCES {parent}"
    return Change(
        ChangeKind.SCHEMA,
        Strategy.STANDARD,
        (Step(alter_statement(engine, table.name, f"ADD CONSTRAINT {quote_name(engine, name)} {reference}")),),
        (Step(alter_statement(engine, table.name, f"DROP FOREIGN KEY {quote_name(engine, name)}{mysql_online(table)}")),),
        COPY_LOCK,
        _COPY,
        constraint_exists(engine, table.name, name),
        online=False,
        risk=Risk.MEDIUM,
        hazards=(
            "code that writes children before parents, or deletes parents first, gets an error from then on",
            "after SET SESSION foreign_key_checks = 0 it can run INPLACE with LOCK=NONE: writes go on, rows are not checked",
        ),
    )


def drop_foreign_key(engine: Engine, table: Table, key: ForeignKey) -> Change:
    """Drop a foreign key and keep its index; undo adds it as it was.

    The index that the server itself made for a foreign key it replaces by one of the new key's name. Undo makes it anew before,
    as an index that somebody asked for; what SHOW CREATE TABLE prints is the same.
    """
    names = {other.name for other in table.foreign_keys}
    made = [i for i in table.indexes if i.name.name in names and i.columns[: len(key.columns)] == key.columns and not i.unique]
    kept = [f"DROP INDEX {quote_name(engine, i.name.name)}, ADD {i.definition}" for i in made]
    added = f"ADD CONSTRAINT {quote_name(engine, key.name)} {key.definition}"
    return Change(
        ChangeKind.SCHEMA,
        Strategy.ONLINE_DDL,
        (Step(drop_foreign_key_statement(engine, table.name, key) + mysql_online(table)),),
        (Step(alter_statement(engine, table.name, ", ".join([*kept, added]))),),
        mysql_lock(table),
        "milliseconds",
        constraint_missing(engine, table.name, key.name),
    )


def add_check(engine: Engine, table: Table, name: str, expression: str) -> Change:
    """Add a check; every row must satisfy it."""
    return Change(
        ChangeKind.SCHEMA,
        Strategy.STANDARD,
        (Step(alter_statement(engine, table.name, f"ADD CONSTRAINT {quote_name(engine, name)} CHECK ({expression})")),),
        (Step(drop_constraint_statement(engine, table.name, name)),),
        COPY_LOCK,
        "as long as a copy of the table takes",
        constraint_exists(engine, table.name, name),
        online=False,
        risk=Risk.MEDIUM,
        hazards=("it fails, and changes nothing, when rows break the rule: correct them first",),
    )


def drop_unique(engine: Engine, table: Table, index: Index) -> Change:
    """Drop a unique key with its index; undo builds it again."""
    change = drop_index(engine, table, index)
    return replace(change, kind=ChangeKind.SCHEMA, undo=(Step(change.undo[0].sql + mysql_online(table)),))


def add_unique(
    engine: Engine,
    table: Table,
    columns: tuple[str, ...],
    name: str,
    *,
    size_bytes: int | None = None,
    hazards: tuple[str, ...] = (),
) -> Change:
    """Build a unique index without stopping writes; in this family it is the constraint."""
    change = create_index(engine, table, name, columns, unique=True, size_bytes=size_bytes)
    refused = (
        "the build fails, and changes nothing, when a value stands twice; code that writes one twice gets an error from then on"
    )
    return replace(change, kind=ChangeKind.SCHEMA, hazards=(refused, *hazards))


def replace_unique_by_live(engine: Engine, table: Table, index: Index, columns: tuple[str, ...], where: str, name: str) -> Change:
    """A unique index over the rows that meet a condition in place of one over all: a virtual column that is NULL in all other rows
    joins the key, as there are no partial indexes. The column is invisible where the server knows that (MariaDB)."""
    live = _free_name(table, "is_live")
    quoted, invisible = quote_name(engine, live), " INVISIBLE" if engine is Engine.MARIADB else ""
    column = f"ADD COLUMN {quoted} tinyint(1) GENERATED ALWAYS AS (if({where},1,NULL)) VIRTUAL{invisible}"
    key = f"ADD UNIQUE INDEX {quote_name(engine, name)} ({quote_columns(engine, (*columns, live))})"
    old, online = quote_name(engine, index.name.name), mysql_online(table)
    return Change(
        ChangeKind.INDEX,
        Strategy.ONLINE_DDL,
        (
            Step(alter_statement(engine, table.name, column)),
            Step(alter_statement(engine, table.name, key + online)),
            Step(alter_statement(engine, table.name, f"DROP INDEX {old}{online}")),
        ),
        (
            Step(alter_statement(engine, table.name, f"ADD {index.definition}{online}")),
            Step(alter_statement(engine, table.name, f"DROP INDEX {quote_name(engine, name)}{online}")),
            Step(alter_statement(engine, table.name, f"DROP COLUMN {quoted}")),
        ),
        mysql_lock(table),
        "as long as one scan of the table and the sort of its keys",
        index_exists(engine, table.name, name),
        risk=Risk.MEDIUM,
        hazards=("undo fails once a value of a deleted row has been used again",),
    )


def _free_name(table: Table, wanted: str) -> str:
    return wanted if table.column(wanted) is None else _free_name(table, f"{wanted}_")
