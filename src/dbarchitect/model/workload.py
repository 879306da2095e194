"""What is asked of the database: statements with their counts and costs."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WorkloadStatement:
    """One normalised statement with its counters since `Workload.since`. Times are milliseconds, blocks 8192 bytes.

    `text` never holds literals: they are `$1` or `?`. `identity` is the server's own id of it.
    """

    identity: str
    text: str
    calls: int
    total_ms: float
    mean_ms: float
    rows: int
    user: str | None = None
    minimum_ms: float | None = None
    maximum_ms: float | None = None
    deviation_ms: float | None = None
    shared_blocks_hit: int | None = None
    shared_blocks_read: int | None = None
    shared_blocks_written: int | None = None
    temporary_blocks_read: int | None = None
    temporary_blocks_written: int | None = None
    wal_bytes: int | None = None
    rows_examined: int | None = None
    plans: int | None = None
    plan_ms: float | None = None
    top_level: bool = True
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Workload:
    """The statements and how far they can be trusted. `source` says where they come from (`pg_stat_statements 1.12`)."""

    source: str
    statements: tuple[WorkloadStatement, ...] = ()
    since: datetime | None = None
    evictions: int | None = None
    hidden: int = 0

    @property
    def total_ms(self) -> float:
        """Execution time of all statements together."""
        return sum(s.total_ms for s in self.statements)
