"""A copy of a PostgreSQL snapshot's schema, without its rows, on a server of our own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from dbarchitect.errors import LabError
from dbarchitect.lab.embedded import EmbeddedPostgres, connect
from dbarchitect.model.names import QualifiedName, SubjectKind
from dbarchitect.model.progress import Progress, silent
from dbarchitect.model.snapshot import Gap, Snapshot
from dbarchitect.sql.postgres_schema import (
    SETTINGS,
    Statement,
    Target,
    collations_used,
    foundation_statements,
    object_statements,
    type_names_used,
)
from dbarchitect.sql.postgres_schema.statement import qualified

Connection = psycopg.Connection[tuple[Any, ...]]

_BATCH = 100
_WHAT = "rebuilding the schema"
_RESERVED = frozenset({"postgres", "template0", "template1"})


def clone_name(snapshot: Snapshot) -> str:
    """What to call the copy: as the source calls it, so that statements that name the database run; the server's own
    databases aside."""
    name = snapshot.catalog.database
    return name if name and name not in _RESERVED else "dbarchitect_copy"


def clone_schema(server: EmbeddedPostgres, snapshot: Snapshot, database: str, progress: Progress = silent) -> tuple[Gap, ...]:
    """Make `database` (replacing it when it is there) with every object of the snapshot; what could not be made, and why.

    LabError when the server itself fails. A statement that fails leaves its object out, and the rest goes on.
    """
    server.drop_database(database)
    server.create_database(database)
    with connect(server, database) as connection:
        for setting in SETTINGS:
            connection.execute(setting.encode())
        return _rebuild(connection, snapshot, database, progress)


def _rebuild(connection: Connection, snapshot: Snapshot, database: str, progress: Progress) -> tuple[Gap, ...]:
    offered = frozenset(str(row[0]) for row in connection.execute("SELECT name FROM pg_available_extensions"))
    target = Target(database, extensions=offered)
    gaps = list(_run(connection, tuple(foundation_statements(snapshot, target)), silent))
    made = _made_collations(connection, _missing_collations(connection, snapshot))
    gaps += [_collation_gap(c, "a collation of that name that sorts as C stands in") for c in made]
    target = Target(
        database,
        extensions=offered,
        missing_types=_missing_types(connection, snapshot),
        missing_collations=_missing_collations(connection, snapshot),
    )
    gaps += [_collation_gap(c, "the default stands in") for c in sorted(target.missing_collations)]
    gaps += _run(connection, tuple(object_statements(snapshot, target)), progress)
    return tuple(gaps)


def _missing_types(connection: Connection, snapshot: Snapshot) -> frozenset[QualifiedName]:
    used = sorted(type_names_used(snapshot.catalog))
    answers = connection.execute(
        "SELECT to_regtype(t) IS NULL FROM unnest(%s::text[]) WITH ORDINALITY AS u (t, n) ORDER BY n",
        [[qualified(u) for u in used]],
    )
    return frozenset(name for name, (missing,) in zip(used, answers, strict=True) if missing)


def _missing_collations(connection: Connection, snapshot: Snapshot) -> frozenset[str]:
    used = sorted(collations_used(snapshot.catalog))
    answers = connection.execute(
        "SELECT to_regcollation(c) IS NULL FROM unnest(%s::text[]) WITH ORDINALITY AS u (c, n) ORDER BY n",
        [used],
    )
    return frozenset(name for name, (missing,) in zip(used, answers, strict=True) if missing)


def _made_collations(connection: Connection, missing: frozenset[str]) -> list[str]:
    """Those in a schema of the user's own, made anew: indexes and expressions name them."""
    own = sorted(c for c in missing if "." in c and not c.startswith("pg_catalog."))
    for name in own:
        connection.execute(f'CREATE COLLATION {name} FROM "C"'.encode())
    return own


def _collation_gap(name: str, what: str) -> Gap:
    return Gap(f"copy of the schema: collation {name}", f"the lab's server does not have it; {what}", "none needed")


@dataclass(frozen=True, slots=True)
class _Failure:
    statement: Statement
    message: str
    relation_missing: bool


def _run(connection: Connection, statements: Sequence[Statement], progress: Progress) -> list[Gap]:
    """Run all in order. What fails is tried again after the rest, in order, as long as that helps: what it needs may have
    come later. Then fallbacks take the place of what cannot be made, and the tries go on."""
    gaps = [_gap(s, s.stand_in) for s in statements if s.stand_in]
    failures = _run_batches(connection, [s for s in statements if s.sql], progress)
    while failures:
        again = _run_batches(connection, [f.statement for f in failures], silent)
        if len(again) < len(failures):
            failures = again
            continue
        hopeless = _to_replace(again)
        if not hopeless:
            break
        gaps += [_gap(f.statement, _replace(connection, f)) for f in hopeless]
        failures = [f for f in again if f not in hopeless]
    return gaps + [_gap(f.statement, f"the lab's server refuses it: {f.message}") for f in failures]


def _to_replace(failures: Sequence[_Failure]) -> list[_Failure]:
    """Those with a fallback that do not merely wait for another relation; when all of them wait, the first."""
    with_fallback = [f for f in failures if f.statement.fallback]
    return [f for f in with_fallback if not f.relation_missing] or with_fallback[:1]


def _replace(connection: Connection, failure: _Failure) -> str:
    second = _attempt(connection, failure.statement, failure.statement.fallback or "")
    if second is None:
        return f"an empty stand-in takes its place, for the lab's server refuses it: {failure.message}"
    return f"the lab's server refuses it: {failure.message}"


def _run_batches(connection: Connection, statements: Sequence[Statement], progress: Progress) -> list[_Failure]:
    """Many at a time, each batch one transaction; a batch that fails is run again one by one."""
    failures: list[_Failure] = []
    for start in range(0, len(statements), _BATCH):
        batch = statements[start : start + _BATCH]
        if _attempt(connection, batch[0], "\n;\n".join(s.sql for s in batch)):
            failures += [failure for s in batch if (failure := _attempt(connection, s, s.sql))]
        progress(_WHAT, start + len(batch), len(statements))
    return failures


def _attempt(connection: Connection, statement: Statement, sql: str) -> _Failure | None:
    try:
        connection.execute(sql.encode())
    except psycopg.Error as error:
        if connection.closed:
            raise LabError(f"the private server was lost while the schema was rebuilt: {str(error).strip()}") from error
        message = error.diag.message_primary or str(error).strip()
        return _Failure(statement, message, isinstance(error, psycopg.errors.UndefinedTable))
    return None


def _gap(statement: Statement, reason: str | None) -> Gap:
    remedy = "none needed for the review: changes of this object are not rehearsed"
    return Gap(f"copy of the schema: {statement.subject.key}", reason or "", remedy)


def restore_roles(connection: Connection, snapshot: Snapshot, database: str) -> None:
    """Give every role of the snapshot the attributes that it has there, again."""
    target = Target(database)
    for statement in foundation_statements(snapshot, target):
        if statement.sql and statement.subject.kind is SubjectKind.ROLE:
            _attempt(connection, statement, statement.sql)
