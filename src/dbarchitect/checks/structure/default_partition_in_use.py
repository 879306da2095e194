"""Default partition that holds rows.

Rows land there because no partition was made for them. Creating that partition now fails as long as they are there, every new partition reads the
whole default one under a strong lock to be sure, and the planner cannot leave it out.

Ignore it when the default partition is meant as the place for the rest, and no partition will be added.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.identifiers import quote_qualified

CODES = ("NEW-08",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each default partition of a range-partitioned table that has rows."""
    for table in snapshot.catalog.tables:
        parent = snapshot.table(table.partition_of) if table.partition_of else None
        if parent is None or table.partition_bound != "DEFAULT" or parent.partition_key is None:
            continue
        usage, rows = table.usage, snapshot.rows(table)
        live = usage.live_rows if usage and usage.live_rows is not None else rows
        if not live or parent.partition_key.strategy.lower() != "range":
            continue
        default, whole = quote_qualified(snapshot.engine, table.name), quote_qualified(snapshot.engine, parent.name)
        key = parent.partition_key.definition
        yield Finding(
            subject=table_subject(table.name),
            title=f"default partition of {parent.name.name} holds rows",
            claim=(
                f"{table.name} ({table_facts(snapshot, table)}) took about {counted(round(live), 'row')} that no partition of {parent.name} was made for; a "
                "partition for them can no longer simply be created."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"about {counted(round(live), 'row')}", f"SELECT count(*) FROM {default}"),),
            change=advice(
                ChangeKind.MIGRATION,
                f"Look which partitions are missing ({key}). Then in one transaction: ALTER TABLE {whole} DETACH PARTITION {default}; create the "
                f"missing partitions; INSERT INTO {whole} SELECT * FROM {default}; TRUNCATE {default}; ATTACH it again as DEFAULT. Many rows: copy "
                "them to a new table first, give it a CHECK of its bounds, delete them here and attach it, which reads nothing.",
                risk=Risk.MEDIUM,
            ),
            severity=Severity.WARNING,
            weight=share_of_database(snapshot, table),
            benefit="new partitions can be made again, and queries leave the default one out",
        )


_PARTITIONED = """
CREATE TABLE logs (at date NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE logs_2025 PARTITION OF logs FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE logs_rest PARTITION OF logs DEFAULT;
INSERT INTO logs SELECT date '2025-03-01' + i % 200, 'x' FROM generate_series(1, 500) i;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_PARTITIONED + "INSERT INTO logs SELECT date '2026-01-01' + i, 'x' FROM generate_series(1, 20) i; ANALYZE;",
        good=_PARTITIONED
        + "CREATE TABLE parts (kind text NOT NULL) PARTITION BY LIST (kind); CREATE TABLE parts_rest PARTITION OF parts DEFAULT;"
        + "INSERT INTO parts VALUES ('x'); ANALYZE;",
        yields=("table public.logs_rest",),
    ),
)
