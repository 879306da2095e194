"""Tables with their columns; partitions are made alone and attached, as a dump does, so that names and order stay."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dbarchitect.model.catalog import CheckConstraint, Column, Identity, Persistence, Sequence, Table, TableKind
from dbarchitect.model.names import QualifiedName, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_schema.statement import (
    Statement,
    Target,
    collation_text,
    foreign_options,
    in_dependency_order,
    name,
    options_text,
    qualified,
    type_text,
)
from dbarchitect.sql.postgres_schema.types import sequence_parameters

Identities = dict[tuple[QualifiedName | None, str | None], Sequence]
"""The sequences behind identity columns by table and column."""

_IDENTITY = {Identity.ALWAYS: "ALWAYS", Identity.BY_DEFAULT: "BY DEFAULT", Identity.AUTO_INCREMENT: "BY DEFAULT"}


def table_statements(snapshot: Snapshot, target: Target) -> Iterator[Statement]:
    """CREATE TABLE of each, parents before those that inherit, then what CREATE TABLE cannot say, then ATTACH PARTITION."""
    tables = snapshot.catalog.tables
    identities: Identities = {
        (s.owned_by_table, s.owned_by_column): s for s in snapshot.catalog.sequences if s.identity and s.owned_by_table
    }
    by_name = {table.name: table for table in tables}
    for table in in_dependency_order(tables, lambda t: t.name, lambda t: t.inherits):
        yield Statement(table_subject(table.name), _create_table(table, identities, target))
    for table in tables:
        yield from (Statement(table_subject(table.name), sql) for sql in _column_settings(table, by_name, target))
        yield from (Statement(table_subject(table.name), sql) for sql in _unvalidated(table))
    for table in in_dependency_order(tables, lambda t: t.name, lambda t: (t.partition_of,) if t.partition_of else ()):
        if table.partition_of:
            attach = f"ATTACH PARTITION {qualified(table.name)} {table.partition_bound}"
            yield Statement(table_subject(table.name), f"ALTER TABLE ONLY {qualified(table.partition_of)} {attach}")


def _create_table(table: Table, identities: Identities, target: Target) -> str:
    foreign = table.kind is TableKind.FOREIGN
    kind = "FOREIGN TABLE" if foreign else ("UNLOGGED TABLE" if table.persistence is Persistence.UNLOGGED else "TABLE")
    own = [c for c in table.columns if not (table.inherits and c.inherited)]
    if table.partition_of:
        # identity comes with ATTACH PARTITION from the parent, and is refused before
        own = [replace(c, identity=None) for c in own]
    lines = [_column(c, identities.get((table.name, c.name)), target) for c in own]
    lines += [f"CONSTRAINT {name(c.name)} {c.definition}" for c in _checks(table) if c.validated or not c.enforced]
    parts = [f"CREATE {kind} {qualified(table.name)} (\n  " + ",\n  ".join(lines) + "\n)" if lines else _empty(kind, table)]
    if table.inherits:
        parts.append(f" INHERITS ({', '.join(qualified(parent) for parent in table.inherits)})")
    if foreign:
        return "".join(parts) + f" SERVER {name(table.foreign_server or '')}{foreign_options(table.foreign_options)}"
    if table.partition_key:
        parts.append(f" PARTITION BY {table.partition_key.definition}")
    return "".join(parts) + options_text(table.options)


def _empty(kind: str, table: Table) -> str:
    return f"CREATE {kind} {qualified(table.name)} ()"


def _checks(table: Table) -> Iterable[CheckConstraint]:
    """Those to write out: a child by INHERITS gets its parent's by itself, a partition must bring them along."""
    return (c for c in table.checks if not (table.inherits and c.inherited))


def _column(column: Column, sequence: Sequence | None, target: Target) -> str:
    parts = [f"{name(column.name)} {type_text(column.type, target)}{collation_text(column.collation, target)}"]
    if column.identity:
        inside = f" (SEQUENCE NAME {qualified(sequence.name)} {sequence_parameters(sequence)})" if sequence else ""
        parts.append(f"GENERATED {_IDENTITY[column.identity]} AS IDENTITY{inside}")
    elif column.generated:
        kind = "STORED" if column.generated.stored else "VIRTUAL"
        parts.append(f"GENERATED ALWAYS AS ({column.generated.expression}) {kind}")
    elif column.default is not None:
        parts.append(f"DEFAULT {column.default}")
    if not column.nullable and column.not_null_validated:
        named = f"CONSTRAINT {name(column.not_null_constraint)} " if column.not_null_constraint else ""
        parts.append(f"{named}NOT NULL")
    return " ".join(parts)


def _column_settings(table: Table, by_name: dict[QualifiedName, Table], target: Target) -> Iterator[str]:
    """One ALTER TABLE with storage, compression, statistics targets and what differs from an inherited column."""
    actions: list[str] = []
    parents = [by_name[p] for p in table.inherits if p in by_name]
    for column in table.columns:
        alter = f"ALTER COLUMN {name(column.name)}"
        if column.storage is not None:
            actions.append(f"{alter} SET STORAGE {column.storage}")
        if column.compression is not None:
            actions.append(f"{alter} SET COMPRESSION {column.compression}")
        if column.statistics_target is not None and column.statistics_target >= 0:
            actions.append(f"{alter} SET STATISTICS {column.statistics_target}")
        actions += _inherited_differences(column, parents, alter)
    if actions:
        word = "FOREIGN TABLE" if table.kind is TableKind.FOREIGN else "TABLE"
        yield f"ALTER {word} ONLY {qualified(table.name)} {', '.join(actions)}"


def _inherited_differences(column: Column, parents: list[Table], alter: str) -> list[str]:
    above = [c for p in parents if (c := p.column(column.name))]
    if not above or not column.inherited or column.generated:
        return []
    actions = []
    if all(c.default != column.default for c in above):
        actions.append(f"{alter} SET DEFAULT {column.default}" if column.default is not None else f"{alter} DROP DEFAULT")
    if not column.nullable and all(c.nullable for c in above):
        actions.append(f"{alter} SET NOT NULL")
    return actions


def _unvalidated(table: Table) -> Iterator[str]:
    add = f"ALTER TABLE {qualified(table.name)} ADD CONSTRAINT"
    for check in _checks(table):
        if not check.validated and check.enforced:
            yield f"{add} {name(check.name)} {check.definition}"
    for column in table.columns:
        if not column.not_null_validated and column.not_null_constraint and not (table.inherits and column.inherited):
            yield f"{add} {name(column.not_null_constraint)} NOT NULL {name(column.name)} NOT VALID"


def storage_statements(snapshot: Snapshot) -> Iterator[Statement]:
    """Replica identity and the index a table was clustered by; both need the indexes."""
    facts = snapshot.postgres.tables if snapshot.postgres else ()
    words = {"full": "FULL", "nothing": "NOTHING"}
    foreign = {t.name for t in snapshot.catalog.tables if t.kind is TableKind.FOREIGN}
    for fact in facts:
        alter = f"ALTER TABLE ONLY {qualified(fact.name)}"
        if fact.replica_identity in words and fact.name not in foreign:
            yield Statement(table_subject(fact.name), f"{alter} REPLICA IDENTITY {words[fact.replica_identity]}")
    for table, index in snapshot.catalog.indexes():
        alter = f"ALTER TABLE ONLY {qualified(table.name)}"
        if index.replica_identity:
            yield Statement(table_subject(table.name), f"{alter} REPLICA IDENTITY USING INDEX {name(index.name.name)}")
        if index.clustered:
            yield Statement(table_subject(table.name), f"ALTER TABLE {qualified(table.name)} CLUSTER ON {name(index.name.name)}")
