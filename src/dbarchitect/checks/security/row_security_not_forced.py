"""The application logs in as the owner of a table with row security, and so bypasses its policies.

Policies do not apply to a table's owner unless ALTER TABLE … FORCE ROW LEVEL SECURITY is set. When the application connects as the owner,
the separation of tenants that the policies describe does not exist.

Ignore it when the owner is a role for migrations only. Superusers and roles with BYPASSRLS are not bound by FORCE and are reported by
`superuser_application` and `bypass_rls_role`.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._counts import counted
from dbarchitect.checks._sessions import application_sessions
from dbarchitect.checks._weigh import share_of_database
from dbarchitect.checks.security._policies import policies_of
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import row_security

CODES = ("SEC-04",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table with policies whose owner can log in and is bound by nothing."""
    roles = {r.name: r for r in (snapshot.postgres.roles if snapshot.postgres else ())}
    for table in snapshot.catalog.tables:
        facts, owner = snapshot.postgres_table(table.name), roles.get(table.owner)
        if facts is None or not facts.row_security or facts.row_security_forced or not policies_of(snapshot, table.name):
            continue
        if owner is None or not owner.login or owner.superuser or owner.bypass_rls:
            continue
        sessions = len(application_sessions(snapshot.postgres, owner.name))
        now = f"that role has {counted(sessions, 'application session')} right now" if sessions else "that role can log in"
        change = row_security(table.name, "FORCE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY", "relforcerowsecurity")
        yield Finding(
            subject=table_subject(table.name),
            title=f"the owner of {table.name.name} bypasses its policies",
            claim=f"{table.name} belongs to {owner.name}, and {now}: its policies are not applied to the owner, who reads and writes all rows.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"pg_class.relforcerowsecurity is false, the owner is {owner.name}, {now}",
                    f"SELECT relrowsecurity, relforcerowsecurity, relowner::regrole FROM pg_class WHERE oid = to_regclass('{table.name}')",
                ),
            ),
            change=replace(
                change,
                hazards=("migrations and jobs that run as the owner see only what the policies allow from then on",),
                assumptions=("the policies have a rule for what the owner's own jobs need",),
            ),
            severity=Severity.CRITICAL if sessions else Severity.NOTICE,
            confidence=Confidence.PROVEN if sessions else Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table),
            benefit="the policies bind the owner too",
        )


_TABLE = """
CREATE ROLE dbarchitect_example_owner LOGIN;
CREATE TABLE invoices (id bigint PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE invoices OWNER TO dbarchitect_example_owner;
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON invoices USING (tenant_id = (SELECT current_setting('app.tenant', true)::int));
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE,
        good=_TABLE + "ALTER TABLE invoices FORCE ROW LEVEL SECURITY;",
        yields=("table public.invoices",),
    ),
    Example(
        Engine.POSTGRESQL,
        name="an owner that cannot log in",
        bad=_TABLE,
        good=_TABLE + "ALTER ROLE dbarchitect_example_owner NOLOGIN;",
        yields=("table public.invoices",),
    ),
)
