"""Policies on a table whose row security is not enabled.

A policy does nothing until ALTER TABLE … ENABLE ROW LEVEL SECURITY. Whoever wrote the policies believes that rows are separated; every
role with a grant on the table sees all of them.

Ignore it when the policies are prepared for a later release and the table is not in use yet.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._counts import counted
from dbarchitect.checks._weigh import share_of_database
from dbarchitect.checks.security._policies import policies_of
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import row_security

CODES = ("SEC-02",)
ENGINES = (Engine.POSTGRESQL,)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table with policies and row security off."""
    for table in snapshot.catalog.tables:
        facts, policies = snapshot.postgres_table(table.name), policies_of(snapshot, table.name)
        if not policies or facts is None or facts.row_security:
            continue
        names = ", ".join(sorted(p.name for p in policies))
        change = row_security(table.name, "ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY", "relrowsecurity")
        yield Finding(
            subject=table_subject(table.name),
            title=f"row security of {table.name.name} is off though it has policies",
            claim=(
                f"{table.name} has {counted(len(policies), 'policy')} ({names}) and row security disabled, so none is applied: every role "
                "with a grant on the table reads and writes all rows."
            ),
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"pg_class.relrowsecurity is false, pg_policies lists {names}",
                    f"SELECT relrowsecurity FROM pg_class WHERE oid = to_regclass('{table.name}')",
                ),
            ),
            change=replace(
                change,
                hazards=(
                    "roles other than the owner see only what the policies allow from that moment on: try the application first",
                ),
            ),
            severity=Severity.CRITICAL,
            weight=share_of_database(snapshot, table),
            benefit="the policies take effect",
        )


_TABLE = """
CREATE TABLE invoices (id bigint PRIMARY KEY, tenant_id int NOT NULL);
CREATE POLICY own_rows ON invoices USING (tenant_id = (SELECT current_setting('app.tenant', true)::int));
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE,
        good=_TABLE + "ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;",
        yields=("table public.invoices",),
    ),
)
