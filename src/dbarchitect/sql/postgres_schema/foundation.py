"""What everything else stands on: roles, schemas, extensions, foreign servers."""

from collections.abc import Iterator

from dbarchitect.model.names import SubjectKind, global_subject
from dbarchitect.model.postgres import Extension, ForeignServer, PostgresFacts, Role
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_schema.statement import Statement, Target, foreign_options, literal, name
from dbarchitect.sql.postgres_schema.types import user_types


def foundation_statements(snapshot: Snapshot, target: Target) -> Iterator[Statement]:
    """Roles, schemas, extensions and foreign servers; of extensions that the target lacks the reason."""
    facts = snapshot.postgres or PostgresFacts()
    roles = {role.name: role for role in facts.roles}
    for role in sorted(_roles_named(snapshot, facts)):
        yield Statement(global_subject(SubjectKind.ROLE, role), role_statement(role, roles.get(role), target))
    for known in facts.roles:
        for group in known.member_of:
            yield Statement(global_subject(SubjectKind.ROLE, known.name), f"GRANT {name(group)} TO {name(known.name)}")
    for schema in sorted({*snapshot.catalog.schemas, *(e.schema for e in facts.extensions)}):
        if not schema.startswith("pg_") and schema != "information_schema":
            yield Statement(global_subject(SubjectKind.SCHEMA, schema), f"CREATE SCHEMA IF NOT EXISTS {name(schema)}")
    if "public" not in snapshot.catalog.schemas:
        yield Statement(global_subject(SubjectKind.SCHEMA, "public"), "DROP SCHEMA IF EXISTS public")
    yield from _extensions(facts, target)
    for server in facts.foreign_servers:
        yield from _server(server, facts, target)


def role_statement(role: str, known: Role | None, target: Target) -> str:
    """Make the role if it is not there yet, and give it the attributes that the source has; never a password."""
    if role == target.superuser or role.startswith("pg_"):
        return f"SELECT {literal(role)} AS role_of_the_server"
    attributes = "NOLOGIN" if known is None else _attributes(known)
    return (
        f"DO $role$ BEGIN CREATE ROLE {name(role)}; EXCEPTION WHEN duplicate_object THEN NULL; END $role$;\n"
        f"ALTER ROLE {name(role)} {attributes}"
    )


def _attributes(role: Role) -> str:
    flags = (
        (role.superuser, "SUPERUSER"),
        (role.login, "LOGIN"),
        (role.create_role, "CREATEROLE"),
        (role.create_database, "CREATEDB"),
        (role.replication, "REPLICATION"),
        (role.bypass_rls, "BYPASSRLS"),
    )
    words = [word if on else f"NO{word}" for on, word in flags]
    until = role.valid_until.isoformat() if role.valid_until else "infinity"
    return f"{' '.join(words)} CONNECTION LIMIT {role.connection_limit} VALID UNTIL {literal(until)}"


def _roles_named(snapshot: Snapshot, facts: PostgresFacts) -> set[str]:
    catalog = snapshot.catalog
    named = {t.owner for t in catalog.tables} | {v.owner for v in catalog.views} | {s.owner for s in catalog.sequences}
    named |= {item.owner for item in user_types(catalog)} | {routine.owner for routine in catalog.routines}
    named |= {schema.owner for schema in facts.schemas} | {role.name for role in facts.roles}
    named |= {who for grant in facts.grants for who in (grant.grantee, grant.grantor)}
    named |= {role for policy in facts.policies for role in policy.roles}
    named |= {group for role in facts.roles for group in role.member_of}
    return {role for role in named if role and role.upper() != "PUBLIC"}


def _extensions(facts: PostgresFacts, target: Target) -> Iterator[Statement]:
    for extension in facts.extensions:
        subject = global_subject(SubjectKind.EXTENSION, extension.name)
        if extension.name == "plpgsql":
            continue
        if _lacks(extension, target):
            why = f"the lab's server has no extension {extension.name}; its types are replaced by stand-ins of type text"
            yield Statement(subject, "", stand_in=why)
        else:
            sql = f"CREATE EXTENSION IF NOT EXISTS {name(extension.name)} SCHEMA {name(extension.schema)}"
            # an extension that fixes its own schema refuses SCHEMA
            plain = f"CREATE EXTENSION IF NOT EXISTS {name(extension.name)} CASCADE"
            yield Statement(subject, sql if extension.schema != "pg_catalog" else plain, fallback=plain)


def _lacks(extension: Extension, target: Target) -> bool:
    return target.extensions is not None and extension.name not in target.extensions


def _server(server: ForeignServer, facts: PostgresFacts, target: Target) -> Iterator[Statement]:
    subject = global_subject(SubjectKind.EXTENSION, server.wrapper)
    installed = {e.name for e in facts.extensions if not _lacks(e, target)}
    if server.wrapper not in installed:
        # a wrapper without handler and validator takes any option; its tables exist and cannot be read
        yield Statement(
            subject,
            f"DO $wrapper$ BEGIN CREATE FOREIGN DATA WRAPPER {name(server.wrapper)}; "
            "EXCEPTION WHEN duplicate_object THEN NULL; END $wrapper$",
        )
    yield Statement(
        subject,
        f"CREATE SERVER {name(server.name)} FOREIGN DATA WRAPPER {name(server.wrapper)}{foreign_options(server.options)}",
    )
