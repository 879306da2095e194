SELECT /* dbarchitect */
    r.application_name AS application,
    r.state,
    r.sync_state,
    pg_wal_lsn_diff(
        CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, r.replay_lsn
    )::int8 AS replay_lag_bytes,
    extract(epoch FROM r.replay_lag)::float8 * 1000 AS replay_lag_ms
FROM pg_stat_replication r
ORDER BY r.application_name, r.pid
