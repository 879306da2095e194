"""Views out of the way of a change and back: PostgreSQL refuses a new type for a column that a view uses.

Source: the manual's pages of ALTER TABLE (a type used by a view), CREATE VIEW and CREATE MATERIALIZED VIEW.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dbarchitect.model.catalog import View
from dbarchitect.model.change import Change, Risk, Step
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.postgres import Grant
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_literal, quote_name, quote_qualified
from dbarchitect.sql.postgres_schema.statement import in_dependency_order, names_in, options_text

PG = Engine.POSTGRESQL


@dataclass(frozen=True, slots=True)
class StandingViews:
    """Views that have to go and come back, each after those that it reads. `refusals` say why they could not come back."""

    views: tuple[View, ...]
    refusals: tuple[str, ...]
    drop: tuple[Step, ...]
    create: tuple[Step, ...]


def standing_views(snapshot: Snapshot, views: Sequence[View]) -> StandingViews:
    """These views and all that read them, with the statements that drop them and make them again as they were read."""
    known = {view.name: view for view in views}
    waiting = list(known)
    while waiting:
        for view in snapshot.views_over(waiting.pop()):
            if view.name not in known:
                known[view.name] = view
                waiting.append(view.name)
    ordered = in_dependency_order(sorted(known.values(), key=lambda v: v.name), lambda v: v.name, lambda v: v.depends_on)
    return StandingViews(
        tuple(ordered),
        tuple(text for view in ordered for text in _refusals(snapshot, view)),
        tuple(Step(f"DROP {_kind(view)} {quote_qualified(PG, view.name)}") for view in reversed(ordered)),
        tuple(Step(sql) for view in ordered for sql in _create(snapshot, view)),
    )


def around(change: Change, standing: StandingViews) -> Change:
    """The change, in one transaction with the views' way out before it and their way back after it; so for its undo."""
    if not standing.views:
        return change
    names = ", ".join(str(view.name) for view in standing.views)
    filled = ", ".join(str(view.name) for view in standing.views if view.materialized and view.populated)
    return replace(
        change,
        steps=(*standing.drop, *change.steps, *standing.create),
        undo=(*standing.drop, *change.undo, *standing.create) if change.undo else (),
        risk=Risk.MEDIUM if change.risk is Risk.LOW else change.risk,
        hazards=(
            *change.hazards,
            f"{names}: dropped and made again in the same transaction; a definition that does not take the new type stops it all",
            *((f"{filled}: computed anew under the lock",) if filled else ()),
        ),
    )


def _kind(view: View) -> str:
    return "MATERIALIZED VIEW" if view.materialized else "VIEW"


def _refusals(snapshot: Snapshot, view: View) -> Iterator[str]:
    if snapshot.triggers_on(view.name):
        yield f"view {view.name} has triggers"
    if any(column.default is not None for column in view.columns):
        yield f"view {view.name} has defaults of its own"
    if any(grant.grantor != view.owner for grant in _grants(snapshot, view)):
        yield f"rights on view {view.name} were granted by others than its owner"
    for routine in snapshot.atomic_routines:
        if view.name in names_in(routine.definition):
            yield f"{routine.kind.value} {routine.name} reads view {view.name}"
    for policy in snapshot.policies_that_may_read(view.name):
        if view.name in names_in(f"{policy.using} {policy.with_check}"):
            yield f"policy {policy.name} reads view {view.name}"
    if view.name in snapshot.relations_with_extended_statistics:
        yield f"view {view.name} has extended statistics"


def _grants(snapshot: Snapshot, view: View) -> list[Grant]:
    found = snapshot.relation_grants(view.name)
    return sorted(found, key=lambda g: (g.object_kind == "column", g.column or "", g.grantee, g.grantable))


def _create(snapshot: Snapshot, view: View) -> Iterator[str]:
    target, kind = quote_qualified(PG, view.name), _kind(view)
    empty = " WITH NO DATA" if view.materialized and not view.populated else ""
    yield f"CREATE {kind} {target}{options_text(view.options)} AS\n{view.definition.strip().removesuffix(';')}{empty}"
    if view.owner:
        yield f"ALTER {kind} {target} OWNER TO {quote_name(PG, view.owner)}"
    for index in sorted(view.indexes, key=lambda i: i.name):
        yield index.definition
        if index.comment is not None:
            yield f"COMMENT ON INDEX {quote_qualified(PG, index.name)} IS {quote_literal(PG, index.comment)}"
    if view.comment is not None:
        yield f"COMMENT ON {kind} {target} IS {quote_literal(PG, view.comment)}"
    for column in view.columns:
        if column.comment is not None:
            yield f"COMMENT ON COLUMN {target}.{quote_name(PG, column.name)} IS {quote_literal(PG, column.comment)}"
    yield from _rights(snapshot, view)
    if view.materialized and view.populated:
        yield f"ANALYZE {target}"


def _rights(snapshot: Snapshot, view: View) -> Iterator[str]:
    target = quote_qualified(PG, view.name)
    for role in _born_with(snapshot, view.name):
        yield f"REVOKE ALL ON TABLE {target} FROM {_role(role)}"
    for grant in _grants(snapshot, view):
        column = f" ({quote_name(PG, grant.column)})" if grant.column is not None else ""
        words = ", ".join(f"{privilege}{column}" for privilege in grant.privileges)
        option = " WITH GRANT OPTION" if grant.grantable else ""
        yield f"GRANT {words} ON TABLE {target} TO {_role(grant.grantee)}{option}"


def _born_with(snapshot: Snapshot, name: QualifiedName) -> list[str]:
    """Whom default privileges give rights on every new view of this schema."""
    default = [g for g in snapshot.default_grants if g.column == "table"]
    return sorted({g.grantee for g in default if g.object_name.schema in ("", name.schema)})


def _role(role: str) -> str:
    return "PUBLIC" if role == "PUBLIC" else quote_name(PG, role)
