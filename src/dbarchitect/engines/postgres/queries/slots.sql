SELECT /* dbarchitect */
    s.slot_name AS name,
    s.slot_type AS kind,
    s.active,
    s.temporary,
    s.database,
    s.plugin,
    pg_wal_lsn_diff(
        CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, s.restart_lsn
    )::int8 AS retained_bytes,
    s.wal_status,
    greatest(age(s.xmin), age(s.catalog_xmin)) AS xmin_age,
    NULL::timestamptz AS inactive_since
FROM pg_replication_slots s
ORDER BY s.slot_name
