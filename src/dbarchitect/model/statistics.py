"""The planner's statistics."""

from dataclasses import dataclass

from dbarchitect.model.names import QualifiedName


@dataclass(frozen=True, slots=True)
class ColumnStatistics:
    """One row of `pg_stats`, or its counterpart (MariaDB's `column_stats`).

    `distinct` follows PostgreSQL: above 0 a count, below 0 minus the share of rows (-1: all differ), 0 unknown.
    `common_frequencies` is empty where the server knows the values but not their shares. Values are texts; of a redacted snapshot
    they are hashes and `redacted` is True.
    """

    table: QualifiedName
    column: str
    null_fraction: float
    distinct: float
    average_bytes: int
    correlation: float | None = None
    common_values: tuple[str, ...] = ()
    common_frequencies: tuple[float, ...] = ()
    histogram_bounds: tuple[str, ...] = ()
    common_elements: tuple[str, ...] = ()
    common_element_frequencies: tuple[float, ...] = ()
    element_count_histogram: tuple[float, ...] = ()
    inherited: bool = False
    redacted: bool = False

    def distinct_rows(self, rows: float) -> float:
        """The estimated number of distinct values among `rows` rows."""
        return self.distinct if self.distinct >= 0 else -self.distinct * rows


@dataclass(frozen=True, slots=True)
class ExtendedStatistics:
    """A CREATE STATISTICS object; `definition` is the whole statement, kinds of ndistinct, dependencies, mcv, expressions."""

    name: QualifiedName
    table: QualifiedName
    columns: tuple[str, ...]
    kinds: tuple[str, ...]
    definition: str
    ndistinct: str | None = None
    dependencies: str | None = None
