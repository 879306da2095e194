"""Default partition that holds rows.

Rows land there because no partition was made for them. Creating that partition now fails as long as they are there, every new partition reads the
whole default one under a strong lock to be sure, and the planner cannot leave it out.

Ignore it when the default partition is meant as the place for the rest, and no partition will be added.
"""

from collections.abc import Iterator
from datetime import datetime

from dbarchitect.checks._counts import counted
from dbarchitect.checks._tables import known_values
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.structure._ranges import Ranges, moment, rows_in_default, time_ranges
from dbarchitect.model.catalog import Table
from dbarchitect.model.change import Change, ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.identifiers import quote_qualified
from dbarchitect.sql.partition_changes import NewPartition, move_out_of_default

CODES = ("NEW-08",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_MOST_NEW = 24


def _known_moments(snapshot: Snapshot, table: Table, column: str) -> list[datetime]:
    """The moments of this column that the planner's statistics hold, the least and the greatest of its sample among them."""
    found = table.column(column)
    values = known_values(snapshot, table, found) if found else ()
    return sorted(m for m in map(moment, values) if m is not None)


def _missing(ranges: Ranges, moments: list[datetime], now: datetime) -> list[tuple[datetime, datetime]]:
    """Ranges after the last one: up to the last known row, and on to the one that comes next where rows of the present are among them.

    Where that would be too many, only those that hold a known row.
    """
    late = [m for m in moments if m >= ranges.last_end]
    found: list[tuple[datetime, datetime]] = []
    start = ranges.last_end
    while late and start <= late[-1] and len(found) < 100 * _MOST_NEW:
        found.append((start, ranges.next_end(start)))
        start = ranges.next_end(start)
    if late and ranges.next_end(late[-1]) >= now and start <= ranges.next_end(now):
        found.append((start, ranges.next_end(start)))
    if len(found) <= _MOST_NEW:
        return found
    held = [(start, end) for start, end in found if any(start <= m < end for m in late)]
    return held if len(held) <= _MOST_NEW else []


def _change(snapshot: Snapshot, parent: Table, default: Table) -> Change:
    """The missing partitions with the rows that belong there; advice where the ranges cannot be told from the catalogue."""
    ranges = time_ranges(snapshot, parent)
    missing = _missing(ranges, _known_moments(snapshot, default, ranges.column), snapshot.taken_at) if ranges else []
    referenced = snapshot.references_to(parent.name) or snapshot.references_to(default.name)
    if ranges is not None and missing and not referenced and default.partition_key is None:
        new = [NewPartition(ranges.new_name(parent, a), ranges.literal(a), ranges.literal(b)) for a, b in missing]
        return move_out_of_default(parent, default, ranges.column, new, table_facts(snapshot, default))
    name, whole = quote_qualified(snapshot.engine, default.name), quote_qualified(snapshot.engine, parent.name)
    key = parent.partition_key.definition if parent.partition_key else ""
    why = "foreign keys point at its rows, which cannot be moved while they do; " if referenced else ""
    return advice(
        ChangeKind.MIGRATION,
        f"{why}Look which partitions are missing ({key}). Then in one transaction: ALTER TABLE {whole} DETACH PARTITION {name}; create the "
        f"missing partitions; INSERT INTO {whole} SELECT * FROM {name}; TRUNCATE {name}; ATTACH it again as DEFAULT. Many rows: copy "
        "them to a new table first, give it a CHECK of its bounds, delete them here and attach it, which reads nothing.",
        risk=Risk.MEDIUM,
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each default partition of a range-partitioned table that has rows."""
    for table in snapshot.catalog.tables:
        parent = snapshot.table(table.partition_of) if table.partition_of else None
        if parent is None or table.partition_bound != "DEFAULT" or parent.partition_key is None:
            continue
        live = rows_in_default(snapshot, parent, table) if parent.partition_key.strategy.lower() == "range" else 0
        if not live:
            continue
        default = quote_qualified(snapshot.engine, table.name)
        yield Finding(
            subject=table_subject(table.name),
            title=f"default partition of {parent.name.name} holds rows",
            claim=(
                f"{table.name} ({table_facts(snapshot, table)}) took about {counted(round(live), 'row')} that no partition of {parent.name} was made for; a "
                "partition for them can no longer simply be created."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"about {counted(round(live), 'row')}", f"SELECT count(*) FROM {default}"),),
            change=_change(snapshot, parent, table),
            severity=Severity.WARNING,
            weight=share_of_database(snapshot, table),
            benefit="new partitions can be made again, and queries leave the default one out",
        )


_PARTITIONED = """
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE logs (id bigint GENERATED ALWAYS AS IDENTITY, at date NOT NULL, user_id bigint REFERENCES users (id), line text DEFAULT 'x'
  CHECK (line <> ''), size int GENERATED ALWAYS AS (length(line)) STORED, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE logs_2025 PARTITION OF logs FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE logs_rest PARTITION OF logs DEFAULT;
CREATE INDEX ON logs (user_id);
INSERT INTO users VALUES (1);
INSERT INTO logs (at, user_id) SELECT date '2025-03-01' + i % 200, 1 FROM generate_series(1, 500) i;
"""
_NUMBERED = """
CREATE TABLE lines (id int NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE lines_1 PARTITION OF lines FOR VALUES FROM (1) TO (100);
CREATE TABLE lines_rest PARTITION OF lines DEFAULT;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_PARTITIONED + "INSERT INTO logs (at) SELECT date '2026-01-01' + 40 * i FROM generate_series(1, 20) i; ANALYZE;",
        good=_PARTITIONED
        + "CREATE TABLE parts (kind text NOT NULL) PARTITION BY LIST (kind); CREATE TABLE parts_rest PARTITION OF parts DEFAULT;"
        + "INSERT INTO parts VALUES ('x'); ANALYZE;",
        yields=("table public.logs_rest",),
    ),
    Example(
        Engine.POSTGRESQL,
        name="numbers",
        bad=_NUMBERED + "INSERT INTO lines SELECT 1000 + i FROM generate_series(1, 20) i; ANALYZE;",
        good=_NUMBERED + "INSERT INTO lines SELECT i FROM generate_series(1, 20) i; ANALYZE;",
        yields=("table public.lines_rest",),
    ),
)
