"""Tables with their columns, constraints and indexes, out of information_schema and SHOW CREATE TABLE."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from itertools import groupby

from dbarchitect.engines.mysql.indexes import keys_of
from dbarchitect.engines.mysql.session import Row
from dbarchitect.engines.mysql.types import data_type
from dbarchitect.model.catalog import (
    CheckConstraint,
    Column,
    ForeignKey,
    Generated,
    Identity,
    Index,
    PartitionKey,
    ReferentialAction,
    Table,
    TableKind,
    TableSize,
    TypeFamily,
)
from dbarchitect.model.mysql import MySQLTable
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.usage import TableUsage
from dbarchitect.sql.identifiers import quote_columns, quote_literal, quote_name, quote_qualified
from dbarchitect.sql.mysql_ddl import partition_clause

TABLE_KINDS = ("BASE TABLE", "SYSTEM VERSIONED")
_QUOTED = re.compile(r"`((?:[^`]|``)+)`")
_UNQUOTED_LITERAL = frozenset({TypeFamily.INTEGER, TypeFamily.DECIMAL, TypeFamily.FLOAT, TypeFamily.BOOLEAN, TypeFamily.BIT})


@dataclass(frozen=True, slots=True)
class TableParts:
    """Everything that belongs to tables, by table name."""

    columns: Mapping[str, tuple[Column, ...]]
    indexes: Mapping[str, tuple[Index, ...]]
    foreign_keys: Mapping[str, tuple[ForeignKey, ...]]
    checks: Mapping[str, tuple[CheckConstraint, ...]]
    partitions: Mapping[str, Row]
    creates: Mapping[str, str]
    usage: Mapping[str, TableUsage] | None


def _default(engine: Engine, row: Row, family: TypeFamily) -> str | None:
    """The default as an expression. MariaDB prints expressions; MySQL prints literals bare and marks expressions."""
    text = row["default_text"]
    if text is None or row["generation"]:
        return None
    if engine is Engine.MARIADB:
        return None if text == "NULL" else str(text)
    if "DEFAULT_GENERATED" in row["extra"]:
        return str(text) if str(text).upper().startswith("CURRENT_TIMESTAMP") else f"({text})"
    return str(text) if family in _UNQUOTED_LITERAL else quote_literal(engine, str(text))


def _column(engine: Engine, row: Row, json_columns: frozenset[tuple[str, str]]) -> Column:
    extra, numbered = str(row["extra"] or ""), "auto_increment" in str(row["extra"])
    kind = data_type(
        str(row["column_type"]),
        str(row["data_type"]),
        length=row["length"],
        precision=row["precision_digits"],
        scale=row["scale_digits"],
        time_digits=row["time_digits"],
        numbered=numbered,
        json=(row["table_name"], row["name"]) in json_columns,
    )
    updated = re.search(r"on update (\S+)", extra, re.IGNORECASE)
    generation = row["generation"]
    return Column(
        name=str(row["name"]),
        position=int(row["position"]),
        type=kind,
        nullable=bool(row["nullable"]),
        default=_default(engine, row, kind.family),
        identity=Identity.AUTO_INCREMENT if numbered else None,
        generated=Generated(_expression(engine, str(generation)), "STORED" in extra or "PERSISTENT" in extra)
        if generation
        else None,
        collation=row["collation_name"],
        character_set=row["character_set"],
        comment=row["comment"] or None,
        on_update=updated[1] if updated else None,
    )


def read_columns(engine: Engine, rows: Sequence[Row], checks: Sequence[Row]) -> dict[str, tuple[Column, ...]]:
    """The columns of each table and view. MariaDB's JSON is a longtext with a check of its own."""
    json_columns = frozenset(
        (str(c["table_name"]), str(c["name"]))
        for c in checks
        if c["of_column"] and c["expression"] == f"json_valid({quote_name(Engine.MARIADB, str(c['name']))})"
    )
    return {
        table: tuple(_column(engine, row, json_columns) for row in group)
        for table, group in groupby(rows, key=lambda row: str(row["table_name"]))
    }


def read_foreign_keys(engine: Engine, schema: str, rows: Sequence[Row]) -> dict[str, tuple[ForeignKey, ...]]:
    """The foreign keys of each table."""
    found: dict[str, list[ForeignKey]] = {}
    for (table, name), group in groupby(rows, key=lambda row: (str(row["table_name"]), str(row["name"]))):
        parts = list(group)
        found.setdefault(table, []).append(_foreign_key(engine, name, parts))
    return {table: tuple(keys) for table, keys in found.items()}


def _foreign_key(engine: Engine, name: str, rows: Sequence[Row]) -> ForeignKey:
    columns = tuple(str(row["column_name"]) for row in rows)
    target = QualifiedName(str(rows[0]["target_schema"]), str(rows[0]["target_table"]))
    target_columns = tuple(str(row["target_column"]) for row in rows)
    on_delete, on_update = ReferentialAction(rows[0]["on_delete"]), ReferentialAction(rows[0]["on_update"])
    definition = (
        f"FOREIGN KEY ({quote_columns(engine, columns)}) REFERENCES {quote_qualified(engine, target)} "
        f"({quote_columns(engine, target_columns)}) ON DELETE {on_delete.value} ON UPDATE {on_update.value}"
    )
    return ForeignKey(name, columns, target, target_columns, on_delete, on_update, definition=definition)


def _expression(engine: Engine, text: str) -> str:
    # MySQL's information_schema escapes the quotes inside expressions, SHOW CREATE TABLE does not
    return text.replace("\\'", "'") if engine is Engine.MYSQL else text


def read_checks(
    engine: Engine, rows: Sequence[Row], columns: Mapping[str, tuple[Column, ...]]
) -> dict[str, tuple[CheckConstraint, ...]]:
    """The check constraints of each table, with the columns that they name."""
    found: dict[str, list[CheckConstraint]] = {}
    for row in rows:
        expression = _expression(engine, str(row["expression"]))
        known = {column.name for column in columns.get(str(row["table_name"]), ())}
        names = dict.fromkeys(name.replace("``", "`") for name in _QUOTED.findall(expression))
        found.setdefault(str(row["table_name"]), []).append(
            CheckConstraint(
                name=str(row["name"]),
                expression=expression,
                columns=tuple(name for name in names if name in known),
                enforced=bool(row["enforced"]),
                validated=bool(row["enforced"]),
                definition=f"CHECK ({expression})",
            )
        )
    return {table: tuple(checks) for table, checks in found.items()}


def _partition_key(row: Row, create: str | None) -> PartitionKey:
    expression = str(row["expression"] or "")
    columns = tuple(name.replace("``", "`") for name in _QUOTED.findall(expression))
    built = f"{row['method']} ({expression})"
    return PartitionKey(str(row["method"]), columns, (partition_clause(create) if create else None) or built)


def build_table(schema: str, row: Row, parts: TableParts, live: bool) -> Table:
    """One table. Without storage (SQL files) it has no rows, sizes or usage."""
    name = str(row["name"])
    indexes, partition = parts.indexes.get(name, ()), parts.partitions.get(name)
    sized = live and row["data_bytes"] is not None
    options = (f"ENGINE={row['storage_engine']}",) + (("WITH SYSTEM VERSIONING",) if row["kind"] == "SYSTEM VERSIONED" else ())
    return Table(
        name=QualifiedName(schema, name),
        kind=TableKind.PARTITIONED if partition else TableKind.TABLE,
        columns=parts.columns.get(name, ()),
        keys=keys_of(indexes),
        foreign_keys=parts.foreign_keys.get(name, ()),
        checks=parts.checks.get(name, ()),
        indexes=indexes,
        partition_key=_partition_key(partition, parts.creates.get(name)) if partition else None,
        options=options,
        access_method=str(row["storage_engine"] or "").lower() or None,
        comment=row["comment"] or None,
        rows=float(row["row_count"]) if live and row["row_count"] is not None else None,
        size=TableSize(int(row["data_bytes"]), 0, int(row["index_bytes"] or 0)) if sized else None,
        usage=(parts.usage.get(name, TableUsage()) if parts.usage is not None else None) if live else None,
    )


def table_facts(schema: str, row: Row, create: str | None) -> MySQLTable:
    """Storage facts of one table."""
    return MySQLTable(
        name=QualifiedName(schema, str(row["name"])),
        storage_engine=str(row["storage_engine"] or ""),
        row_format=row["row_format"],
        collation=row["collation_name"],
        next_auto_increment=int(row["next_number"]) if row["next_number"] is not None else None,
        free_bytes=int(row["free_bytes"]) if row["free_bytes"] is not None else None,
        created=row["created"].replace(tzinfo=UTC) if row["created"] else None,
        definition=create or "",
    )
