SELECT /* dbarchitect */
    s.xact_commit AS commits,
    s.xact_rollback AS rollbacks,
    s.blks_read AS blocks_read,
    s.blks_hit AS blocks_hit,
    s.temp_files AS temporary_files,
    s.temp_bytes AS temporary_bytes,
    s.deadlocks,
    s.conflicts,
    s.checksum_failures,
    s.sessions, s.session_time AS session_ms,
    s.stats_reset AS statistics_reset,
    age(d.datfrozenxid) AS frozen_xid_age,
    mxid_age(d.datminmxid) AS multixact_age
FROM pg_stat_database s
JOIN pg_database d ON d.oid = s.datid
WHERE s.datname = current_database()
