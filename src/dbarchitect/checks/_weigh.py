"""How much a table matters: shared by the checks that weigh size and traffic."""

from dbarchitect.checks._counts import counted
from dbarchitect.model.catalog import Table
from dbarchitect.model.finding import Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.snapshot import Snapshot


def is_small(snapshot: Snapshot, table: Table, limits: Limits) -> bool:
    """True when a live table is so small that an access path does not matter. Of SQL files sizes are unknown: False."""
    if not snapshot.live:
        return False
    rows, size = snapshot.rows(table), snapshot.bytes(table)
    return (rows is None or rows < limits.small_table_rows) and (size is None or size < limits.small_table_bytes)


def share_of_database(snapshot: Snapshot, table: Table) -> float:
    """The table's share of the database's bytes, 0..1; 0.5 where sizes are unknown."""
    size, total = snapshot.bytes(table), snapshot.total_bytes
    return min(1.0, size / total) if size and total and snapshot.live else 0.5


def weigh(snapshot: Snapshot, table: Table, limits: Limits) -> Severity:
    """Critical on large tables, a notice on small ones, else a warning."""
    rows, size = snapshot.rows(table) or 0, snapshot.bytes(table) or 0
    if snapshot.live and (rows >= limits.large_table_rows or size >= limits.large_table_bytes):
        return Severity.CRITICAL
    return Severity.NOTICE if is_small(snapshot, table, limits) else Severity.WARNING


def weigh_by_size(snapshot: Snapshot, table: Table, limits: Limits) -> Severity:
    """The same for what hurts only where there are many rows: a notice where sizes are unknown."""
    return weigh(snapshot, table, limits) if snapshot.live else Severity.NOTICE


def table_facts(snapshot: Snapshot, table: Table) -> str:
    """`1,200,000 rows, 310 MB`, or `size unknown` where the source has none."""
    rows, size = snapshot.rows(table), snapshot.bytes(table)
    if not snapshot.live or (rows is None and size is None):
        return "size unknown"
    texts = [counted(round(rows), "row") if rows is not None else "", in_bytes(size) if size is not None else ""]
    return ", ".join(t for t in texts if t)


def in_bytes(size: int) -> str:
    """`512 B`, `14.2 MB`: powers of 1000."""
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if abs(value) < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or abs(value) >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"
