"""Very large table that loses its old rows by DELETE.

Deleting by age writes every removed row to the WAL, leaves room that vacuum must find and queries must skip, and takes hours where dropping a
partition takes milliseconds. Rows that arrive in order of time make the table easy to partition by it.

Ignore it when rows leave in small numbers all day and vacuum keeps up.
"""

from collections.abc import Iterator

from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import Column, Table, TableKind, TypeFamily
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SCH-23", "TSS-01")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_TIMES = (TypeFamily.DATE, TypeFamily.TIMESTAMP, TypeFamily.TIMESTAMP_TZ)
_LARGE_TIMES = 10
_DELETED_SHARE = 0.01
_CORRELATION = 0.9


def _time_column(snapshot: Snapshot, table: Table) -> tuple[Column, float] | None:
    """The column of time whose order is most like the rows' order on disk, and that likeness (0..1)."""
    found = []
    for column in table.columns:
        row = snapshot.column_statistics(table.name, column.name) if column.type.family in _TIMES else None
        if row and row.correlation is not None and abs(row.correlation) >= _CORRELATION and row.null_fraction < 0.01:
            found.append((column, abs(row.correlation)))
    return max(found, key=lambda f: f[1], default=None)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each plain table of ten large tables' size, in order of time, that lost a hundredth of its rows."""
    for table in own_tables(snapshot):
        size, rows = snapshot.bytes(table) or 0, snapshot.rows(table) or 0
        if table.kind is not TableKind.TABLE or size < _LARGE_TIMES * limits.large_table_bytes:
            continue
        deleted, timed = (table.usage.rows_deleted or 0) if table.usage else 0, _time_column(snapshot, table)
        if timed is None or deleted < _DELETED_SHARE * rows:
            continue
        column, correlation = timed
        yield Finding(
            subject=table_subject(table.name),
            title=f"could be partitioned by {column.name}",
            claim=(
                f"{table.name} ({table_facts(snapshot, table)}) lost {deleted:,} rows by DELETE in the counting window, and its rows lie in order "
                f"of {column.name}: partitions by it would let old rows go by DROP TABLE."
            ),
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"{deleted:,} rows deleted; correlation of {column.name} with the order on disk {correlation:.2f}",
                ),
            ),
            change=advice(
                ChangeKind.MIGRATION,
                f"Primary and unique keys must then hold {column.name}, and statements should name it. Create the partitioned table with the "
                f"same columns; ALTER TABLE {table.name.name} ADD CHECK ({column.name} < 'a moment to come') NOT VALID and validate it; in one "
                "transaction rename the two and ATTACH the old table up to that moment; create later partitions ahead of time.",
                risk=Risk.HIGH,
            ),
            severity=Severity.NOTICE,
            confidence=Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table),
            benefit="old rows go in milliseconds, without WAL and vacuum",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        limits=Limits(large_table_bytes=20_000),
        bad="""
CREATE TABLE measures (id bigint PRIMARY KEY, at timestamptz NOT NULL, n int);
INSERT INTO measures SELECT i, timestamptz '2025-01-01' + i * interval '1 minute', i FROM generate_series(1, 9000) i;
DELETE FROM measures WHERE at < '2025-01-02'; SELECT pg_stat_force_next_flush();
ANALYZE;
""",
        good="""
CREATE TABLE measures (id bigint PRIMARY KEY, at timestamptz NOT NULL, n int);
INSERT INTO measures SELECT i, timestamptz '2025-01-01' + i * interval '1 minute', i FROM generate_series(1, 9000) i;
CREATE TABLE people (id bigint PRIMARY KEY, born date NOT NULL, n int);
INSERT INTO people SELECT i, date '1950-01-01' + (i * 7919) % 20000, i FROM generate_series(1, 9000) i;
DELETE FROM people WHERE id % 4 = 0; SELECT pg_stat_force_next_flush();
ANALYZE;
""",
        yields=("table public.measures",),
    ),
)
