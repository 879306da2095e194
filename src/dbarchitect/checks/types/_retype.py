"""Type changes as remedies: what stands in their way, and the change or the advice that follows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dbarchitect.checks._names import listed, mentions
from dbarchitect.checks._tables import in_foreign_key, is_referenced, unsound_indexes, views_using
from dbarchitect.model.catalog import CheckConstraint, Column, Table
from dbarchitect.model.change import Change, ChangeKind, Risk, Step
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import add_constraint_definition, advice, drop_constraint_statement
from dbarchitect.sql.columns import PG, Retype, retype_columns, retype_statement, types_are
from dbarchitect.sql.identifiers import quote_literal, quote_name, quote_qualified
from dbarchitect.sql.mysql_columns import have_types, modify_types
from dbarchitect.sql.view_changes import around, standing_views


def is_large(snapshot: Snapshot, table: Table, limits: Limits) -> bool:
    """True when rewriting the table takes long."""
    return (snapshot.bytes(table) or 0) >= limits.large_table_bytes or (snapshot.rows(table) or 0) >= limits.large_table_rows


@dataclass(frozen=True, slots=True)
class CarriedCheck:
    """A check constraint that is dropped before the change of types and added again after it with another expression."""

    constraint: CheckConstraint
    expression: str


def _with_checks(change: Change, table: Table, carried: tuple[CarriedCheck, ...]) -> Change:
    target = quote_qualified(PG, table.name)
    drop = tuple(Step(drop_constraint_statement(PG, table.name, c.constraint.name)) for c in carried)
    add = tuple(
        Step(f"ALTER TABLE {target} ADD CONSTRAINT {quote_name(PG, c.constraint.name)} CHECK ({c.expression})") for c in carried
    )
    back = tuple(Step(add_constraint_definition(c.constraint, PG, table.name)) for c in carried)
    said = tuple(
        Step(f"COMMENT ON CONSTRAINT {quote_name(PG, c.constraint.name)} ON {target} IS {quote_literal(PG, c.constraint.comment)}")
        for c in carried
        if c.constraint.comment is not None
    )
    return replace(change, steps=(*drop, *change.steps, *add, *said), undo=(*drop, *change.undo, *back, *said))


def _own_obstacles(snapshot: Snapshot, table: Table, column: Column) -> Iterator[str]:
    name = column.name
    if table.partition_key and mentions(table.partition_key.definition, name):
        yield "it is part of the partition key"
    if column.default and any(c.default != column.default for p in snapshot.partitions(table.name) if (c := p.column(name))):
        yield "some partitions have another default, or none, which a change of the parent's default overwrites"
    if in_foreign_key(table, name) or is_referenced(snapshot, table, name):
        yield "a foreign key ties it to another table's column, which must change with it"
    yield from (f"check constraint {c.name} names it" for c in table.checks if mentions(c.expression, name))
    yield from (f"exclusion constraint {c.name} names it" for c in table.exclusions if mentions(c.definition, name))
    yield from (
        f"generated column {c.name} reads it" for c in table.columns if c.generated and mentions(c.generated.expression, name)
    )
    for index in table.indexes:
        special = any(
            mentions(e.expression, name) or (e.column == name and (e.operator_class or e.collation or e.prefix_length))
            for e in index.entries
        )
        if special or mentions(index.predicate, name) or (index.method not in ("btree", "hash") and name in index.columns):
            yield f"index {index.name.name} is bound to its type"


def _outer_obstacles(snapshot: Snapshot, table: Table, column: Column) -> Iterator[str]:
    name = column.name
    if snapshot.engine is not Engine.POSTGRESQL:
        return  # views, triggers and routines look the type up when they run
    yield from (f"trigger {t.name} names it" for t in snapshot.triggers_on(table.name) if mentions(t.definition, name))
    for policy in snapshot.policies_on(table.name):
        if mentions(policy.using, name) or mentions(policy.with_check, name):
            yield f"policy {policy.name} names it"
    for routine in snapshot.atomic_routines:
        if mentions(routine.definition, name):
            yield f"{routine.kind.value} {routine.name} reads it"


def obstacles(snapshot: Snapshot, table: Table, column: Column) -> list[str]:
    """What keeps ALTER COLUMN TYPE from running, or what it would not carry along, in words."""
    found = [*_own_obstacles(snapshot, table, column), *_outer_obstacles(snapshot, table, column)]
    if column.inherited or table.name in snapshot.inherited_tables:
        found.append("it is inherited")
    if column.type.domain:
        found.append(f"its type is the domain {column.type.domain}, whose rules would be lost")
    if column.generated or column.identity:
        found.append("its values are made by the server")
    return found


def _built_again(table: Table) -> list[str]:
    return [
        f"{table.name.name}: index {i.name.name} is invalid, and writing the table anew builds it too"
        for i in unsound_indexes(table)
    ]


def retype(
    snapshot: Snapshot,
    limits: Limits,
    table: Table,
    retypes: tuple[Retype, ...],
    *,
    rewrites: bool = True,
    in_utc: bool = False,
    hazards: tuple[str, ...] = (),
    assumptions: tuple[str, ...] = (),
    no_undo: str | None = None,
    carried: tuple[CarriedCheck, ...] = (),
) -> Change:
    """The type change, ready to run, with the views over it dropped and made again; or, when something stands in its way, advice that
    names it and the statement."""
    if snapshot.engine is not Engine.POSTGRESQL:
        return _retype_mysql(snapshot, limits, table, retypes, hazards, assumptions, no_undo)
    standing = standing_views(snapshot, [view for r in retypes for view in views_using(snapshot, table, r.column.name)])
    apart = replace(table, checks=tuple(c for c in table.checks if c not in [k.constraint for k in carried]))
    found = [f"{r.column.name}: {text}" for r in retypes for text in obstacles(snapshot, apart, r.column)]
    found += [*(_built_again(table) if rewrites else ()), *standing.refusals]
    if found:
        why = (
            f"{listed(found)}. Take what stands in the way out of it first, run `{retype_statement(table.name, retypes)}`, "
            "then put it back in the new type."
        )
        return advice(ChangeKind.SCHEMA, why, risk=Risk.MEDIUM, verify=types_are(*((table.name, retype) for retype in retypes)))
    change = retype_columns(
        table, retypes, rewrites=rewrites, in_utc=in_utc, large=rewrites and is_large(snapshot, table, limits),
        hazards=hazards, assumptions=assumptions, no_undo=no_undo,
    )  # fmt: skip
    return around(_with_checks(change, table, carried), standing)


def _with_statistics(snapshot: Snapshot, table: Table, retypes: tuple[Retype, ...]) -> tuple[str, ...]:
    """Of these columns those of which MariaDB keeps statistics of its own; what an index tells comes back by itself."""
    names = [r.column.name for r in retypes]
    rows = (snapshot.column_statistics(table.name, name) for name in names)
    kept = (row.column for row in rows if row is not None and (row.common_values or row.histogram_bounds))
    return tuple(kept) if snapshot.engine is Engine.MARIADB else ()


def _retype_mysql(
    snapshot: Snapshot,
    limits: Limits,
    table: Table,
    retypes: tuple[Retype, ...],
    hazards: tuple[str, ...],
    assumptions: tuple[str, ...],
    no_undo: str | None,
) -> Change:
    facts = snapshot.mysql_table(table.name)
    large = is_large(snapshot, table, limits)
    change = modify_types(
        snapshot.engine, table, facts.definition if facts else "", retypes,
        large=large, analyze=_with_statistics(snapshot, table, retypes), hazards=hazards, assumptions=assumptions, no_undo=no_undo,
    )  # fmt: skip
    found = [f"{r.column.name}: {text}" for r in retypes for text in obstacles(snapshot, table, r.column)]
    if change is not None and not found:
        return change
    wanted = listed([f"{r.column.name} to {r.type}" for r in retypes])
    why = (
        f"{listed(found)}. Take what stands in the way out of it first, change {wanted} by MODIFY COLUMN in strict SQL mode, then put it "
        "back in the new type."
        if found
        else f"Change {wanted} by MODIFY COLUMN with the whole clause, in strict SQL mode: SHOW CREATE TABLE could not be read here."
    )
    verify = have_types(snapshot.engine, table.name, tuple((r.column.name, r.type) for r in retypes))
    return advice(ChangeKind.SCHEMA, why, risk=Risk.MEDIUM, verify=verify)
