"""A policy lets everybody write every row.

Permissive policies are joined with OR: one whose expression is `true` for INSERT, UPDATE or DELETE undoes all the others for writing,
so a tenant can change or delete another tenant's rows.

Ignore it for tables that are meant to be written by everybody. Policies for one trusted role are left out, unless other policies
restrict that same role; so are commands that a restrictive policy guards.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._weigh import share_of_database
from dbarchitect.checks.security._policies import policies_of, policy_subject
from dbarchitect.model.change import Change, ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.postgres import Policy
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.postgres_changes import change_policy

CODES = ("SEC-05",)
ENGINES = (Engine.POSTGRESQL,)


def _true(expression: str | None) -> bool:
    return expression is not None and expression.strip("() ").lower() == "true"


def _open(policy: Policy) -> bool:
    """True when the policy lets any row be written."""
    if not policy.permissive or policy.command == "SELECT":
        return False
    if policy.command == "INSERT":
        return _true(policy.with_check)
    return _true(policy.using) and (policy.with_check is None or _true(policy.with_check))


def _same_audience(one: Policy, other: Policy) -> bool:
    return "PUBLIC" in {r.upper() for r in other.roles} or bool(set(one.roles) & set(other.roles))


def _guarded(policy: Policy, others: list[Policy]) -> bool:
    return any(
        not o.permissive
        and o.command in ("ALL", policy.command)
        and _same_audience(policy, o)
        and not (_true(o.using) or _true(o.with_check))
        for o in others
    )


def _change(policy: Policy, others: list[Policy]) -> Change:
    """With one clear rule for reading, that rule for writing; without one, the decision is the reader's."""
    rules = {o.using for o in others if o.permissive and o.using and not _true(o.using) and _same_audience(policy, o)}
    if len(rules) != 1:
        return advice(
            ChangeKind.SECURITY,
            f"Say which rows may be written: ALTER POLICY {policy.name} ON {policy.table} with an expression other than true.",
            risk=Risk.MEDIUM,
        )
    rule = rules.pop()
    using = None if policy.command == "INSERT" else rule
    with_check = rule if policy.with_check is not None else None
    test = "qual IS DISTINCT FROM 'true' AND with_check IS DISTINCT FROM 'true'"
    return replace(
        change_policy(policy, using, with_check, test),
        assumptions=("the rule for writing is the rule by which the other policy lets rows be read",),
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each policy that opens a table for writing."""
    for table in snapshot.catalog.tables:
        facts, policies = snapshot.postgres_table(table.name), policies_of(snapshot, table.name)
        for policy in policies:
            others = [p for p in policies if p is not policy]
            everybody = "PUBLIC" in {r.upper() for r in policy.roles}
            undone = [o for o in others if o.permissive and not _open(o) and _same_audience(policy, o)]
            if (
                facts is None
                or not facts.row_security
                or not _open(policy)
                or not (everybody or undone)
                or _guarded(policy, others)
            ):
                continue
            who = "every role with a grant" if everybody else ", ".join(policy.roles)
            what = "insert, change and delete" if policy.command == "ALL" else policy.command.lower()
            yield Finding(
                subject=policy_subject(policy),
                title=f"policy {policy.name} lets any row of {table.name.name} be written",
                claim=f"Policy {policy.name} on {table.name} is permissive for {policy.command} with the expression true: {who} may {what} any row, "
                "whatever the other policies say.",
                evidence=(
                    Evidence(
                        EvidenceKind.OBSERVED,
                        f"pg_policies: USING ({policy.using or 'none'}), WITH CHECK ({policy.with_check or 'none'})",
                        f"SELECT * FROM pg_policies WHERE tablename = '{table.name.name}'",
                    ),
                ),
                change=_change(policy, others),
                severity=Severity.WARNING if not undone else Severity.CRITICAL,
                weight=share_of_database(snapshot, table),
                benefit="rows can be written only by those whom the rule names",
            )


_TABLE = """
CREATE TABLE invoices (id bigint PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
CREATE POLICY reading ON invoices FOR SELECT USING (tenant_id = (SELECT current_setting('app.tenant', true)::int));
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE
        + """CREATE POLICY changing ON invoices FOR UPDATE USING (true) WITH CHECK (true);
CREATE POLICY adding ON invoices FOR INSERT WITH CHECK (true);""",
        good=_TABLE
        + """CREATE POLICY changing ON invoices FOR UPDATE USING (tenant_id = (SELECT current_setting('app.tenant', true)::int));
CREATE TABLE guarded (id bigint PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON guarded USING (true);
CREATE POLICY own ON guarded AS RESTRICTIVE USING (tenant_id = (SELECT current_setting('app.tenant', true)::int));
CREATE TABLE news (id bigint PRIMARY KEY);
ALTER TABLE news ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON news FOR SELECT USING (true);""",
        yields=("policy public.invoices.changing", "policy public.invoices.adding"),
    ),
)
