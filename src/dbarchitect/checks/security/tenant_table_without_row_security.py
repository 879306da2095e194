"""A tenant's table without row security beside others that have it.

When most tables that carry the tenant's column are guarded by policies, one that is not is usually the one that was forgotten when it
was added, and shows every tenant's rows.

Ignore it for tables that only the system's own jobs read. It is reported only when at least two other tables with the same column, and
most of all that have it, are guarded.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted, is_are
from dbarchitect.checks._weigh import share_of_database
from dbarchitect.checks.security._policies import equal_column, policies_of
from dbarchitect.model.catalog import Table, TableKind
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.postgres import Policy
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.postgres_changes import grantee, literal, name, qualified

CODES = ("SEC-01",)
ENGINES = (Engine.POSTGRESQL,)


def _guards(snapshot: Snapshot) -> dict[tuple[str, str], list[tuple[Table, Policy]]]:
    """By column name and type: the guarded tables that compare it, with the policy."""
    found: dict[tuple[str, str], list[tuple[Table, Policy]]] = {}
    for table in snapshot.catalog.tables:
        facts = snapshot.postgres_table(table.name)
        if facts is None or not facts.row_security:
            continue
        for policy in policies_of(snapshot, table.name):
            column = equal_column(table, policy.using or policy.with_check or "")
            if column:
                known = table.column(column)
                found.setdefault((column, known.type.text if known else ""), []).append((table, policy))
                break
    return found


def _change(table: Table, guards: list[tuple[Table, Policy]]) -> Change:
    """The same policy, when the others agree on one that speaks of no table."""
    rules = {(p.using, p.with_check, p.roles) for _, p in guards if p.command == "ALL" and p.permissive}
    using, with_check, roles = rules.pop() if len(rules) == 1 else (None, None, ())
    if not using or " from " in f"{using} {with_check}".lower():
        return advice(
            ChangeKind.SECURITY,
            f"Write a policy for {table.name} like those of {guards[0][0].name} and enable row security, or say in a comment why it needs none.",
            risk=Risk.MEDIUM,
        )
    target, policy = qualified(table.name), name(guards[0][1].name)
    check = f" WITH CHECK ({with_check})" if with_check else ""
    listed = ", ".join(grantee(role) for role in roles)
    return Change(
        ChangeKind.SECURITY, Strategy.STANDARD,
        (Step(f"CREATE POLICY {policy} ON {target} TO {listed} USING ({using}){check}"), Step(f"ALTER TABLE {target} ENABLE ROW LEVEL SECURITY")),
        (Step(f"ALTER TABLE {target} DISABLE ROW LEVEL SECURITY"), Step(f"DROP POLICY {policy} ON {target}")),
        "ACCESS EXCLUSIVE on the table: reads and writes wait", "milliseconds",
        Verification(f"SELECT coalesce((SELECT relrowsecurity FROM pg_class WHERE oid = to_regclass({literal(target)})), false)", "t"),
        risk=Risk.MEDIUM,
        hazards=("roles other than the owner see only what the policy allows from that moment on",),
        assumptions=("the rule of the sibling tables is right for this one",),
    )  # fmt: skip


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each unguarded table among guarded siblings."""
    guarded = _guards(snapshot)
    for (column, type_text), guards in guarded.items():
        carriers = [
            t for t in snapshot.catalog.tables
            if not t.is_partition and t.kind is not TableKind.FOREIGN and any(c.name == column and c.type.text == type_text for c in t.columns)
        ]  # fmt: skip
        bare = [
            t
            for t in carriers
            if not ((facts := snapshot.postgres_table(t.name)) is None or facts.row_security or policies_of(snapshot, t.name))
        ]
        if len(guards) < 2 or len(bare) * 2 >= len(carriers):
            continue
        siblings = ", ".join(sorted(str(t.name) for t, _ in guards)[:3])
        for table in bare:
            yield Finding(
                subject=table_subject(table.name),
                title=f"{table.name.name} has no row security, unlike {counted(len(guards), 'table')} with {column}",
                claim=f"{counted(len(guards), 'table')} with {column} {is_are(len(guards))} guarded by policies on it ({siblings}); {table.name} has the column and no row security, so "
                "every role with a grant sees all tenants' rows.",
                evidence=(
                    Evidence(
                        EvidenceKind.OBSERVED,
                        f"pg_class.relrowsecurity is false here and true for {siblings}",
                        "SELECT oid::regclass, relrowsecurity FROM pg_class WHERE relkind IN ('r', 'p')",
                    ),
                ),
                change=_change(table, guards),
                severity=Severity.WARNING,
                confidence=Confidence.POSSIBLE,
                weight=share_of_database(snapshot, table),
                benefit="the table is separated like its siblings",
            )


_TABLES = """
CREATE TABLE invoices (id bigint PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoices USING (tenant_id = (SELECT current_setting('app.tenant', true)::int));
CREATE POLICY own ON orders USING (tenant_id = (SELECT current_setting('app.tenant', true)::int));
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLES + "CREATE TABLE payments (id bigint PRIMARY KEY, tenant_id int NOT NULL);",
        good=_TABLES + "CREATE TABLE countries (id bigint PRIMARY KEY); CREATE TABLE import (id bigint, tenant_id text);",
        yields=("table public.payments",),
    ),
)
