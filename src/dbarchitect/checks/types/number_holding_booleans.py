"""Yes or no kept in a number.

0 and 1 in an integer admit 2 and -1 as well, say nothing about which is which, and cannot stand alone in WHERE. A boolean does all three.

Ignore it when the number counts something that happens to be 0 or 1 so far; only columns named like a flag are reported.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import has_word
from dbarchitect.checks._tables import in_foreign_key, in_primary_key, own_tables
from dbarchitect.checks._weigh import is_small, share_of_database, table_facts
from dbarchitect.checks.types._retype import retype
from dbarchitect.checks.types._shapes import FLAGS
from dbarchitect.model.catalog import Column, Table, TypeFamily
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import Retype, bare_literal

CODES = ("TYP-13",)
ENGINES = RELATIONAL
NEEDS_LIVE = True


def _is_flag(snapshot: Snapshot, table: Table, column: Column) -> bool:
    if column.type.family not in (TypeFamily.INTEGER, TypeFamily.DECIMAL) or not has_word(column.name, FLAGS):
        return False
    if in_primary_key(table, column.name) or in_foreign_key(table, column.name):
        return False
    row = snapshot.column_statistics(table.name, column.name)
    return row is not None and not row.histogram_bounds and set(row.common_values) == {"0", "1"}


def _retype(engine: Engine, column: Column) -> Retype:
    if engine is not Engine.POSTGRESQL:
        return Retype(column, "tinyint(1)", default=column.default)
    default = {"0": "false", "1": "true"}.get((bare_literal(column.default or "") or "").strip("'()"))
    back = f"({{}}::integer)::{column.type.text}"
    return Retype(column, "boolean", "{} <> 0", back, default)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each numeric column named like a flag whose known values are 0 and 1."""
    for table in own_tables(snapshot):
        if is_small(snapshot, table, limits):
            continue
        for column in table.columns:
            if not _is_flag(snapshot, table, column):
                continue
            yield Finding(
                subject=column_subject(table.name, column.name),
                title=f"{column.name} holds yes or no as a number",
                claim=(
                    f"{column.name} of {table.name} ({table_facts(snapshot, table)}) is {column.type.text} and holds 0 and 1 in the "
                    "planner's statistics: other numbers could be stored, and what 1 means is a convention."
                ),
                evidence=(Evidence(EvidenceKind.OBSERVED, "the planner's statistics, a sample, know the values 0 and 1 alone"),),
                change=retype(
                    snapshot, limits, table, (_retype(snapshot.engine, column),),
                    assumptions=("1 means yes, and no row holds another number" + (
                        ": that would become yes" if snapshot.engine is Engine.POSTGRESQL else ""),),
                ),
                severity=Severity.NOTICE,
                confidence=Confidence.LIKELY,
                weight=share_of_database(snapshot, table),
                benefit="no third value, and the column reads as what it is"
                if snapshot.engine is Engine.POSTGRESQL else "one byte, and drivers and readers take the column for what it is",
            )  # fmt: skip


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE accounts (id bigint PRIMARY KEY, is_active smallint NOT NULL DEFAULT 1, retries int);
INSERT INTO accounts SELECT i, i % 2, i % 2 FROM generate_series(1, 3000) i;
ANALYZE;
""",
        good="""
CREATE TABLE accounts (id bigint PRIMARY KEY, is_active boolean NOT NULL, active_users int, retries int);
INSERT INTO accounts SELECT i, i % 2 = 0, i % 3, i % 2 FROM generate_series(1, 3000) i;
ANALYZE;
""",
        yields=("column public.accounts.is_active",),
    ),
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE accounts (id bigint PRIMARY KEY, is_active smallint NOT NULL DEFAULT 1, locked int unsigned, retries int);
INSERT INTO accounts SELECT seq, seq % 2, seq % 2, seq % 2 FROM seq_1_to_3000;
ANALYZE TABLE accounts PERSISTENT FOR ALL;
""",
        good="""
CREATE TABLE accounts (id bigint PRIMARY KEY, is_active boolean NOT NULL, active_users int, retries int);
INSERT INTO accounts SELECT seq, seq % 2 = 0, seq % 3, seq % 2 FROM seq_1_to_3000;
ANALYZE TABLE accounts PERSISTENT FOR ALL;
""",
        yields=("column {database}.accounts.is_active", "column {database}.accounts.locked"),
    ),
)
