"""ON DELETE CASCADE that lets one small delete remove a great many rows.

Deleting one parent removes all its children in the same statement and transaction: minutes of row locks, a burst in the log, replicas
behind, and a slip of the hand that cannot be called back.

Ignore it when parents are only deleted together with their data, by a job that empties the children in batches first.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted
from dbarchitect.checks._engine_words import statistics_name
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks._window import window
from dbarchitect.model.catalog import ReferentialAction
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, constraint_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("KEY-06",)
ENGINES = RELATIONAL
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each cascade of which one parent has, on average, a hundredth of a large table's rows or more."""
    for table, key in snapshot.catalog.references():
        rows = snapshot.rows(table) or 0
        if key.on_delete is not ReferentialAction.CASCADE or key.inherited or rows < limits.large_table_rows:
            continue
        statistics = snapshot.column_statistics(table.name, key.columns[0]) if len(key.columns) == 1 else None
        parents = statistics.distinct_rows(rows) if statistics else 0
        each = rows / parents if parents else 0
        if each < limits.large_table_rows / 100:
            continue
        parent = snapshot.table(key.target)
        deleted = (parent.usage.rows_deleted or 0) if parent and parent.usage else 0
        seen = (
            f" {counted(deleted, 'row')} of {key.target} {'was' if deleted == 1 else 'were'} deleted {window(snapshot)}."
            if deleted
            else ""
        )
        yield Finding(
            subject=constraint_subject(table.name, key.name),
            title=f"deleting one row of {key.target.name} removes {each:,.0f}",
            claim=(
                f"{key.name} cascades deletes of {key.target} to {table.name} ({table_facts(snapshot, table)}): one parent has "
                f"{each:,.0f} rows there on average, all removed in one transaction.{seen}"
            ),
            evidence=(
                Evidence(
                    EvidenceKind.ESTIMATED,
                    f"{rows:,.0f} rows over {parents:,.0f} distinct values of {key.columns[0]} ({statistics_name(snapshot.engine)})",
                ),
            ),
            change=advice(
                ChangeKind.SCHEMA,
                f"Delete the rows of {table.name} in batches before their parent, or declare ON DELETE RESTRICT so that nobody does it by accident.",
                risk=Risk.MEDIUM,
            ),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="no single statement removes a large part of the table",
        )


_TABLES = """
CREATE TABLE tenants (id int PRIMARY KEY);
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE events (id bigint PRIMARY KEY, tenant_id int REFERENCES tenants (id) ON DELETE {action}, user_id int REFERENCES users (id) ON DELETE CASCADE);
INSERT INTO tenants SELECT i FROM generate_series(1, 3) i;
INSERT INTO users SELECT i FROM generate_series(1, 2000) i;
INSERT INTO events SELECT i, 1 + i % 3, 1 + i % 2000 FROM generate_series(1, 6000) i;
ANALYZE;
"""
_MARIADB = """
CREATE TABLE tenants (id int PRIMARY KEY);
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE events (id bigint PRIMARY KEY, tenant_id int NOT NULL, user_id int NOT NULL,
  CONSTRAINT of_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE {action},
  CONSTRAINT of_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE);
INSERT INTO tenants SELECT seq FROM seq_1_to_3;
INSERT INTO users SELECT seq FROM seq_1_to_2000;
INSERT INTO events SELECT seq, 1 + seq % 3, 1 + seq % 2000 FROM seq_1_to_6000;
ANALYZE TABLE events;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLES.format(action="CASCADE"),
        good=_TABLES.format(action="RESTRICT"),
        yields=("constraint public.events.events_tenant_id_fkey",),
        limits=Limits(large_table_rows=5_000),
    ),
    Example(
        Engine.MARIADB,
        bad=_MARIADB.format(action="CASCADE"),
        good=_MARIADB.format(action="RESTRICT"),
        yields=("constraint {database}.events.of_tenant",),
        limits=Limits(large_table_rows=5_000),
    ),
)
