"""Row security is enabled but no policy exists.

Without a policy row security denies everything: roles other than the owner read no rows and fail to write any, without an error on
reads. Either the policies were forgotten or the grants on the table are meaningless.

Ignore it when the table is meant to be closed to everybody but its owner; revoking the grants says the same more clearly. Tables on
which no other role has a grant are left out.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import share_of_database
from dbarchitect.checks.security._policies import policies_of
from dbarchitect.model.catalog import Table
from dbarchitect.model.change import ChangeKind, Risk, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.postgres_changes import literal, qualified

CODES = ("SEC-03",)
ENGINES = (Engine.POSTGRESQL,)


def _grantees(snapshot: Snapshot, table: Table) -> list[str]:
    grants = snapshot.relation_grants(table.name)
    return sorted({g.grantee for g in grants if g.object_kind == "table" and g.grantee != table.owner})


def _verification(table: Table) -> Verification:
    name = literal(qualified(table.name))
    return Verification(
        f"SELECT NOT c.relrowsecurity OR EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid) FROM pg_class c WHERE c.oid = to_regclass({name})",
        "t",
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each such table on which others have grants."""
    for table in snapshot.catalog.tables:
        facts = snapshot.postgres_table(table.name)
        grantees = _grantees(snapshot, table)
        if facts is None or not facts.row_security or policies_of(snapshot, table.name) or not grantees:
            continue
        who = ", ".join(grantees[:5])
        yield Finding(
            subject=table_subject(table.name),
            title=f"row security of {table.name.name} hides every row",
            claim=f"{table.name} has row security enabled and no policy: {who} may use the table, but see none of its rows and cannot insert any.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"pg_class.relrowsecurity is true, pg_policy has no row for it, grants exist for {who}",
                    f"SELECT * FROM pg_policies WHERE schemaname = {literal(table.name.schema)} AND tablename = {literal(table.name.name)}",
                ),
            ),
            change=advice(
                ChangeKind.SECURITY,
                "Decide who may see which rows: write a policy (CREATE POLICY … USING …), or, when nobody but the owner should, "
                f"REVOKE ALL ON TABLE {qualified(table.name)} from {who}.",
                risk=Risk.MEDIUM,
                verify=_verification(table),
            ),
            severity=Severity.WARNING,
            weight=share_of_database(snapshot, table),
            benefit="roles with a grant see the rows that they should, or lose a grant that means nothing",
        )


_TABLE = """
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL);
GRANT SELECT ON notes TO PUBLIC;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE,
        good=_TABLE
        + """CREATE POLICY own_notes ON notes USING (author = current_user);
CREATE TABLE closed (id bigint PRIMARY KEY);
ALTER TABLE closed ENABLE ROW LEVEL SECURITY;""",
        yields=("table public.notes",),
    ),
)
