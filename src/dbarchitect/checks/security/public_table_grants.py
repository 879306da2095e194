"""Every role may write a table, or read one with secrets.

A grant to PUBLIC holds for every login, now and later, also for those made for reports or by another application.

Ignore it for tables that are meant for everybody. SELECT for PUBLIC is reported only on foreign tables and on tables with columns such as
password or api_key; tables guarded by policies are left out.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import share_of_database
from dbarchitect.checks.security._policies import policies_of
from dbarchitect.checks.security._secrets import secret_columns
from dbarchitect.model.catalog import Table, TableKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.postgres import PostgresFacts
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import literal, qualified, revoke

CODES = ("SEC-11", "SEC-15")
ENGINES = (Engine.POSTGRESQL,)
_WRITES = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")


def _reachable(facts: PostgresFacts) -> set[str]:
    """The schemas that PUBLIC may use: without USAGE a grant on its tables is worth nothing."""
    used = (g for g in facts.grants if g.object_kind == "schema" and g.grantee == "PUBLIC" and "USAGE" in g.privileges)
    return {name for grant in used for name in (grant.object_name.schema, grant.object_name.name)}


def _too_much(table: Table, privileges: tuple[str, ...]) -> tuple[str, ...]:
    writes = tuple(p for p in _WRITES if p in privileges)
    private = table.kind is TableKind.FOREIGN or bool(secret_columns(table))
    return ("SELECT", *writes) if private and "SELECT" in privileges else writes


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table with such a grant."""
    facts = snapshot.postgres
    reachable = _reachable(facts) if facts else set()
    for grant in facts.grants if facts else ():
        table = snapshot.table(grant.object_name)
        if grant.object_kind != "table" or grant.grantee != "PUBLIC" or table is None or grant.column:
            continue
        details = snapshot.postgres_table(table.name)
        guarded = details is not None and details.row_security and bool(policies_of(snapshot, table.name))
        privileges = _too_much(table, grant.privileges)
        if guarded or not privileges or table.name.schema not in reachable:
            continue
        target, words = qualified(table.name), ", ".join(privileges)
        what = (
            f"has the columns {', '.join(secret_columns(table))} and " if "SELECT" in privileges and secret_columns(table) else ""
        )
        yield Finding(
            subject=table_subject(table.name),
            title=f"PUBLIC has {words} on {table.name.name}",
            claim=f"{table.name} {what}grants {words} to PUBLIC: every role that can connect has these rights.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"PUBLIC has {words}",
                    f"SELECT relacl FROM pg_class WHERE oid = to_regclass({literal(target)})",
                ),
            ),
            change=revoke(
                privileges,
                f"TABLE {target}",
                "PUBLIC",
                f"SELECT NOT has_table_privilege('public', {literal(target)}, {literal(', '.join(privileges))})",
            ),
            severity=Severity.WARNING,
            weight=share_of_database(snapshot, table),
            benefit="only roles with a grant of their own have these rights",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE users (id bigint PRIMARY KEY, email text, password_hash text);
GRANT SELECT, INSERT, DELETE ON orders TO PUBLIC;
GRANT SELECT ON users TO PUBLIC;
""",
        good="""
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE users (id bigint PRIMARY KEY, email text, password_hash text);
GRANT SELECT ON orders TO PUBLIC;
CREATE SCHEMA closed;
CREATE TABLE closed.inbox (id bigint PRIMARY KEY);
GRANT INSERT ON closed.inbox TO PUBLIC;
""",
        yields=("table public.orders", "table public.users"),
    ),
)
