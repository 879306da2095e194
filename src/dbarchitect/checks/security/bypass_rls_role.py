"""A login role bypasses row security in a database that relies on it.

BYPASSRLS switches every policy off for the role's sessions. When the application connects as that role, its tenants are not separated.

Ignore it for the role that makes backups: pg_dump needs it. It is reported only in a database with policies.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._counts import counted
from dbarchitect.checks._sessions import application_sessions
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, global_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import literal, role_attribute

CODES = ("NEW-06",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each login with BYPASSRLS that is no superuser."""
    facts = snapshot.postgres
    if facts is None or not facts.policies or not any(t.row_security for t in facts.tables):
        return
    for role in facts.roles:
        if not role.bypass_rls or role.superuser or not role.login:
            continue
        sessions = len(application_sessions(facts, role.name))
        now = f"{counted(sessions, 'application session')} right now" if sessions else "it can log in"
        yield Finding(
            subject=global_subject(SubjectKind.ROLE, role.name),
            title=f"role {role.name} bypasses row security",
            claim=f"{role.name} has BYPASSRLS and {now}: none of this database's policies ({len(facts.policies)}) is applied to it.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"pg_roles.rolbypassrls is true; {now}",
                    f"SELECT rolbypassrls FROM pg_roles WHERE rolname = {literal(role.name)}",
                ),
            ),
            change=replace(
                role_attribute(role.name, "NOBYPASSRLS", "BYPASSRLS", "NOT rolbypassrls"),
                assumptions=("the role is not the one that makes backups with pg_dump",),
            ),
            severity=Severity.CRITICAL if sessions else Severity.NOTICE,
            confidence=Confidence.PROVEN if sessions else Confidence.POSSIBLE,
            benefit="the policies bind the role",
        )


_TABLE = """
CREATE ROLE dbarchitect_example_app LOGIN;
CREATE TABLE invoices (id bigint PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoices USING (tenant_id = (SELECT current_setting('app.tenant', true)::int));
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + "ALTER ROLE dbarchitect_example_app BYPASSRLS;",
        good=_TABLE,
        yields=("role dbarchitect_example_app",),
    ),
)
