"""Views, sequences, types, triggers and routines."""

from collections import defaultdict
from typing import Any

from dbarchitect.engines.postgres.constraints import check
from dbarchitect.engines.postgres.relations import Relations
from dbarchitect.engines.postgres.session import ReadSession, Rows
from dbarchitect.engines.postgres.tables import PERSISTENCE, Storage
from dbarchitect.model.catalog import (
    CheckConstraint,
    CompositeType,
    Domain,
    EnumType,
    RangeType,
    Routine,
    RoutineKind,
    Sequence,
    Trigger,
    View,
)
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.sql.identifiers import quote_literal, quote_qualified

_ROUTINES = {"f": RoutineKind.FUNCTION, "p": RoutineKind.PROCEDURE, "a": RoutineKind.AGGREGATE, "w": RoutineKind.WINDOW}
_VOLATILITY = {"i": "immutable", "s": "stable", "v": "volatile"}
_PARALLEL = {"s": "safe", "r": "restricted", "u": "unsafe"}
# bits of pg_trigger.tgtype (src/include/catalog/pg_trigger.h)
_ROW, _BEFORE, _INSTEAD = 1, 2, 64
_EVENTS = ((4, "INSERT"), (16, "UPDATE"), (8, "DELETE"), (32, "TRUNCATE"))


def read_views(session: ReadSession, relations: Relations, storage: Storage) -> tuple[View, ...]:
    """Views and materialised views. One that reads an exclusively locked table is left out."""
    definitions = {r.oid: r.definition for r in session.ask("views", locked=relations.locked)}
    reads: dict[int, list[Any]] = defaultdict(list)
    for row in session.ask("view_dependencies"):
        reads[row.view].append(row)
    return tuple(
        _view(row, definitions[oid], reads[oid], relations, storage)
        for oid, row in relations.rows.items()
        if oid in definitions and not row.of_extension
    )


def _view(row: Any, definition: str, reads: Rows, relations: Relations, storage: Storage) -> View:
    size = storage.size(row.oid)
    materialized = row.kind == "m"
    return View(
        name=relations.names[row.oid],
        materialized=materialized,
        definition=definition.strip().removesuffix(";"),
        columns=tuple(relations.columns.get(row.oid, ())),
        depends_on=tuple(QualifiedName(r.schema, r.name) for r in reads),
        owner=row.owner,
        options=tuple(row.options or ()),
        indexes=tuple(relations.indexes.get(row.oid, ())),
        populated=row.populated,
        comment=relations.comments.of("pg_class", row.oid),
        rows=row.rows if materialized and row.rows >= 0 else None,
        bytes=size.total_bytes if size else None,
        columns_used=tuple((QualifiedName(r.schema, r.name), column) for r in reads for column in r.columns or ()),
    )


def read_sequences(session: ReadSession, relations: Relations) -> tuple[Sequence, ...]:
    """Sequences, those of serial and identity columns with their owner."""
    return tuple(_sequence(row, relations) for row in session.ask("sequences", locked=relations.locked))


def _sequence(row: Any, relations: Relations) -> Sequence:
    return Sequence(
        name=QualifiedName(row.schema, row.name),
        type=row.type,
        start=row.start,
        minimum=row.minimum,
        maximum=row.maximum,
        increment=row.increment,
        cycle=row.cycle,
        cache=row.cache,
        last_value=row.last_value,
        readable=row.readable,
        owned_by_table=relations.names.get(row.owned_by),
        owned_by_column=relations.column_names.get(row.owned_by, {}).get(row.owned_by_column),
        identity=bool(row.identity),
        persistence=PERSISTENCE[row.persistence],
        owner=row.owner,
        comment=relations.comments.of("pg_class", row.oid),
    )


def read_enums(session: ReadSession, relations: Relations) -> tuple[EnumType, ...]:
    """Enumerated types."""
    return tuple(
        EnumType(QualifiedName(row.schema, row.name), tuple(row.labels or ()), row.owner, relations.comments.of("pg_type", row.oid))
        for row in session.ask("enums")
    )


def read_domains(session: ReadSession, relations: Relations, constraints: Rows) -> tuple[Domain, ...]:
    """Domains with their checks."""
    checks: dict[int, list[CheckConstraint]] = defaultdict(list)
    for row in constraints:
        if row.domain and row.kind == "c":
            checks[row.domain].append(check(row, relations))
    rows = session.ask("domains")
    relations.read_collations(session, {row.collation for row in rows if row.collation})
    return tuple(
        Domain(
            name=QualifiedName(row.schema, row.name),
            base=relations.types.data_type(row.base, row.modifier, row.base_text),
            nullable=row.nullable,
            default=row.default_text,
            collation=relations.collations.get(row.collation),
            checks=tuple(checks[row.oid]),
            owner=row.owner,
            comment=relations.comments.of("pg_type", row.oid),
        )
        for row in rows
    )


def read_composites(session: ReadSession, relations: Relations) -> tuple[CompositeType, ...]:
    """Composite types that stand alone (not the row types of tables)."""
    return tuple(
        CompositeType(
            name=QualifiedName(row.schema, row.name),
            attributes=tuple((c.name, c.type.text) for c in relations.columns.get(row.relation, ())),
            owner=row.owner,
            comment=relations.comments.of("pg_type", row.oid),
        )
        for row in session.ask("composites")
    )


def read_ranges(session: ReadSession, relations: Relations) -> tuple[RangeType, ...]:
    """User-defined range types."""
    return tuple(
        RangeType(QualifiedName(row.schema, row.name), _create_range(row), row.owner, relations.comments.of("pg_type", row.oid))
        for row in session.ask("ranges")
    )


def _create_range(row: Any) -> str:
    parts = (
        ("subtype", row.subtype),
        ("multirange_type_name", row.multirange),
        ("subtype_opclass", row.operator_class),
        ("collation", row.collation),
        ("canonical", row.canonical),
        ("subtype_diff", row.difference),
    )
    name = quote_qualified(Engine.POSTGRESQL, QualifiedName(row.schema, row.name))
    return f"CREATE TYPE {name} AS RANGE ({', '.join(f'{word} = {value}' for word, value in parts if value)})"


def read_triggers(session: ReadSession, relations: Relations) -> tuple[Trigger, ...]:
    """Triggers that people made, on tables and views."""
    rows = session.ask("triggers", locked=relations.locked)
    return tuple(_trigger(row, relations) for row in rows if relations.own(row.relation))


def _trigger(row: Any, relations: Relations) -> Trigger:
    timing = "INSTEAD OF" if row.bits & _INSTEAD else ("BEFORE" if row.bits & _BEFORE else "AFTER")
    return Trigger(
        name=row.name,
        table=relations.names[row.relation],
        timing=timing,
        events=tuple(event for bit, event in _EVENTS if row.bits & bit),
        for_each_row=bool(row.bits & _ROW),
        routine=QualifiedName(row.routine_schema, row.routine_name),
        enabled=row.enabled != "D",
        definition=row.definition,
        has_condition=row.has_condition,
        inherited=row.inherited,
        comment=relations.comments.of("pg_trigger", row.oid),
    )


def read_routines(session: ReadSession, relations: Relations) -> tuple[Routine, ...]:
    """Functions, procedures and aggregates."""
    aggregates = {row.oid: row for row in session.ask("aggregates")}
    return tuple(_routine(row, aggregates.get(row.oid), relations) for row in session.ask("routines"))


def _routine(row: Any, aggregate: Any, relations: Relations) -> Routine:
    name = QualifiedName(row.schema, row.name)
    return Routine(
        name=name,
        arguments=row.arguments,
        kind=_ROUTINES[row.kind],
        language=row.language,
        returns=row.returns,
        definition=_create_aggregate(name, row, aggregate) if aggregate else (row.definition or ""),
        volatility=_VOLATILITY[row.volatility],
        security_definer=row.security_definer,
        settings=tuple(row.settings or ()),
        strict=row.strict,
        parallel=_PARALLEL[row.parallel],
        owner=row.owner,
        public_execute=row.public_execute,
        comment=relations.comments.of("pg_proc", row.oid),
    )


def _create_aggregate(name: QualifiedName, row: Any, aggregate: Any) -> str:
    """CREATE AGGREGATE; empty for ordered-set and hypothetical-set aggregates, whose clauses are of another kind."""
    if aggregate.kind != "n":
        return ""
    engine = Engine.POSTGRESQL
    parts = (
        ("SFUNC", aggregate.transition),
        ("STYPE", aggregate.state),
        ("SSPACE", aggregate.state_bytes or None),
        ("FINALFUNC", aggregate.final),
        ("FINALFUNC_EXTRA", aggregate.final_extra),
        ("COMBINEFUNC", aggregate.combine),
        ("SERIALFUNC", aggregate.serialize),
        ("DESERIALFUNC", aggregate.deserialize),
        ("INITCOND", None if aggregate.initial is None else quote_literal(engine, aggregate.initial)),
        ("MSFUNC", aggregate.moving_transition),
        ("MINVFUNC", aggregate.moving_inverse),
        ("MSTYPE", aggregate.moving_state),
        ("MFINALFUNC", aggregate.moving_final),
        ("MFINALFUNC_EXTRA", aggregate.moving_final_extra),
        ("MINITCOND", None if aggregate.moving_initial is None else quote_literal(engine, aggregate.moving_initial)),
        ("SORTOP", aggregate.sort_operator),
        ("PARALLEL", None if row.parallel == "u" else _PARALLEL[row.parallel].upper()),
    )
    clauses = ", ".join(word if value is True else f"{word} = {value}" for word, value in parts if value not in (None, False))
    return f"CREATE AGGREGATE {quote_qualified(engine, name)}({aggregate.arguments or '*'}) ({clauses})"
