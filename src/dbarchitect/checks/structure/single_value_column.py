"""Column with one value in every row of a large table.

A constant says nothing about a row and costs its bytes in each: a writer that never sets it, a feature that has one setting, or a plan for
later.

Ignore it for columns about to vary: the first currency, the first tenant. Flags, states, versions and columns with a default are not reported.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import has_word, listed
from dbarchitect.checks._tables import in_foreign_key, in_primary_key, own_tables
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import Column, Table, TypeFamily
from dbarchitect.model.change import ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SCH-37",)
ENGINES = RELATIONAL
NEEDS_LIVE = True
_LEAST_ROWS_TIMES = 10
_ABOUT_TO_VARY = frozenset(
    """currency locale language lang country version status state type kind tenant region site timezone unit class category channel source
    platform environment env provider schema deleted is has can active enabled""".split()
)


def _constant(snapshot: Snapshot, table: Table, column: Column) -> bool:
    row = snapshot.column_statistics(table.name, column.name)
    if row is None or row.distinct != 1 or row.null_fraction > 0 or column.default is not None or column.generated:
        return False
    if column.type.family in (TypeFamily.BOOLEAN, TypeFamily.ENUM, TypeFamily.JSON, TypeFamily.JSONB, TypeFamily.ARRAY):
        return False
    tied = in_primary_key(table, column.name) or in_foreign_key(table, column.name) or column.name.lower().endswith("_id")
    return not tied and not has_word(column.name, _ABOUT_TO_VARY)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table of some size, with its columns of one value."""
    for table in own_tables(snapshot):
        if (snapshot.rows(table) or 0) < _LEAST_ROWS_TIMES * limits.small_table_rows:
            continue
        names = [c.name for c in table.columns if _constant(snapshot, table, c)]
        if not names:
            continue
        yield Finding(
            subject=column_subject(table.name, *names),
            title=f"one value in every row: {listed(names)}",
            claim=(
                f"{listed(names)} of {table.name} ({table_facts(snapshot, table)}) {'has' if len(names) == 1 else 'have'} one value in every "
                "row that the planner sampled: it says nothing about a row."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, "one distinct value and no NULL in the planner's statistics, a sample"),),
            change=advice(
                ChangeKind.SCHEMA, "Whether it will vary is yours to say. When not, take it out of the writers, then drop it."
            ),
            severity=Severity.NOTICE,
            confidence=Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table) / 2,
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        limits=Limits(small_table_rows=300),
        bad="""
CREATE TABLE logs (id bigint PRIMARY KEY, host text NOT NULL, line text);
INSERT INTO logs SELECT i, 'web-01', 'line ' || i FROM generate_series(1, 5000) i;
ANALYZE;
""",
        good="""
CREATE TABLE logs (id bigint PRIMARY KEY, currency text NOT NULL, retries int NOT NULL DEFAULT 0, active boolean, tenant_id int, line text);
INSERT INTO logs SELECT i, 'EUR', 0, true, 1, 'line ' || i FROM generate_series(1, 5000) i;
CREATE TABLE few (id bigint PRIMARY KEY, host text); INSERT INTO few SELECT i, 'x' FROM generate_series(1, 100) i;
ANALYZE;
""",
        yields=("column public.logs.host",),
    ),
    Example(
        Engine.MARIADB,
        limits=Limits(small_table_rows=300),
        bad="""
CREATE TABLE logs (id bigint PRIMARY KEY, host varchar(20) NOT NULL, line text);
INSERT INTO logs SELECT seq, 'web-01', concat('line ', seq) FROM seq_1_to_5000; ANALYZE TABLE logs PERSISTENT FOR ALL;
""",
        good="""
CREATE TABLE logs (id bigint PRIMARY KEY, currency char(3) NOT NULL, retries int NOT NULL DEFAULT 0, active boolean, tenant_id int, line text);
INSERT INTO logs SELECT seq, 'EUR', 0, 1, 1, concat('line ', seq) FROM seq_1_to_5000; ANALYZE TABLE logs PERSISTENT FOR ALL;
""",
        yields=("column {database}.logs.host",),
    ),
)
