"""A view shows rows that row security would hide.

A view reads its tables with the rights of its owner. When the owner bypasses the policies of a table (as its owner, a superuser or a role
with BYPASSRLS), whoever may read the view sees all rows. From PostgreSQL 15 on `security_invoker` makes it read as the caller.
A materialised view keeps the rows of everybody, whatever the policies say.

Ignore it when the view is meant to show everything: a public summary. Views that nobody but the owner may read are left out.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.model.catalog import Table, View
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, object_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.postgres_changes import literal, qualified

CODES = ("SEC-09", "SEC-10")
ENGINES = (Engine.POSTGRESQL,)


def _readers(snapshot: Snapshot, view: View) -> list[str]:
    grants = snapshot.relation_grants(view.name)
    return sorted({g.grantee for g in grants if g.grantee != view.owner and "SELECT" in g.privileges})


def _bypasses(snapshot: Snapshot, view: View, table: Table) -> bool:
    """True when the view's owner is not bound by the table's policies."""
    facts = snapshot.postgres_table(table.name)
    if facts is None or not facts.row_security or snapshot.postgres is None:
        return False
    role = next((r for r in snapshot.postgres.roles if r.name == view.owner), None)
    strong = role is not None and (role.superuser or role.bypass_rls)
    return strong or (view.owner == table.owner and not facts.row_security_forced)


def _change(snapshot: Snapshot, view: View) -> Change:
    if view.materialized or snapshot.catalog.version.major < 15:
        why = "it keeps a copy of all rows" if view.materialized else "security_invoker exists from PostgreSQL 15 on"
        return advice(
            ChangeKind.SECURITY,
            f"Put the policies' condition into the view or take back the grants on {view.name}: {why}.",
            risk=Risk.MEDIUM,
        )
    target = qualified(view.name)
    before = next((o for o in view.options if o.lower().startswith("security_invoker=")), None)
    back = f"SET ({before.replace('=', ' = ')})" if before else "RESET (security_invoker)"
    verify = f"SELECT coalesce((SELECT reloptions && ARRAY['security_invoker=true'] FROM pg_class WHERE oid = to_regclass({literal(target)})), false)"
    change = Change(
        ChangeKind.SECURITY, Strategy.STANDARD, (Step(f"ALTER VIEW {target} SET (security_invoker = true)"),), (Step(f"ALTER VIEW {target} {back}"),),
        "ACCESS EXCLUSIVE on the view: statements on it wait", "milliseconds", Verification(verify, "t"), risk=Risk.MEDIUM,
    )  # fmt: skip
    return replace(change, assumptions=("those who read the view may read its tables: if not, grant them SELECT there",))


def _as_invoker(view: View) -> bool:
    return any(
        o.lower().replace(" ", "") in ("security_invoker=true", "security_invoker=on", "security_invoker=1") for o in view.options
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each readable view that passes by the policies of a table."""
    for view in snapshot.catalog.views:
        readers = _readers(snapshot, view)
        tables = [t for name in view.depends_on if (t := snapshot.table(name)) is not None]
        passed = sorted(str(t.name) for t in tables if _bypasses(snapshot, view, t))
        if not readers or not passed or (_as_invoker(view) and not view.materialized):
            continue
        who = ", ".join(readers[:5])
        yield Finding(
            subject=object_subject(SubjectKind.VIEW, view.name),
            title=f"view {view.name.name} bypasses row security",
            claim=f"{view.name} reads {', '.join(passed)} with the rights of {view.owner}, to whom the policies do not apply: {who} can read every row through it.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"row security is on for {', '.join(passed)}; the view has no security_invoker and grants SELECT to {who}",
                    f"SELECT relowner::regrole, reloptions, relacl FROM pg_class WHERE oid = to_regclass({literal(qualified(view.name))})",
                ),
            ),
            change=_change(snapshot, view),
            severity=Severity.WARNING,
            benefit="readers of the view see the rows that the policies allow them",
        )


_TABLE = """
CREATE TABLE invoices (id bigint PRIMARY KEY, tenant_id int NOT NULL, amount numeric);
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoices USING (tenant_id = (SELECT current_setting('app.tenant', true)::int));
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE
        + """CREATE VIEW sums AS SELECT tenant_id, sum(amount) AS total FROM invoices GROUP BY tenant_id;
CREATE MATERIALIZED VIEW kept AS SELECT tenant_id, sum(amount) AS total FROM invoices GROUP BY tenant_id;
GRANT SELECT ON sums, kept TO PUBLIC;""",
        good=_TABLE
        + """CREATE VIEW sums WITH (security_invoker = true) AS SELECT tenant_id, sum(amount) AS total FROM invoices GROUP BY tenant_id;
CREATE VIEW closed AS SELECT * FROM invoices;
CREATE VIEW plain AS SELECT 1 AS one;
GRANT SELECT ON sums, plain TO PUBLIC;""",
        yields=("view public.sums", "view public.kept"),
    ),
)
