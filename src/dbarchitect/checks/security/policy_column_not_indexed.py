"""A policy filters by a column that no index starts with.

Row security adds its condition to every statement. Without an index on the compared column each of them reads the whole table, however
few rows the tenant owns.

Ignore it when one tenant owns most of the rows, or every statement already comes through another selective index. Small tables are
left out.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted
from dbarchitect.checks._weigh import is_small, share_of_database, table_facts, weigh_by_size
from dbarchitect.checks.security._policies import equal_column, policies_of
from dbarchitect.model.catalog import Table
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import create_index
from dbarchitect.sql.identifiers import shorten_name

CODES = ("NEW-06",)
ENGINES = (Engine.POSTGRESQL,)


def _policy_columns(snapshot: Snapshot, table: Table) -> dict[str, str]:
    """Columns that policies for reading compare, with the name of one such policy."""
    found: dict[str, str] = {}
    for policy in policies_of(snapshot, table.name):
        column = equal_column(table, policy.using) if policy.using else None
        if column:
            found.setdefault(column, policy.name)
    return found


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each column that a policy compares and no index starts with."""
    for table in snapshot.catalog.tables:
        facts = snapshot.postgres_table(table.name)
        if facts is None or not facts.row_security or table.is_partition or is_small(snapshot, table, limits):
            continue
        for column, policy in _policy_columns(snapshot, table).items():
            if any(index.columns[:1] == (column,) and index.valid for index in table.indexes):
                continue
            yield Finding(
                subject=column_subject(table.name, column),
                title=f"policy column {column} of {table.name.name} has no index",
                claim=f"Policy {policy} adds a condition on {column} to every statement on {table.name} ({table_facts(snapshot, table)}), and no index starts with it.",
                evidence=(
                    Evidence(
                        EvidenceKind.OBSERVED,
                        f"none of its indexes starts with ({column}); it has {counted(len(table.indexes), 'index')}",
                    ),
                ),
                change=create_index(
                    snapshot.engine, table, shorten_name(snapshot.engine, "ix", table.name.name, column), (column,)
                ),
                severity=weigh_by_size(snapshot, table, limits),
                confidence=Confidence.LIKELY,
                weight=share_of_database(snapshot, table),
                benefit="a tenant's statements can read its own rows through an index range",
            )


_TABLE = """
CREATE TABLE invoices (id bigint PRIMARY KEY, tenant_id int NOT NULL);
INSERT INTO invoices SELECT i, i % 20 FROM generate_series(1, 5000) i;
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoices USING (tenant_id = (SELECT current_setting('app.tenant', true)::int));
ANALYZE;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE,
        good=_TABLE + "CREATE INDEX ON invoices (tenant_id, id);",
        yields=("column public.invoices.tenant_id",),
    ),
)
