"""A policy asks for a session setting in a way that fails when it was never set.

`current_setting('app.tenant')` raises an error in every session that has not set the parameter: background jobs, reports, a new
connection of the pool. With the second argument, `current_setting('app.tenant', true)`, it gives NULL and the policy shows no rows.

Ignore it when an error is preferred to an empty result.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import share_of_database
from dbarchitect.checks.security._policies import (
    calls,
    expressions,
    improved,
    lacks_missing_ok,
    policies_of,
    policy_subject,
    setting_name,
)
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import change_policy, literal

CODES = ("NEW-06",)
ENGINES = (Engine.POSTGRESQL,)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each policy with such a call."""
    for table in snapshot.catalog.tables:
        for policy in policies_of(snapshot, table.name):
            found = [setting_name(c) for e in expressions(policy) for c in calls(e) if lacks_missing_ok(c)]
            if not found:
                continue
            parameter = found[0] or ""
            one_argument = literal(f"current_setting\\('{parameter}'(::text)?\\)")
            yield Finding(
                subject=policy_subject(policy),
                title=f"policy {policy.name} fails when {parameter} is not set",
                claim=f"Policy {policy.name} on {table.name} calls current_setting('{parameter}') without missing_ok: statements on the table end with an "
                "error in each session that has not set it.",
                evidence=(
                    Evidence(
                        EvidenceKind.OBSERVED,
                        f"its expression holds current_setting('{parameter}') with one argument",
                        f"SELECT qual, with_check FROM pg_policies WHERE policyname = {literal(policy.name)}",
                    ),
                ),
                change=change_policy(
                    policy,
                    improved(snapshot, policy.using),
                    improved(snapshot, policy.with_check),
                    f"coalesce(qual, '') !~ {one_argument} AND coalesce(with_check, '') !~ {one_argument}",
                ),
                severity=Severity.NOTICE,
                weight=share_of_database(snapshot, table),
                benefit="sessions without the setting see no rows instead of an error",
            )


_TABLE = """
CREATE TABLE invoices (id bigint PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + "CREATE POLICY own ON invoices USING (tenant_id = (SELECT current_setting('app.tenant')::int));",
        good=_TABLE
        + """CREATE POLICY own ON invoices USING (tenant_id = (SELECT current_setting('app.tenant', true)::int));
CREATE POLICY zone ON invoices FOR DELETE USING (current_setting('TimeZone') = 'UTC');""",
        yields=("policy public.invoices.own",),
    ),
)
