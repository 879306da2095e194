"""Roles, privileges, policies, schemas, extensions, settings: who may do what, and how the server is set."""

from dbarchitect.engines.postgres.catalog import CatalogReading
from dbarchitect.engines.postgres.secrets import masked_value
from dbarchitect.engines.postgres.session import ReadSession
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.postgres import Extension, Grant, HbaRule, Policy, Role, SchemaFacts, ScopedSetting, Setting
from dbarchitect.model.snapshot import Gap
from dbarchitect.sql.identifiers import quote_name

_COMMANDS = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}
_HBA_CHECKS = ("trust_in_hba", "clear_text_password_in_hba")


def read_settings(session: ReadSession) -> tuple[Setting, ...]:
    """pg_settings, in a transaction of its own: ours would show its own timeouts."""
    session.begin_untouched()
    try:
        rows = session.ask_if_possible("settings", "settings", "GRANT SELECT ON pg_settings to the reading role.")
    finally:
        session.end()
    return tuple(
        Setting(
            name=row.name,
            value=masked_value(row.name, row.value or ""),
            unit=row.unit,
            source=row.source,
            boot_value=row.boot_value,
            context=row.context,
            pending_restart=bool(row.pending_restart),
            source_file=row.source_file,
        )
        for row in rows
    )


def note_hidden_settings(session: ReadSession, reader: str) -> None:
    """The gap that a role without pg_read_all_settings has."""
    session.gaps.append(
        Gap(
            "settings that only administrators may see (shared_preload_libraries, archive_command, hba_file …)",
            f"{reader} is not a member of pg_read_all_settings",
            f"GRANT pg_read_all_settings TO {quote_name(Engine.POSTGRESQL, reader)};",
        )
    )


def read_scoped_settings(session: ReadSession) -> tuple[ScopedSetting, ...]:
    """ALTER DATABASE … SET and ALTER ROLE … SET."""
    rows = session.ask_if_possible("scoped_settings", "settings of roles and databases", "GRANT pg_monitor to the reading role.")
    return tuple(ScopedSetting(row.database, row.role, row.name, masked_value(row.name, row.value)) for row in rows)


def read_roles(session: ReadSession, superuser: bool) -> tuple[Role, ...]:
    """Roles but the predefined ones. Only a superuser learns how passwords are kept."""
    passwords: dict[str, str] = {}
    if superuser:
        rows = session.ask_if_possible("role_passwords", "how passwords are kept", "Run as a superuser.")
        passwords = {row.name: row.kind for row in rows}
    else:
        session.gaps.append(
            Gap("how passwords are kept", "only superusers may read pg_authid", "Run once as a superuser.", ("md5_password",))
        )
    return tuple(
        Role(
            name=row.name,
            superuser=row.superuser,
            login=row.login,
            create_role=row.create_role,
            create_database=row.create_database,
            replication=row.replication,
            bypass_rls=row.bypass_rls,
            connection_limit=row.connection_limit,
            valid_until=row.valid_until,
            member_of=tuple(row.member_of),
            sessions=row.sessions,
            password_kind=passwords.get(row.name),
        )
        for row in session.ask("roles")
    )


def read_grants(session: ReadSession) -> tuple[Grant, ...]:
    """Explicit privileges of others than the owner. A function is named `name(identity arguments)`, a schema by `schema` alone."""
    return tuple(
        Grant(
            object_kind=row.kind,
            object_name=QualifiedName(row.schema, row.name),
            grantee=row.grantee,
            grantor=row.grantor,
            privileges=tuple(row.privileges),
            grantable=row.grantable,
            column=row.column_name,
        )
        for row in session.ask("grants")
    )


def read_policies(session: ReadSession, reading: CatalogReading) -> tuple[Policy, ...]:
    """Row-security policies."""
    relations = reading.relations
    return tuple(
        Policy(
            name=row.name,
            table=relations.names[row.relation],
            permissive=row.permissive,
            command=_COMMANDS[row.command],
            roles=tuple(row.roles),
            using=row.using_text,
            with_check=row.check_text,
            comment=relations.comments.of("pg_policy", row.oid),
        )
        for row in session.ask("policies", locked=relations.locked)
        if relations.own(row.relation)
    )


def read_extensions(session: ReadSession) -> tuple[Extension, ...]:
    """Installed extensions."""
    rows = session.ask_if_possible("extensions", "extensions", "GRANT pg_monitor to the reading role.")
    return tuple(Extension(row.name, row.version, row.schema, row.available_version) for row in rows)


def make_schemas(reading: CatalogReading) -> tuple[SchemaFacts, ...]:
    """Schemas with their owners."""
    comments = reading.relations.comments
    return tuple(
        SchemaFacts(row.name, row.owner, row.public_create, comments.of("pg_namespace", row.oid)) for row in reading.schemas
    )


def read_hba_rules(session: ReadSession, superuser: bool) -> tuple[HbaRule, ...]:
    """pg_hba.conf as the server reads it."""
    remedy = "Run once as a superuser."
    if not superuser:
        session.gaps.append(Gap("rules of pg_hba.conf", "only superusers may read pg_hba_file_rules", remedy, _HBA_CHECKS))
        return ()
    return tuple(
        HbaRule(
            line=row.line,
            kind=row.kind,
            databases=tuple(row.databases or ()),
            users=tuple(row.users or ()),
            address=f"{row.address} {row.netmask}" if row.address and row.netmask else row.address,
            method=row.method,
        )
        for row in session.ask_if_possible("hba_rules", "rules of pg_hba.conf", remedy)
    )
