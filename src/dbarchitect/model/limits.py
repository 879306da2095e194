"""Where a fact starts to matter. Every limit can be set in dbarchitect.toml under [limits]."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Thresholds of the checks; the defaults suit a production database. Units are in the names."""

    small_table_rows: int = 1_000
    small_table_bytes: int = 1_048_576
    large_table_rows: int = 1_000_000
    large_table_bytes: int = 1_073_741_824
    counters_age_days: float = 7.0
    unused_index_bytes: int = 1_048_576
    sample_rows: int = 100_000
    probe_seconds: float = 5.0
    probe_total_seconds: float = 60.0
    inclusion_sample_rows: int = 100
    number_space_share: float = 0.5
    idle_in_transaction_seconds: float = 300.0
    long_transaction_seconds: float = 1_800.0
    long_query_seconds: float = 600.0
    blocked_seconds: float = 5.0
    horizon_age_transactions: int = 10_000_000
    wraparound_share: float = 0.25
    dead_row_share: float = 0.2
    dead_rows: int = 10_000
    stale_statistics_share: float = 0.2
    slot_retained_bytes: int = 1_073_741_824
    replica_lag_bytes: int = 134_217_728
    prepared_transaction_seconds: float = 600.0
    connections_share: float = 0.8
    bloat_share: float = 0.4
    bloat_bytes: int = 10_485_760
    cache_hit_share: float = 0.9
    cache_blocks: int = 1_000_000
    wide_table_columns: int = 100
    statement_share: float = 0.1
    development_bytes: int = 1_073_741_824
    temporary_bytes_per_day: int = 10_737_418_240
    wal_bytes_per_day: int = 53_687_091_200
    rollback_share: float = 0.2
    rollbacks: int = 100_000
    deadlocks: int = 10
    sessions: int = 10_000
    short_session_ms: float = 1_000.0
    checkpoints: int = 20
    settle_seconds: float = 120.0
