-- The costliest statements of this database. pg_stat_statements 1.9 and later.
SELECT /* dbarchitect */
    s.queryid AS identity,
    s.query AS text,
    s.calls,
    s.total_exec_time AS total_ms,
    s.mean_exec_time AS mean_ms,
    s.rows,
    pg_get_userbyid(s.userid) AS user_name,
    s.min_exec_time AS minimum_ms,
    s.max_exec_time AS maximum_ms,
    s.stddev_exec_time AS deviation_ms,
    s.shared_blks_hit AS shared_blocks_hit,
    s.shared_blks_read AS shared_blocks_read,
    s.shared_blks_written AS shared_blocks_written,
    s.temp_blks_read AS temporary_blocks_read,
    s.temp_blks_written AS temporary_blocks_written,
    s.wal_bytes::int8 AS wal_bytes,
    s.plans,
    s.total_plan_time AS plan_ms,
    s.toplevel AS top_level
FROM {schema}.pg_stat_statements s
WHERE s.dbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
  AND strpos(s.query, '/* dbarchitect */') = 0
ORDER BY s.total_exec_time DESC
LIMIT 5000
