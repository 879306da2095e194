"""What the review looked at: counts, sizes, growth and load, out of the snapshot."""

import re
from datetime import timedelta

from dbarchitect.model.catalog import Table
from dbarchitect.model.limits import Limits
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.model.task import Context, Counts, StatementLoad, TableVolume
from dbarchitect.model.workload import Workload, WorkloadStatement

TABLES_SHOWN = 15
STATEMENTS_SHOWN = 10
_DAYS_A_YEAR = 365


def make_context(snapshot: Snapshot, limits: Limits) -> Context:
    """The values of the file's first section."""
    catalog, workload = snapshot.catalog, snapshot.workload
    whole = [t for t in catalog.tables if not t.is_partition]
    volumes = _volumes(snapshot, whole, limits) if snapshot.live else ()
    statements = _statements(workload) if workload else ()
    return Context(
        engine=snapshot.engine,
        version=str(catalog.version),
        version_text=catalog.version_text,
        database=catalog.database,
        source=snapshot.source,
        origin=snapshot.origin,
        taken_at=snapshot.taken_at,
        tool_version=snapshot.tool_version,
        counts=_counts(snapshot),
        size_bytes=catalog.size_bytes if snapshot.live else None,
        volumes=volumes,
        tables_not_shown=len(whole) - len(volumes) if snapshot.live else 0,
        counters_since=snapshot.counters_since,
        statements=statements,
        statements_not_shown=len(workload.statements) - len(statements) if workload else 0,
        workload_source=workload.source if workload else None,
        workload_since=workload.since if workload else None,
        evictions=workload.evictions if workload else None,
        hidden_statements=workload.hidden if workload else 0,
    )


def _counts(snapshot: Snapshot) -> Counts:
    catalog = snapshot.catalog
    whole = [t for t in catalog.tables if not t.is_partition]
    return Counts(
        schemas=len(catalog.schemas),
        tables=len(whole),
        partitions=len(catalog.tables) - len(whole),
        columns=sum(len(t.columns) for t in whole),
        indexes=sum(len(t.indexes) for t in whole),
        foreign_keys=sum(len(t.foreign_keys) for t in whole),
        views=len(catalog.views),
        routines=len(catalog.routines),
    )


def _volumes(snapshot: Snapshot, tables: list[Table], limits: Limits) -> tuple[TableVolume, ...]:
    sized = sorted(tables, key=lambda t: (-(snapshot.bytes(t) or 0), -(snapshot.rows(t) or 0), t.name))
    return tuple(_volume(snapshot, table, limits) for table in sized[:TABLES_SHOWN])


def _volume(snapshot: Snapshot, table: Table, limits: Limits) -> TableVolume:
    rows, size = snapshot.rows(table), snapshot.bytes(table)
    growth = _rows_per_day(snapshot, table)
    age = snapshot.counters_age or timedelta()
    if growth is None or rows is None or age < timedelta(days=limits.counters_age_days):
        return TableVolume(str(table.name), rows, size, growth)
    later = max(0.0, rows + growth * _DAYS_A_YEAR)
    return TableVolume(str(table.name), rows, size, growth, later, size / rows * later if size and rows else None)


def _rows_per_day(snapshot: Snapshot, table: Table) -> float | None:
    """Rows inserted less rows deleted per day; of a partitioned table those of all its partitions.

    None when they are not counted, or for less than a day.
    """
    age = snapshot.counters_age
    if age is None or age < timedelta(days=1):
        return None
    used = [t.usage for t in _leaves(snapshot, table) if t.usage and t.usage.rows_inserted is not None]
    if not used:
        return None
    net = sum((u.rows_inserted or 0) - (u.rows_deleted or 0) for u in used)
    return net / (age / timedelta(days=1))


def _leaves(snapshot: Snapshot, table: Table) -> list[Table]:
    parts = snapshot.partitions(table.name) if table.partition_key else []
    return [leaf for part in parts for leaf in _leaves(snapshot, part)] if parts else [table]


def _statements(workload: Workload) -> tuple[StatementLoad, ...]:
    total = workload.total_ms
    heaviest = sorted(workload.statements, key=lambda s: (-s.total_ms, s.identity))[:STATEMENTS_SHOWN]
    return tuple(StatementLoad(s.text, s.calls, s.total_ms / total if total else 0.0, s.mean_ms, _access(s)) for s in heaviest)


def _access(statement: WorkloadStatement) -> str:
    """read, write or other, by the statement's words."""
    text = re.sub(r"/\*.*?\*/|--[^\n]*", " ", statement.text, flags=re.DOTALL).strip().lower()
    first = re.match(r"\(*\s*(\w+)", text)
    word = first[1] if first else ""
    if word in ("insert", "update", "delete", "merge", "replace", "load", "truncate"):
        return "write"
    if word == "with" and re.search(r"\b(insert\s+into|update\s+\S+\s+set|delete\s+from|merge\s+into)\b", text):
        return "write"
    if word in ("select", "with", "table", "values", "show"):
        return "read"
    return "other"
