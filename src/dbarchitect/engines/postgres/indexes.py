"""Indexes of tables and materialised views."""

from collections import defaultdict
from functools import partial
from typing import Any

from dbarchitect.engines.postgres.relations import DEFAULT_COLLATION, Relations
from dbarchitect.engines.postgres.session import ReadSession, Rows
from dbarchitect.model.catalog import Index, IndexEntry
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.usage import IndexUsage
from dbarchitect.sql.identifiers import quote_literal, quote_name, quote_qualified


def read_indexes(session: ReadSession, relations: Relations, constraints: Rows) -> dict[int, Any]:
    """Fill `indexes`; gives the usage rows by index for the tables' own sums."""
    ask = session.ask_if_possible
    owner = "Run as the tables' owner, or: GRANT pg_monitor."
    sizes = {r.oid: r.bytes for r in ask("index_sizes", "sizes of indexes", owner, locked=relations.locked)}
    usage = {r.oid: r for r in ask("index_usage", "use of indexes", owner)}
    classes = {r.oid: None if r.is_default else r.name for r in session.ask("operator_classes")}
    backing = {r.index: r.name for r in constraints if r.kind in "pux" and r.index}
    rows = session.ask("indexes", locked=relations.locked)
    relations.read_collations(session, {oid for row in rows for oid in row.collations})
    names = {row.oid: QualifiedName(row.schema, row.name) for row in rows}
    found: dict[int, list[Index]] = defaultdict(list)
    for row in rows:
        if relations.own(row.relation):
            found[row.relation].append(_index(row, relations, names, classes, backing, sizes.get(row.oid), usage.get(row.oid)))
    relations.indexes = found
    return {row.oid: (row.relation, usage[row.oid]) for row in rows if row.oid in usage}


def _index(
    row: Any,
    relations: Relations,
    names: dict[int, QualifiedName],
    classes: dict[int, str | None],
    backing: dict[int, str],
    size: int | None,
    usage: Any,
) -> Index:
    parent = relations.parents.get(row.oid)
    return Index(
        name=names[row.oid],
        table=relations.names[row.relation],
        method=row.method,
        entries=tuple(_entry(row, k, relations, classes) for k in range(row.key_count)),
        unique=row.is_unique,
        primary=row.is_primary,
        include=relations.columns_of(row.relation, row.columns[row.key_count :]),
        predicate=row.predicate,
        nulls_not_distinct=row.nulls_not_distinct,
        constraint=backing.get(row.oid),
        valid=row.valid,
        ready=row.ready,
        replica_identity=row.replica_identity,
        clustered=row.clustered,
        parent=names.get(parent[0]) if parent else None,
        options=tuple(row.options or ()),
        tablespace=row.tablespace,
        definition=_definition(row, relations, classes),
        comment=relations.comments.of("pg_class", row.oid),
        bytes=size,
        pages=row.pages,
        rows=row.rows if row.rows >= 0 else None,
        usage=IndexUsage(usage.scans, usage.rows_read, usage.rows_fetched, usage.last_scan) if usage else None,
    )


def _definition(row: Any, relations: Relations, classes: dict[int, str | None]) -> str:
    """The whole CREATE INDEX. Of a partitioned table's index without ONLY, so that it makes the partitions' indexes too."""
    if row.definition is None:
        return _composed(row, relations, classes)
    whole = relations.rows[row.relation].kind == "p" and row.valid and " ON ONLY " not in row.name
    return str(row.definition).replace(" ON ONLY ", " ON ", 1) if whole else str(row.definition)


def _entry(row: Any, k: int, relations: Relations, classes: dict[int, str | None]) -> IndexEntry:
    position = row.columns[k]
    collation = row.collations[k]
    own = relations.column_collations.get((row.relation, position), DEFAULT_COLLATION)
    return IndexEntry(
        column=relations.column_names[row.relation].get(position) if position else None,
        expression=row.expressions[k] if position == 0 else None,
        operator_class=classes.get(row.operator_classes[k]),
        collation=relations.collations.get(collation) if collation and collation != own else None,
        descending=bool(row.ordering[k] & 1),
        nulls_first=bool(row.ordering[k] & 2),
    )


def _composed(row: Any, relations: Relations, classes: dict[int, str | None]) -> str:
    """CREATE INDEX of a locked table's index without expressions, which the server would print only after the lock is gone."""
    quoted = partial(quote_name, Engine.POSTGRESQL)
    include = relations.columns_of(row.relation, row.columns[row.key_count :])
    parts = (
        f"CREATE {'UNIQUE ' if row.is_unique else ''}INDEX {quoted(row.name)} ON",
        quote_qualified(Engine.POSTGRESQL, relations.names[row.relation]),
        f"USING {row.method} ({', '.join(_composed_entry(_entry(row, k, relations, classes)) for k in range(row.key_count))})",
        f"INCLUDE ({', '.join(map(quoted, include))})" if include else "",
        "NULLS NOT DISTINCT" if row.nulls_not_distinct else "",
        f"WITH ({', '.join(map(_composed_option, row.options))})" if row.options else "",
        f"TABLESPACE {quoted(row.tablespace)}" if row.tablespace else "",
    )
    return " ".join(part for part in parts if part)


def _composed_option(option: str) -> str:
    name, _, value = option.partition("=")
    return f"{name}={quote_literal(Engine.POSTGRESQL, value)}"


def _composed_entry(entry: IndexEntry) -> str:
    nulls = "" if entry.nulls_first == entry.descending else (" NULLS FIRST" if entry.nulls_first else " NULLS LAST")
    return (
        quote_name(Engine.POSTGRESQL, entry.column or "")
        + (f" COLLATE {entry.collation}" if entry.collation else "")
        + (f" {entry.operator_class}" if entry.operator_class else "")
        + (" DESC" if entry.descending else "")
        + nulls
    )
