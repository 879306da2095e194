"""How tables are read whole, and which statements may be the ones that do it."""

from dbarchitect.checks._counts import counted
from dbarchitect.checks._names import mentions
from dbarchitect.model.catalog import Table
from dbarchitect.model.change import Change, ChangeKind
from dbarchitect.model.names import MYSQL_FAMILY, Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice


def rows_per_scan(table: Table) -> float:
    """Rows that a sequential scan of the table read on average; 0 when there was none."""
    usage = table.usage
    return (usage.sequential_rows or 0) / usage.sequential_scans if usage and usage.sequential_scans else 0.0


def statements_on(snapshot: Snapshot, table: Table, most: int = 3) -> list[str]:
    """The costliest statements whose text names the table, shortened, with their calls and time."""
    if snapshot.workload is None:
        return []
    named = [s for s in snapshot.workload.statements if mentions(s.text, table.name.name)]
    costly = sorted(named, key=lambda s: -s.total_ms)[:most]
    return [f"{' '.join(s.text.split())[:160]} ({counted(s.calls, 'call')}, {s.mean_ms:.1f} ms each)" for s in costly]


_WHERE_SEEN = {
    Engine.POSTGRESQL: "pg_stat_statements, auto_explain",
    **dict.fromkeys(MYSQL_FAMILY, "performance_schema, the slow log with log_queries_not_using_indexes"),
}


def advised_statements(snapshot: Snapshot, table: Table) -> Change:
    """Advice to look at the statements; those that the workload knows are named."""
    texts = statements_on(snapshot, table)
    if not texts:
        return advice(
            ChangeKind.INDEX,
            f"Find the statements that read it ({_WHERE_SEEN[snapshot.engine]}) and index the columns that they filter and join by.",
        )
    return advice(
        ChangeKind.INDEX,
        "EXPLAIN the statements that name it, the costliest first, and index what they filter by: " + "; ".join(texts),
    )
