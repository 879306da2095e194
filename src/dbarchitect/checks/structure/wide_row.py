"""Rows so wide that few fit on a page.

A page holds 8 kB. When a row takes a quarter of it, reading one column reads three times as many pages as there are rows in hundreds,
the cache holds few rows, and each update writes the whole row anew.

Ignore it when the table is read by key alone, whole rows at a time.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import listed
from dbarchitect.checks._tables import average_bytes, null_share, own_tables
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import Column, Table
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SCH-11",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_ROW_BYTES = 1_600
_LEAST_ROWS_TIMES = 10


def _width(snapshot: Snapshot, table: Table, column: Column) -> float:
    """Average bytes in each row, nulls counted as nothing. Values moved out to TOAST count as their pointer (18 bytes)."""
    return (average_bytes(snapshot, table, column) or 0) * (1 - (null_share(snapshot, table, column) or 0.0))


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table of some size whose rows take more than a fifth of a page on average."""
    for table in own_tables(snapshot):
        if (snapshot.rows(table) or 0) < _LEAST_ROWS_TIMES * limits.small_table_rows:
            continue
        widths = {c.name: _width(snapshot, table, c) for c in table.columns}
        total = sum(widths.values())
        if total < _ROW_BYTES:
            continue
        widest = sorted(widths, key=lambda n: -widths[n])[:4]
        yield Finding(
            subject=table_subject(table.name),
            title=f"rows of {total:,.0f} bytes",
            claim=(
                f"A row of {table.name} ({table_facts(snapshot, table)}) takes about {total:,.0f} bytes, so {8_160 // (total + 28):.0f} fit on a "
                f"page; the widest columns are {listed([f'{n} ({widths[n]:,.0f})' for n in widest])}."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, "average widths in the planner's statistics, nulls counted as nothing"),),
            change=advice(
                ChangeKind.MIGRATION,
                f"When queries read the narrow columns far more often: move {listed(widest[:2])} to a table with the same primary key, or make "
                "the server keep them out of the row: ALTER TABLE … SET (toast_tuple_target = 256), which takes effect for rows written later.",
                risk=Risk.MEDIUM,
            ),
            severity=Severity.NOTICE,
            confidence=Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table),
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        limits=Limits(small_table_rows=100),
        bad="""
CREATE TABLE pages (id bigint PRIMARY KEY, status int, a text, b text);
ALTER TABLE pages ALTER a SET STORAGE PLAIN, ALTER b SET STORAGE PLAIN;
INSERT INTO pages SELECT i, 1, repeat(md5(i::text), 30), repeat(md5(i::text), 30) FROM generate_series(1, 2000) i;
ANALYZE;
""",
        good="""
CREATE TABLE pages (id bigint PRIMARY KEY, status int, a text);
INSERT INTO pages SELECT i, 1, repeat(md5(i::text), 10) FROM generate_series(1, 2000) i;
ANALYZE;
""",
        yields=("table public.pages",),
    ),
)
