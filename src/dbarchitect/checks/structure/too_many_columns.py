"""Table with very many columns.

A table of hundreds of columns mostly holds several things in one: rows are wide, each change writes all of them anew, and SELECT * carries
what nobody asked for. PostgreSQL's limit is 1,600 columns, dropped ones counted.

Ignore it for wide facts by design: one-hot features, questionnaires.
"""

from collections.abc import Iterator

from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SCH-10",)
ENGINES = RELATIONAL


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table with more columns than the limit."""
    for table in own_tables(snapshot):
        count = len(table.columns)
        if count <= limits.wide_table_columns:
            continue
        empty = sum(1 for c in table.columns if (s := snapshot.column_statistics(table.name, c.name)) and s.null_fraction > 0.9)
        sparse = f"; {empty} of them are NULL in more than 90 % of rows" if empty else ""
        yield Finding(
            subject=table_subject(table.name),
            title=f"{count} columns",
            claim=f"{table.name} ({table_facts(snapshot, table)}) has {count} columns{sparse}: each update writes all of them anew.",
            evidence=(Evidence(EvidenceKind.OBSERVED, f"{count} columns, more than {limits.wide_table_columns}{sparse}"),),
            change=advice(
                ChangeKind.MIGRATION,
                "Which columns belong together is yours to say. Move a group that is seldom read, or often changed apart from the rest, to a "
                "table with the same primary key and a foreign key to this one; a view that joins both keeps old readers working meanwhile.",
                risk=Risk.MEDIUM,
            ),
            severity=Severity.NOTICE,
            confidence=Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table),
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        limits=Limits(wide_table_columns=5),
        bad="CREATE TABLE wide (id bigint PRIMARY KEY, a int, b int, c int, d int, e int);",
        good="CREATE TABLE narrow (id bigint PRIMARY KEY, a int, b int, c int, d int);",
        yields=("table public.wide",),
    ),
    Example(
        Engine.MARIADB,
        limits=Limits(wide_table_columns=5),
        bad="CREATE TABLE wide (id bigint PRIMARY KEY, a int, b int, c int, d int, e int);",
        good="CREATE TABLE narrow (id bigint PRIMARY KEY, a int, b int, c int, d int);",
        yields=("table {database}.wide",),
    ),
)
