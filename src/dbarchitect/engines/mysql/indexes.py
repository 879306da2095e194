"""Indexes, keys and their storage out of information_schema.statistics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from dbarchitect.engines.mysql.session import Row
from dbarchitect.model.catalog import Index, IndexEntry, Key
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.usage import IndexUsage
from dbarchitect.sql.identifiers import quote_literal, quote_name
from dbarchitect.sql.mysql_ddl import index_clause

_METHODS = {"BTREE": "btree", "HASH": "hash", "FULLTEXT": "fulltext", "SPATIAL": "spatial", "RTREE": "spatial", "VECTOR": "vector"}


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """What is known of indexes beside their definition, keyed by (table, index)."""

    bytes: Mapping[tuple[str, str], int]
    usage: Mapping[tuple[str, str], IndexUsage] | None


def _entry(row: Row) -> IndexEntry:
    return IndexEntry(
        column=row["column_name"],
        # MySQL's information_schema escapes the quotes inside expressions
        expression=row["expression"].replace("\\'", "'") if row["expression"] else None,
        descending=row["direction"] == "D",
        prefix_length=int(row["prefix_length"]) if row["prefix_length"] and row["method"] not in ("FULLTEXT", "SPATIAL") else None,
    )


def _entry_text(entry: IndexEntry) -> str:
    if entry.column is None:
        return f"({entry.expression})" + (" DESC" if entry.descending else "")
    prefix = f"({entry.prefix_length})" if entry.prefix_length else ""
    return quote_name(Engine.MYSQL, entry.column) + prefix + (" DESC" if entry.descending else "")


def built_clause(engine: Engine, index: Index) -> str:
    """The clause after ALTER TABLE t ADD, out of the parts: for when SHOW CREATE TABLE is not allowed."""
    entries = ",".join(_entry_text(entry) for entry in index.entries)
    if index.primary:
        return f"PRIMARY KEY ({entries})"
    word = "UNIQUE KEY" if index.unique else {"fulltext": "FULLTEXT KEY", "spatial": "SPATIAL KEY"}.get(index.method, "KEY")
    hidden = "" if index.visible else (" IGNORED" if engine is Engine.MARIADB else " INVISIBLE")
    comment = f" COMMENT {quote_literal(engine, index.comment)}" if index.comment else ""
    return f"{word} {quote_name(engine, index.name.name)} ({entries}){comment}{hidden}"


def _index(engine: Engine, schema: str, rows: Sequence[Row], create_table: str | None, facts: IndexFacts, live: bool) -> Index:
    first, table = rows[0], str(rows[0]["table_name"])
    name, primary = str(first["name"]), first["name"] == "PRIMARY"
    usage = facts.usage
    index = Index(
        name=QualifiedName(schema, name),
        table=QualifiedName(schema, table),
        method=_METHODS.get(str(first["method"]), str(first["method"]).lower()),
        entries=tuple(_entry(row) for row in rows),
        unique=bool(first["is_unique"]),
        primary=primary,
        clustered=primary,
        constraint=name if first["is_unique"] else None,
        visible=bool(first["visible"]),
        comment=first["comment"] or None,
        definition=(index_clause(create_table, name) if create_table else None) or "",
        bytes=facts.bytes.get((table, name)) if live else None,
        usage=None if usage is None else usage.get((table, name), IndexUsage(0, rows_fetched=0)),
    )
    return index if index.definition else replace(index, definition=built_clause(engine, index))


def read_indexes(
    engine: Engine, schema: str, rows: Sequence[Row], creates: Mapping[str, str], facts: IndexFacts, live: bool
) -> dict[str, tuple[Index, ...]]:
    """The indexes of each table, the primary key first."""
    found: dict[str, list[Index]] = {}
    for (table, _), group in groupby(rows, key=lambda row: (row["table_name"], row["name"])):
        found.setdefault(table, []).append(_index(engine, schema, list(group), creates.get(table), facts, live))
    return {table: tuple(sorted(indexes, key=lambda i: (not i.primary, i.name.name))) for table, indexes in found.items()}


def keys_of(indexes: Sequence[Index]) -> tuple[Key, ...]:
    """Primary and unique keys: unique indexes over whole columns."""
    return tuple(
        Key(
            name=index.name.name,
            primary=index.primary,
            columns=index.columns,
            index=index.name.name,
            definition=("PRIMARY KEY (" if index.primary else "UNIQUE (") + ",".join(_entry_text(e) for e in index.entries) + ")",
            comment=index.comment,
        )
        for index in indexes
        if index.unique and all(e.column is not None and e.prefix_length is None for e in index.entries)
    )
