"""Table without a row in a database that is in use.

A feature that never went live or was given up: its code paths, migrations and rights are carried along all the same.

Ignore it for queues that are empty most of the time, and for features about to start. Databases of which most tables are empty are not judged.
"""

from collections.abc import Iterator

from dbarchitect.checks._tables import own_tables
from dbarchitect.model.catalog import Table, TableKind
from dbarchitect.model.change import ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.identifiers import quote_qualified

CODES = ("SCH-19",)
ENGINES = RELATIONAL
NEEDS_LIVE = True


def _never_filled(table: Table) -> bool:
    """True when the table has no page at all and its counters know of no row."""
    usage = table.usage
    return (
        table.kind is TableKind.TABLE
        and table.size is not None
        # InnoDB gives every table a page; its count of rows is exact where there are none
        and (not table.size.heap_bytes or (table.access_method == "innodb" and table.rows == 0))
        and (usage is None or not usage.rows_written)
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table without pages, where most tables of the database have rows."""
    tables, age = own_tables(snapshot), snapshot.counters_age
    empty = [t for t in tables if _never_filled(t)]
    if len(empty) * 2 > len(tables) or (age is not None and age.days < limits.counters_age_days):
        return
    parents = {parent for t in snapshot.catalog.tables for parent in t.inherits}
    for table in empty:
        if table.name in parents:
            continue
        yield Finding(
            subject=table_subject(table.name),
            title="empty table",
            claim=f"{table.name} has no row, and its counters know of none that ever was.",
            evidence=(
                Evidence(EvidenceKind.OBSERVED, "0 rows", f"SELECT count(*) FROM {quote_qualified(snapshot.engine, table.name)}"),
            ),
            change=advice(
                ChangeKind.SCHEMA, "Whether the feature is to come is yours to say. When not, drop the table with its code."
            ),
            severity=Severity.NOTICE,
            confidence=Confidence.POSSIBLE,
            weight=0.1,
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        limits=Limits(counters_age_days=0.0),
        bad="""
CREATE TABLE a (id bigint PRIMARY KEY); INSERT INTO a VALUES (1); CREATE TABLE b (id bigint PRIMARY KEY); INSERT INTO b VALUES (1);
CREATE TABLE wishes (id bigint PRIMARY KEY);
""",
        good="""
CREATE TABLE a (id bigint PRIMARY KEY); INSERT INTO a VALUES (1); CREATE TABLE b (id bigint PRIMARY KEY); INSERT INTO b VALUES (1);
CREATE TABLE queue (id bigint PRIMARY KEY); INSERT INTO queue VALUES (1); DELETE FROM queue;
""",
        yields=("table public.wishes",),
    ),
    Example(
        Engine.MARIADB,
        limits=Limits(counters_age_days=0.0),
        bad="""
CREATE TABLE a (id bigint PRIMARY KEY); INSERT INTO a VALUES (1); CREATE TABLE b (id bigint PRIMARY KEY); INSERT INTO b VALUES (1);
CREATE TABLE wishes (id bigint PRIMARY KEY); ANALYZE TABLE a, b, wishes;
""",
        good="""
CREATE TABLE a (id bigint PRIMARY KEY); INSERT INTO a VALUES (1); CREATE TABLE b (id bigint PRIMARY KEY); INSERT INTO b VALUES (1);
CREATE TABLE queue (id bigint PRIMARY KEY); INSERT INTO queue VALUES (1); DELETE FROM queue; ANALYZE TABLE a, b, queue;
""",
        yields=("table {database}.wishes",),
    ),
)
