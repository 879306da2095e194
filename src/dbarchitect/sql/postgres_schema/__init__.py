"""The ordered statements that rebuild the schema of a PostgreSQL snapshot, without its rows, on PostgreSQL 18.

Definitions are the source server's own; what it does not print as a whole (tables, sequences, policies, grants) is
written from the model in the order of a dump: types, routines, tables, keys, indexes, foreign keys, views, triggers, policies,
owners, grants, comments. Within a kind each object comes after those that it names.
"""

from collections.abc import Iterator

from dbarchitect.model.postgres import PostgresFacts
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_schema.access import comment_statements, owner_statements, publication_statements
from dbarchitect.sql.postgres_schema.code import (
    populated_statements,
    routine_statements,
    row_security_statements,
    trigger_statements,
    view_statements,
)
from dbarchitect.sql.postgres_schema.constraints import (
    extended_statistics_statements,
    foreign_key_statements,
    index_statements,
    key_statements,
    view_index_statements,
)
from dbarchitect.sql.postgres_schema.foundation import foundation_statements
from dbarchitect.sql.postgres_schema.grants import grant_statements
from dbarchitect.sql.postgres_schema.statement import Statement, Target
from dbarchitect.sql.postgres_schema.tables import storage_statements, table_statements
from dbarchitect.sql.postgres_schema.types import (
    collations_used,
    sequence_statements,
    sequence_ties,
    type_names_used,
    type_statements,
)

__all__ = [
    "Statement",
    "Target",
    "collations_used",
    "foundation_statements",
    "object_statements",
    "schema_statements",
    "type_names_used",
]

SETTINGS = (
    "SET check_function_bodies = off",
    "SET search_path = ''",
    "SET synchronous_commit = off",
    "SET client_min_messages = error",
    "SET default_tablespace = ''",
    "SET default_table_access_method = heap",
    "SET allow_system_table_mods = on",
    "SET statement_timeout = '60s'",
)
"""What the session must have set: bodies unchecked, nothing found by search path, catalogue rows changed for states that
no statement makes (an invalid index)."""


def schema_statements(snapshot: Snapshot, target: Target | None = None) -> tuple[Statement, ...]:
    """Everything, in order; by default for a server that lacks nothing."""
    target = target or Target(snapshot.catalog.database)
    return (*foundation_statements(snapshot, target), *object_statements(snapshot, target))


def object_statements(snapshot: Snapshot, target: Target) -> Iterator[Statement]:
    """What stands on the foundation: it is asked for once the target's missing types are known."""
    catalog, facts = snapshot.catalog, snapshot.postgres or PostgresFacts()
    yield from type_statements(catalog, target)
    yield from sequence_statements(catalog)
    yield from routine_statements(catalog, before_tables=True)
    yield from table_statements(snapshot, target)
    yield from sequence_ties(catalog)
    yield from key_statements(catalog)
    yield from index_statements(catalog)
    yield from foreign_key_statements(catalog)
    yield from view_statements(catalog, target)
    yield from routine_statements(catalog, before_tables=False)
    yield from view_index_statements(catalog)
    yield from extended_statistics_statements(facts)
    yield from storage_statements(snapshot)
    yield from trigger_statements(catalog)
    yield from row_security_statements(facts)
    yield from publication_statements(facts)
    yield from owner_statements(snapshot, target)
    yield from grant_statements(snapshot, target)
    yield from comment_statements(snapshot, target)
    yield from populated_statements(catalog)
