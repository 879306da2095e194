"""The same table cloned for each year, month or number.

orders_2023 and orders_2024 hold one kind of row in several tables: a query over all of them needs a UNION that somebody must extend, keys are
unique in each table only, and a new column must be added everywhere. Declarative partitioning keeps one table with the same files behind it.

Ignore it when the older tables are archives that nothing but people reads.
"""

import re
from collections.abc import Iterator

from dbarchitect.checks._names import listed
from dbarchitect.checks._tables import own_tables
from dbarchitect.model.catalog import Table
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SCH-13",)
ENGINES = RELATIONAL
_DATED = re.compile(r"(?P<stem>.*[A-Za-z])_?(?:19|20)\d\d(?:_?(?:0[1-9]|1[0-2]|q[1-4]))?(?:_?[0-3]\d)?\Z", re.I)
_NUMBERED = re.compile(r"(?P<stem>.*[A-Za-z])_(?P<number>\d{1,4})\Z")
_LEAST_NUMBERED = 4


def _shape(table: Table) -> tuple[tuple[str, str], ...]:
    return tuple((c.name, c.type.text) for c in table.columns)


def _clones(snapshot: Snapshot) -> Iterator[list[Table]]:
    groups: dict[tuple[str, str, bool, tuple[tuple[str, str], ...]], list[Table]] = {}
    for table in own_tables(snapshot):
        dated = _DATED.match(table.name.name)
        match = dated or _NUMBERED.match(table.name.name)
        if match and len(table.columns) > 1:
            groups.setdefault((table.name.schema, match["stem"], dated is not None, _shape(table)), []).append(table)
    for (_, _, by_date, _), tables in groups.items():
        if len(tables) >= (2 if by_date else _LEAST_NUMBERED):
            yield sorted(tables, key=lambda t: t.name)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each set of tables with the same columns whose names differ by a date or a number."""
    for tables in _clones(snapshot):
        names = [t.name.name for t in tables]
        rows = [r for t in tables if (r := snapshot.rows(t)) is not None]
        size = f", {sum(rows):,.0f} rows together" if rows and snapshot.live else ""
        yield Finding(
            subject=table_subject(tables[0].name),
            title=f"one table cloned {len(tables)} times",
            claim=(
                f"{listed(names)} have the same {len(tables[0].columns)} columns{size}: a query over all of them needs a UNION, no key is unique "
                "across them, and each change of the schema must be made in all."
            ),
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED, f"names and types of all {len(tables[0].columns)} columns are equal in {listed(names)}"
                ),
            ),
            change=advice(
                ChangeKind.MIGRATION,
                "Create one table partitioned by the date (or number) that the names carry; for each clone add a CHECK constraint that states "
                "its bounds, then ATTACH PARTITION, which reads no rows when the constraint is there; a view or the parent takes the old queries.",
                risk=Risk.MEDIUM,
            ),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY,
            weight=0.3,
            also=tuple(table_subject(t.name) for t in tables[1:]),
            benefit="one name to query and to change; old parts still drop in an instant",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE orders_2023 (id bigint PRIMARY KEY, total numeric); CREATE TABLE orders_2024 (id bigint PRIMARY KEY, total numeric);",
        good="""
CREATE TABLE orders (id bigint, placed date NOT NULL) PARTITION BY RANGE (placed);
CREATE TABLE orders_2023 PARTITION OF orders FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE orders_2024 PARTITION OF orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE census_2011 (id bigint PRIMARY KEY, people int); CREATE TABLE census_2021 (id bigint PRIMARY KEY, homes int);
CREATE TABLE step_1 (id bigint PRIMARY KEY, n int); CREATE TABLE step_2 (id bigint PRIMARY KEY, n int);
""",
        yields=("table public.orders_2023",),
    ),
    Example(
        Engine.MARIADB,
        bad="CREATE TABLE orders_2023 (id bigint PRIMARY KEY, total int); CREATE TABLE orders_2024 (id bigint PRIMARY KEY, total int);",
        good="CREATE TABLE census_2011 (id bigint PRIMARY KEY, people int); CREATE TABLE census_2021 (id bigint PRIMARY KEY, homes int);",
        yields=("table {database}.orders_2023",),
    ),
)
