"""Views, routines, triggers and row-security policies."""

from collections.abc import Iterator

from dbarchitect.model.catalog import Catalog, Routine, RoutineKind, Trigger, View
from dbarchitect.model.names import QualifiedName, Subject, SubjectKind, object_subject, table_subject
from dbarchitect.model.postgres import Policy, PostgresFacts
from dbarchitect.sql.postgres_schema.statement import (
    Statement,
    Target,
    in_dependency_order,
    literal,
    name,
    names_in,
    options_text,
    qualified,
    type_text,
)


def routine_statements(catalog: Catalog, *, before_tables: bool) -> Iterator[Statement]:
    """Routines, each after those that it calls by a checked body or builds on; in two halves.

    Those whose signature speaks of a table or view, or whose body is checked at creation, come after the views.
    """
    relations = {t.name for t in catalog.tables} | {v.name for v in catalog.views}
    chosen = [r for r in catalog.routines if _needs_relations(r, relations) is not before_tables]
    for routine in in_dependency_order(chosen, lambda r: r.name, _needs):
        subject = object_subject(SubjectKind.ROUTINE, routine.name)
        if routine.definition:
            yield Statement(subject, routine.definition)
        else:
            yield Statement(subject, "", stand_in="its definition could not be read from the source")


def _needs_relations(routine: Routine, relations: set[QualifiedName]) -> bool:
    if _has_checked_body(routine):
        return True
    signature = f"{routine.arguments} {routine.returns or ''}"
    return bool(names_in(signature) & relations)


def _has_checked_body(routine: Routine) -> bool:
    """A body in SQL's own syntax is parsed when the routine is made; one in a string is not (check_function_bodies off)."""
    head, _, _ = routine.definition.partition("\nAS ")
    return routine.language == "sql" and (head == routine.definition)


def _needs(routine: Routine) -> set[QualifiedName]:
    if routine.kind is RoutineKind.AGGREGATE or _has_checked_body(routine):
        return names_in(routine.definition) - {routine.name}
    return names_in(routine.arguments) - {routine.name}


def view_statements(catalog: Catalog, target: Target) -> Iterator[Statement]:
    """Views and materialised views, each after those that it reads; one that fails becomes an empty view of its columns."""
    for view in in_dependency_order(catalog.views, lambda v: v.name, lambda v: v.depends_on):
        yield Statement(object_subject(SubjectKind.VIEW, view.name), _create_view(view), fallback=_stand_in(view, target))


def populated_statements(catalog: Catalog) -> Iterator[Statement]:
    """Materialised views that are filled at the source count as filled: of empty tables there is nothing to compute,
    and no code of the source's authors is run."""
    for view in catalog.views:
        if view.materialized and view.populated:
            sql = f"UPDATE pg_catalog.pg_class SET relispopulated = true WHERE oid = {literal(qualified(view.name))}::regclass"
            yield Statement(object_subject(SubjectKind.VIEW, view.name), sql)


def _create_view(view: View) -> str:
    select = view.definition.rstrip().rstrip(";")
    if view.materialized:
        return f"CREATE MATERIALIZED VIEW {qualified(view.name)}{options_text(view.options)} AS {select} WITH NO DATA"
    return f"CREATE VIEW {qualified(view.name)}{options_text(view.options)} AS {select}"


def _stand_in(view: View, target: Target) -> str:
    columns = ", ".join(f"NULL::{type_text(c.type, target)} AS {name(c.name)}" for c in view.columns)
    kind = "MATERIALIZED VIEW" if view.materialized else "VIEW"
    tail = " WITH NO DATA" if view.materialized else ""
    return f"CREATE {kind} {qualified(view.name)} AS SELECT {columns} WHERE false{tail}"


def trigger_statements(catalog: Catalog) -> Iterator[Statement]:
    """Triggers by their own definitions, disabled where they are; a partition gets its parent's by itself."""
    for trigger in catalog.triggers:
        subject = _trigger_subject(trigger)
        if not trigger.inherited:
            yield Statement(subject, trigger.definition)
        if not trigger.enabled:
            yield Statement(subject, f"ALTER TABLE {qualified(trigger.table)} DISABLE TRIGGER {name(trigger.name)}")


def _trigger_subject(trigger: Trigger) -> Subject:
    return Subject(SubjectKind.TRIGGER, trigger.table.schema, trigger.table.name, trigger.name)


def row_security_statements(facts: PostgresFacts) -> Iterator[Statement]:
    """Policies, and row security switched on and forced where it is."""
    for policy in facts.policies:
        subject = Subject(SubjectKind.POLICY, policy.table.schema, policy.table.name, policy.name)
        yield Statement(subject, _create_policy(policy))
    for table in facts.tables:
        alter = f"ALTER TABLE ONLY {qualified(table.name)}"
        if table.row_security:
            yield Statement(table_subject(table.name), f"{alter} ENABLE ROW LEVEL SECURITY")
        if table.row_security_forced:
            yield Statement(table_subject(table.name), f"{alter} FORCE ROW LEVEL SECURITY")


def _create_policy(policy: Policy) -> str:
    roles = ", ".join("PUBLIC" if role.upper() == "PUBLIC" else name(role) for role in policy.roles) or "PUBLIC"
    kind = "PERMISSIVE" if policy.permissive else "RESTRICTIVE"
    using = f" USING ({policy.using})" if policy.using is not None else ""
    checked = f" WITH CHECK ({policy.with_check})" if policy.with_check is not None else ""
    return (
        f"CREATE POLICY {name(policy.name)} ON {qualified(policy.table)} AS {kind} FOR {policy.command} TO {roles}{using}{checked}"
    )
