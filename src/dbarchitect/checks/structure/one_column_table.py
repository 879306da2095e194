"""Table with one column that is no key, or with none.

A single column without a key can hold the same value twice and cannot be referred to. It is a leftover, a queue without order or a list that
lacks its primary key.

Ignore it for scratch tables of an import. A list of codes whose single column is its primary key is not reported.
"""

from collections.abc import Iterator

from dbarchitect.checks._tables import own_tables, unique_columns
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import Persistence
from dbarchitect.model.change import ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SCH-08",)
ENGINES = RELATIONAL


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each permanent table of at most one column that is not unique."""
    for table in own_tables(snapshot):
        unique = unique_columns(table) or any(i.unique and i.whole for i in table.indexes)
        if len(table.columns) > 1 or unique or table.persistence is not Persistence.PERMANENT:
            continue
        what = "one column and no key" if table.columns else "no columns"
        yield Finding(
            subject=table_subject(table.name),
            title=what,
            claim=f"{table.name} ({table_facts(snapshot, table)}) has {what}: nothing can refer to its rows, and they may repeat.",
            evidence=(Evidence(EvidenceKind.OBSERVED, what),),
            change=advice(
                ChangeKind.SCHEMA,
                "What the table is for is yours to say. A list: make the column its primary key. A leftover: drop it.",
            ),
            severity=Severity.NOTICE,
            confidence=Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table),
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE words (word text); CREATE TABLE nothing ();",
        good="CREATE TABLE words (word text PRIMARY KEY); CREATE UNLOGGED TABLE lines (line text); CREATE TABLE versions (v int UNIQUE);"
        " CREATE TABLE former_names (name text NOT NULL); CREATE UNIQUE INDEX ON former_names (lower(name));",
        yields=("table public.nothing", "table public.words"),
    ),
    Example(
        Engine.MARIADB,
        bad="CREATE TABLE words (word varchar(40));",
        good="CREATE TABLE words (word varchar(40) PRIMARY KEY);",
        yields=("table {database}.words",),
    ),
)
