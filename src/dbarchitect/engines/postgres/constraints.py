"""Keys, foreign keys, checks and exclusion constraints, out of pg_constraint's rows."""

import re
from typing import Any

from dbarchitect.engines.postgres.relations import Relations
from dbarchitect.model.catalog import CheckConstraint, ExclusionConstraint, ForeignKey, Key, ReferentialAction

_ACTIONS = {
    "a": ReferentialAction.NO_ACTION,
    "r": ReferentialAction.RESTRICT,
    "c": ReferentialAction.CASCADE,
    "n": ReferentialAction.SET_NULL,
    "d": ReferentialAction.SET_DEFAULT,
}
_CHECK = re.compile(r"CHECK \((?P<expression>.*)\)(?: NO INHERIT)?(?: NOT VALID| NOT ENFORCED)?\Z", re.DOTALL)


def key(row: Any, relations: Relations, nulls_not_distinct: bool) -> Key:
    """A primary key or unique constraint; its index bears its name."""
    return Key(
        name=row.name,
        primary=row.kind == "p",
        columns=relations.columns_of(row.relation, row.columns),
        index=row.name,
        deferrable=row.deferrable,
        initially_deferred=row.initially_deferred,
        nulls_not_distinct=nulls_not_distinct,
        without_overlaps=row.without_overlaps,
        definition=row.definition,
        comment=relations.comments.of("pg_constraint", row.oid),
        inherited=row.inherited,
    )


def foreign_key(row: Any, relations: Relations) -> ForeignKey:
    """A foreign key."""
    return ForeignKey(
        name=row.name,
        columns=relations.columns_of(row.relation, row.columns),
        target=relations.names[row.target],
        target_columns=relations.columns_of(row.target, row.target_columns),
        on_delete=_ACTIONS[row.on_delete],
        on_update=_ACTIONS[row.on_update],
        match_full=row.match == "f",
        validated=row.validated,
        enforced=row.enforced,
        deferrable=row.deferrable,
        initially_deferred=row.initially_deferred,
        definition=row.definition,
        comment=relations.comments.of("pg_constraint", row.oid),
        inherited=row.inherited,
    )


def check(row: Any, relations: Relations) -> CheckConstraint:
    """A check constraint of a table or domain."""
    match = _CHECK.match(row.definition)
    return CheckConstraint(
        name=row.name,
        expression=match["expression"] if match else row.definition,
        columns=relations.columns_of(row.relation, row.columns),
        validated=row.validated,
        enforced=row.enforced,
        no_inherit=row.no_inherit,
        definition=row.definition,
        comment=relations.comments.of("pg_constraint", row.oid),
        inherited=row.inherited,
    )


def exclusion(row: Any, relations: Relations) -> ExclusionConstraint:
    """An exclusion constraint; its index bears its name."""
    return ExclusionConstraint(row.name, row.name, row.definition, relations.comments.of("pg_constraint", row.oid))
