"""GRANT and REVOKE statements, and default privileges."""

from collections.abc import Iterator

from dbarchitect.model.catalog import Catalog
from dbarchitect.model.names import Subject, SubjectKind, database_subject, global_subject, object_subject, table_subject
from dbarchitect.model.postgres import Grant, PostgresFacts
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_schema.access import routine_words
from dbarchitect.sql.postgres_schema.statement import Statement, Target, name, qualified

_DEFAULT_OBJECTS = {"table": "TABLES", "sequence": "SEQUENCES", "function": "FUNCTIONS", "type": "TYPES", "schema": "SCHEMAS"}


def grant_statements(snapshot: Snapshot, target: Target) -> Iterator[Statement]:
    """What PUBLIC has by birth and no longer has at the source is revoked, then every grant is given; defaults come last."""
    facts = snapshot.postgres or PostgresFacts()
    routines = {f"{r.name.name}({r.arguments})": routine_words(r) for r in snapshot.catalog.routines}
    yield from _born_rights(snapshot.catalog, facts, target)
    for grant in facts.grants:
        if grant.object_kind != "default":
            yield from _grant(grant, _words(grant, routines, target), target)
    for grant in facts.grants:
        if grant.object_kind == "default":
            yield _default(grant)


def _born_rights(catalog: Catalog, facts: PostgresFacts, target: Target) -> Iterator[Statement]:
    public = {(g.object_kind, g.object_name) for g in facts.grants if g.grantee == "PUBLIC"}
    if facts.grants:
        yield Statement(database_subject(target.database), f"REVOKE ALL ON DATABASE {name(target.database)} FROM PUBLIC")
    if "public" in catalog.schemas:
        yield Statement(global_subject(SubjectKind.SCHEMA, "public"), "REVOKE ALL ON SCHEMA public FROM PUBLIC")
    for routine in catalog.routines:
        if not routine.public_execute:
            subject = object_subject(SubjectKind.ROUTINE, routine.name)
            yield Statement(subject, f"REVOKE ALL ON {routine_words(routine)} FROM PUBLIC")
    for typed in sorted({g.object_name for g in facts.grants if g.object_kind == "type"}):
        if ("type", typed) not in public:
            yield Statement(object_subject(SubjectKind.TYPE, typed), f"REVOKE ALL ON TYPE {qualified(typed)} FROM PUBLIC")


def _words(grant: Grant, routines: dict[str, str], target: Target) -> str | None:
    """The object as GRANT speaks of it; None for a routine that is not ours."""
    match grant.object_kind:
        case "schema":
            return f"SCHEMA {name(grant.object_name.schema or grant.object_name.name)}"
        case "database":
            return f"DATABASE {name(target.database)}"
        case "function":
            found = routines.get(grant.object_name.name)
            # GRANT has no word AGGREGATE
            return found and found.replace("AGGREGATE ", "FUNCTION ", 1)
        case "column":
            return f"TABLE {qualified(grant.object_name)}"
        case kind:
            return f"{kind.upper()} {qualified(grant.object_name)}"


def _grant(grant: Grant, words: str | None, target: Target) -> Iterator[Statement]:
    if words is None:
        return
    column = f" ({name(grant.column)})" if grant.column is not None and grant.object_kind == "column" else ""
    privileges = ", ".join(f"{privilege}{column}" for privilege in grant.privileges)
    option = " WITH GRANT OPTION" if grant.grantable else ""
    yield Statement(_subject(grant, target), f"GRANT {privileges} ON {words} TO {_who(grant.grantee)}{option}")


def _default(grant: Grant) -> Statement:
    schema = f" IN SCHEMA {name(grant.object_name.schema)}" if grant.object_name.schema else ""
    objects = _DEFAULT_OBJECTS.get(grant.column or "", "TABLES")
    option = " WITH GRANT OPTION" if grant.grantable else ""
    sql = (
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {name(grant.grantor)}{schema} "
        f"GRANT {', '.join(grant.privileges)} ON {objects} TO {_who(grant.grantee)}{option}"
    )
    return Statement(global_subject(SubjectKind.ROLE, grant.grantor), sql)


def _who(role: str) -> str:
    return role if role == "PUBLIC" else name(role)


def _subject(grant: Grant, target: Target) -> Subject:
    match grant.object_kind:
        case "table" | "column":
            return table_subject(grant.object_name)
        case "database":
            return database_subject(target.database)
        case "schema":
            return global_subject(SubjectKind.SCHEMA, grant.object_name.schema or grant.object_name.name)
        case "sequence":
            return object_subject(SubjectKind.SEQUENCE, grant.object_name)
        case "function":
            return object_subject(SubjectKind.ROUTINE, grant.object_name)
        case _:
            return object_subject(SubjectKind.TYPE, grant.object_name)
