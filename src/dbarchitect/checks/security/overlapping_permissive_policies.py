"""Several permissive policies apply to the same role and command.

Each of them is evaluated for every row and the results are joined with OR: reads slow down, and the rule that is in force stands nowhere
as one text.

Ignore it when the policies are generated, or few rows are read.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import is_small, share_of_database
from dbarchitect.checks.security._policies import policies_of
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.postgres import Policy
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import alter_policy, create_policy, literal, name, qualified

CODES = ("SEC-06",)
ENGINES = (Engine.POSTGRESQL,)


def _either(texts: list[str | None]) -> str | None:
    present = list(dict.fromkeys(t for t in texts if t))
    return " OR ".join(f"({t})" for t in present) if present else None


def _merged(group: list[Policy]) -> Change:
    """The first policy takes over the expressions of the others, which are dropped."""
    first, rest = group[0], group[1:]
    # without WITH CHECK a policy checks new rows by USING
    checks = [p.with_check or p.using for p in group] if any(p.with_check for p in group) else []
    target = qualified(first.table)
    steps = (alter_policy(first, _either([p.using for p in group]), _either(checks)),)
    drops = tuple(Step(f"DROP POLICY {name(p.name)} ON {target}") for p in rest)
    if any(p.with_check for p in group) and first.with_check is None:  # ALTER POLICY cannot take a WITH CHECK away again
        back: tuple[Step, ...] = (Step(f"DROP POLICY {name(first.name)} ON {target}"), Step(create_policy(first)))
    else:
        back = (alter_policy(first, first.using, first.with_check),)
    gone = ", ".join(literal(p.name) for p in rest)
    verify = f"SELECT NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = to_regclass({literal(target)}) AND polname IN ({gone}))"
    return Change(
        ChangeKind.SECURITY, Strategy.STANDARD, steps + drops, back + tuple(Step(create_policy(p)) for p in rest),
        "ACCESS EXCLUSIVE on the table: reads and writes wait", "milliseconds; run the statements in one transaction",
        Verification(verify, "t"), risk=Risk.MEDIUM,
    )  # fmt: skip


def _groups(policies: list[Policy]) -> Iterator[list[Policy]]:
    keys = dict.fromkeys((p.command, tuple(sorted(p.roles))) for p in policies if p.permissive)
    for command, roles in keys:
        group = [p for p in policies if p.permissive and p.command == command and tuple(sorted(p.roles)) == roles]
        if len(group) > 1:
            yield sorted(group, key=lambda p: p.name)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table with permissive policies of equal command and roles: the largest such group."""
    for table in snapshot.catalog.tables:
        facts = snapshot.postgres_table(table.name)
        groups = list(_groups(policies_of(snapshot, table.name)))
        if facts is None or not facts.row_security or not groups or is_small(snapshot, table, limits):
            continue
        group = max(groups, key=len)
        names = ", ".join(p.name for p in group)
        yield Finding(
            subject=table_subject(table.name),
            title=f"{len(group)} permissive policies of {table.name.name} for {group[0].command}",
            claim=f"The policies {names} of {table.name} are all permissive for {group[0].command} and the same roles: each is evaluated for every row "
            "until one allows it.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"pg_policies lists {names} for {group[0].command}",
                    f"SELECT * FROM pg_policies WHERE schemaname = {literal(table.name.schema)} AND tablename = {literal(table.name.name)}",
                ),
            ),
            change=_merged(group),
            severity=Severity.NOTICE,
            weight=share_of_database(snapshot, table),
            benefit="one rule in one place",
        )


_TABLE = """
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL, shared boolean NOT NULL);
INSERT INTO notes SELECT i, 'a' || i % 50, false FROM generate_series(1, 5000) i;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes FOR SELECT USING (author = current_user);
ANALYZE;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + "CREATE POLICY shared ON notes FOR SELECT USING (shared);",
        good=_TABLE
        + """CREATE POLICY writing ON notes FOR INSERT WITH CHECK (author = current_user);
CREATE POLICY restricted ON notes AS RESTRICTIVE FOR SELECT USING (id > 0);""",
        yields=("table public.notes",),
    ),
    Example(
        Engine.POSTGRESQL,
        name="with check",
        bad=_TABLE
        + """CREATE POLICY a ON notes FOR UPDATE USING (author = current_user);
CREATE POLICY b ON notes FOR UPDATE USING (shared) WITH CHECK (shared AND author <> '');""",
        good=_TABLE,
        yields=("table public.notes",),
    ),
)
