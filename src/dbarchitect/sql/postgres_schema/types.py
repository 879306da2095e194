"""Types and sequences: enums, domains, composites, ranges, and stand-ins for those of missing extensions."""

from collections.abc import Iterator

from dbarchitect.model.catalog import Catalog, CompositeType, Domain, EnumType, Persistence, RangeType, Sequence
from dbarchitect.model.names import QualifiedName, SubjectKind, object_subject
from dbarchitect.sql.postgres_schema.statement import (
    Statement,
    Target,
    collation_text,
    in_dependency_order,
    literal,
    name,
    names_in,
    qualified,
    type_text,
)

UserType = EnumType | Domain | CompositeType | RangeType


def user_types(catalog: Catalog) -> list[UserType]:
    """Enums, domains, composites and ranges of the schema's own."""
    return [*catalog.enums, *catalog.domains, *catalog.composites, *catalog.ranges]


def type_names_used(catalog: Catalog) -> frozenset[QualifiedName]:
    """The types that columns, domains and composites use and that the catalogue does not define itself."""
    used = {c.type.user_defined for t in catalog.tables for c in t.columns}
    used |= {c.type.user_defined for v in catalog.views for c in v.columns}
    used |= {d.base.user_defined for d in catalog.domains}
    used |= {n for c in catalog.composites for _, text in c.attributes for n in names_in(text)}
    defined = {t.name for t in user_types(catalog)} | {t.name for t in catalog.tables} | {v.name for v in catalog.views}
    # a range's statement names the multirange type that comes with it
    defined |= {n for r in catalog.ranges for n in names_in(r.definition)}
    return frozenset(n for n in used if n and n not in defined and n.schema not in ("pg_catalog", "information_schema"))


def collations_used(catalog: Catalog) -> frozenset[str]:
    """The collations that columns, domains and indexes name, as the catalogue spells them."""
    used = {c.collation for t in catalog.tables for c in t.columns} | {d.collation for d in catalog.domains}
    used |= {e.collation for _, index in catalog.indexes() for e in index.entries}
    return frozenset(c for c in used if c)


def type_statements(catalog: Catalog, target: Target) -> Iterator[Statement]:
    """Stand-ins first, then the schema's own types, each after those that it is made of."""
    for missing in sorted(target.missing_types):
        why = "its type comes from something that the lab's server lacks; a domain over text stands in"
        subject = object_subject(SubjectKind.TYPE, missing)
        yield Statement(subject, f"CREATE DOMAIN {qualified(missing)} AS text", stand_in=why)
    for item in in_dependency_order(user_types(catalog), lambda t: t.name, _needs):
        subject = object_subject(SubjectKind.TYPE, item.name)
        for sql in _create_type(item, target):
            yield Statement(subject, sql)


def _needs(item: UserType) -> set[QualifiedName]:
    match item:
        case Domain():
            return names_in(item.base.text)
        case CompositeType():
            return {n for _, text in item.attributes for n in names_in(text)}
        case RangeType():
            return names_in(item.definition)
        case EnumType():
            return set()


def _create_type(item: UserType, target: Target) -> Iterator[str]:
    match item:
        case EnumType():
            yield f"CREATE TYPE {qualified(item.name)} AS ENUM ({', '.join(literal(label) for label in item.labels)})"
        case Domain():
            yield from _create_domain(item, target)
        case CompositeType():
            attributes = ", ".join(f"{name(attribute)} {text}" for attribute, text in item.attributes)
            yield f"CREATE TYPE {qualified(item.name)} AS ({attributes})"
        case RangeType():
            yield item.definition


def _create_domain(domain: Domain, target: Target) -> Iterator[str]:
    base = f"{type_text(domain.base, target)}{collation_text(domain.collation, target)}"
    parts = [f"CREATE DOMAIN {qualified(domain.name)} AS {base}"]
    if domain.default is not None:
        parts.append(f" DEFAULT {domain.default}")
    if not domain.nullable:
        parts.append(" NOT NULL")
    yield "".join(parts)
    for check in domain.checks:
        yield f"ALTER DOMAIN {qualified(domain.name)} ADD CONSTRAINT {name(check.name)} {check.definition}"


def sequence_statements(catalog: Catalog) -> Iterator[Statement]:
    """Sequences that stand on their own or behind a serial column; an identity column makes its own."""
    for sequence in catalog.sequences:
        if not sequence.identity:
            unlogged = "UNLOGGED " if sequence.persistence is Persistence.UNLOGGED else ""
            sql = f"CREATE {unlogged}SEQUENCE {qualified(sequence.name)} AS {sequence.type} {sequence_parameters(sequence)}"
            yield Statement(object_subject(SubjectKind.SEQUENCE, sequence.name), sql)


def sequence_parameters(sequence: Sequence) -> str:
    """Increment, bounds, start, cache and cycle as SQL."""
    cycle = "CYCLE" if sequence.cycle else "NO CYCLE"
    return (
        f"INCREMENT BY {sequence.increment} MINVALUE {sequence.minimum} MAXVALUE {sequence.maximum} "
        f"START WITH {sequence.start} CACHE {sequence.cache} {cycle}"
    )


def sequence_ties(catalog: Catalog) -> Iterator[Statement]:
    """Which column owns a sequence, and how far it has counted."""
    for sequence in catalog.sequences:
        subject = object_subject(SubjectKind.SEQUENCE, sequence.name)
        if sequence.owned_by_table and sequence.owned_by_column and not sequence.identity:
            column = f"{qualified(sequence.owned_by_table)}.{name(sequence.owned_by_column)}"
            yield Statement(subject, f"ALTER SEQUENCE {qualified(sequence.name)} OWNED BY {column}")
        if sequence.last_value is not None:
            yield Statement(subject, f"SELECT setval({literal(qualified(sequence.name))}, {sequence.last_value})")
