SELECT /* dbarchitect */
    c.oid,
    pg_stat_get_numscans(c.oid) AS sequential_scans,
    pg_stat_get_tuples_returned(c.oid) AS sequential_rows,
    pg_stat_get_tuples_inserted(c.oid) AS rows_inserted,
    pg_stat_get_tuples_updated(c.oid) AS rows_updated,
    pg_stat_get_tuples_deleted(c.oid) AS rows_deleted,
    pg_stat_get_tuples_hot_updated(c.oid) AS rows_hot_updated,
    pg_stat_get_live_tuples(c.oid) AS live_rows,
    pg_stat_get_dead_tuples(c.oid) AS dead_rows,
    pg_stat_get_mod_since_analyze(c.oid) AS rows_modified_since_analyze,
    pg_stat_get_ins_since_vacuum(c.oid) AS rows_inserted_since_vacuum,
    pg_stat_get_last_vacuum_time(c.oid) AS last_vacuum,
    pg_stat_get_last_autovacuum_time(c.oid) AS last_autovacuum,
    pg_stat_get_last_analyze_time(c.oid) AS last_analyze,
    pg_stat_get_last_autoanalyze_time(c.oid) AS last_autoanalyze,
    pg_stat_get_vacuum_count(c.oid) AS vacuum_count,
    pg_stat_get_autovacuum_count(c.oid) AS autovacuum_count,
    pg_stat_get_blocks_fetched(c.oid) - pg_stat_get_blocks_hit(c.oid) AS heap_blocks_read,
    pg_stat_get_blocks_hit(c.oid) AS heap_blocks_hit
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm', 'p')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
