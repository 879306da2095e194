"""A policy calls a function for every row that needs one call per query.

`current_setting('app.tenant')` or a stable function of one's own gives the same for all rows of a statement, but in a filter it is called
for each. In a sub-select, `(SELECT current_setting('app.tenant'))`, it is called once and its result compared.

Ignore it where every access goes through an index on the compared column: an index scan computes the value once. Small tables are
left out.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import is_small, share_of_database, table_facts
from dbarchitect.checks.security._policies import calls, expressions, improved, once_per_query, policies_of, policy_subject
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import change_policy, literal

CODES = ("SEC-07",)
ENGINES = (Engine.POSTGRESQL,)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each policy with such a call outside a sub-select."""
    for table in snapshot.catalog.tables:
        if is_small(snapshot, table, limits):
            continue
        large = snapshot.live and (snapshot.rows(table) or 0) >= limits.large_table_rows
        for policy in policies_of(snapshot, table.name):
            found = [c.function for e in expressions(policy) for c in calls(e) if once_per_query(snapshot, c) and not c.wrapped]
            if not found:
                continue
            function = found[0]
            bare = function.rpartition(".")[2]  # printed with its schema or without, as the search_path is
            pattern = literal(f"SELECT (\\w+[.])?{bare}[(]")
            yield Finding(
                subject=policy_subject(policy),
                title=f"policy {policy.name} calls {function} for every row",
                claim=f"Policy {policy.name} on {table.name} ({table_facts(snapshot, table)}) calls {function}() in its filter, so a scan calls it once per row "
                "although the result is the same for all.",
                evidence=(
                    Evidence(
                        EvidenceKind.OBSERVED,
                        f"its expression calls {function}() outside a sub-select",
                        f"SELECT qual, with_check FROM pg_policies WHERE policyname = {literal(policy.name)}",
                    ),
                ),
                change=change_policy(
                    policy,
                    improved(snapshot, policy.using),
                    improved(snapshot, policy.with_check),
                    f"(qual ~* {pattern} OR with_check ~* {pattern})",
                ),
                severity=Severity.WARNING if large else Severity.NOTICE,
                confidence=Confidence.LIKELY,
                weight=share_of_database(snapshot, table),
                benefit="one call per statement",
            )


_TABLE = """
CREATE FUNCTION my_tenant() RETURNS int STABLE LANGUAGE plpgsql AS 'BEGIN RETURN current_setting(''app.tenant'', true)::int; END';
CREATE TABLE invoices (id bigint PRIMARY KEY, tenant_id int NOT NULL);
INSERT INTO invoices SELECT i, i % 20 FROM generate_series(1, 5000) i;
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
ANALYZE;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE
        + """CREATE POLICY a ON invoices FOR SELECT USING (tenant_id = current_setting('app.tenant', true)::int);
CREATE POLICY b ON invoices FOR UPDATE USING (tenant_id = my_tenant()) WITH CHECK (tenant_id = my_tenant());""",
        good=_TABLE
        + """CREATE POLICY a ON invoices FOR SELECT USING (tenant_id = (SELECT current_setting('app.tenant', true)::int));
CREATE POLICY b ON invoices FOR UPDATE USING (tenant_id = (SELECT my_tenant()));
CREATE POLICY c ON invoices FOR DELETE USING (tenant_id = abs(tenant_id));
CREATE POLICY d ON invoices USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::int));""",
        yields=("policy public.invoices.a", "policy public.invoices.b"),
    ),
)
