"""Counters of use that the server keeps since its last reset."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TableUsage:
    """How a table has been used since `Snapshot.counters_since`; None where the engine does not count it."""

    sequential_scans: int | None = None
    sequential_rows: int | None = None
    index_scans: int | None = None
    rows_inserted: int | None = None
    rows_updated: int | None = None
    rows_deleted: int | None = None
    rows_hot_updated: int | None = None
    live_rows: int | None = None
    dead_rows: int | None = None
    rows_modified_since_analyze: int | None = None
    last_vacuum: datetime | None = None
    last_autovacuum: datetime | None = None
    last_analyze: datetime | None = None
    last_autoanalyze: datetime | None = None
    heap_blocks_read: int | None = None
    heap_blocks_hit: int | None = None
    index_blocks_read: int | None = None
    index_blocks_hit: int | None = None

    @property
    def rows_written(self) -> int:
        """Rows inserted, updated and deleted."""
        return (self.rows_inserted or 0) + (self.rows_updated or 0) + (self.rows_deleted or 0)


@dataclass(frozen=True, slots=True)
class IndexUsage:
    """How an index has been used since `Snapshot.counters_since`. `last_scan` is known from PostgreSQL 16 on."""

    scans: int
    rows_read: int | None = None
    rows_fetched: int | None = None
    last_scan: datetime | None = None
