"""Table without the moment of creation that most tables have.

Where nearly all tables record when a row was made, the ones that do not are missed when somebody asks what happened.

Ignore it for tables of two keys and for lists of codes; tables of fewer than four columns are not reported.
"""

from collections import Counter
from collections.abc import Iterator

from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import share_of_database
from dbarchitect.model.catalog import Table, TypeFamily
from dbarchitect.model.change import Change, ChangeKind, Step, Strategy, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import ACCESS_EXCLUSIVE
from dbarchitect.sql.identifiers import quote_literal, quote_name, quote_qualified

CODES = ("SCH-30",)
ENGINES = (Engine.POSTGRESQL,)
STYLE = True
PG = Engine.POSTGRESQL
_MOMENTS = (TypeFamily.TIMESTAMP, TypeFamily.TIMESTAMP_TZ)
_LEAST_TABLES = 5
_SHARE = 0.7
_LEAST_COLUMNS = 4


def _creation(table: Table) -> str | None:
    return next((c.name for c in table.columns if "creat" in c.name.lower() and c.type.family in _MOMENTS), None)


def _change(table: Table, column: str) -> Change:
    target, name = quote_qualified(PG, table.name), quote_name(PG, column)
    verify = f"SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass({quote_literal(PG, target)}) AND attname = {quote_literal(PG, column)} AND NOT attisdropped)"
    # without a default at first: rows that exist must not pretend to be made now
    steps = (
        Step(f"ALTER TABLE {target} ADD COLUMN {name} timestamptz"),
        Step(f"ALTER TABLE {target} ALTER COLUMN {name} SET DEFAULT now()"),
    )
    return Change(
        ChangeKind.SCHEMA, Strategy.STANDARD, steps, (Step(f"ALTER TABLE {target} DROP COLUMN {name}"),), ACCESS_EXCLUSIVE,
        "milliseconds", Verification(verify, "t"), online=False,
        hazards=("rows that exist have NULL: nobody knows when they were made",),
    )  # fmt: skip


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table of four or more columns without such a column, where most of these tables have one."""
    tables = [t for t in own_tables(snapshot) if len(t.columns) >= _LEAST_COLUMNS]
    names = Counter(name for t in tables if (name := _creation(t)))
    if len(tables) < _LEAST_TABLES or names.total() < _SHARE * len(tables):
        return
    usual = names.most_common(1)[0][0]
    for table in tables:
        if _creation(table) is None and table.column(usual) is None:
            yield Finding(
                subject=table_subject(table.name),
                title=f"no {usual}",
                claim=f"{table.name} does not record when a row was made; {names.total()} of {len(tables)} tables do.",
                evidence=(
                    Evidence(EvidenceKind.OBSERVED, f"no column of time whose name says creation; the usual name is {usual}"),
                ),
                change=_change(table, usual),
                severity=Severity.STYLE,
                confidence=Confidence.POSSIBLE,
                weight=share_of_database(snapshot, table) / 4,
            )


_USUAL = "".join(f"CREATE TABLE t{n} (id bigint PRIMARY KEY, a int, b int, created_at timestamptz);" for n in range(5))
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_USUAL + "CREATE TABLE odd (id bigint PRIMARY KEY, a int, b int, c int);",
        good=_USUAL
        + "CREATE TABLE pairs (a bigint, b bigint, PRIMARY KEY (a, b)); CREATE TABLE named (id bigint PRIMARY KEY, a int, b int, creation timestamptz);",
        yields=("table public.odd",),
    ),
)
