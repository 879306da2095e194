SELECT /* dbarchitect */
    v.pid,
    n.nspname AS schema,
    c.relname AS name,
    v.phase,
    v.heap_blks_total AS heap_blocks_total,
    v.heap_blks_scanned AS heap_blocks_scanned,
    v.index_vacuum_count
FROM pg_stat_progress_vacuum v
JOIN pg_class c ON c.oid = v.relid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE v.datname = current_database()
ORDER BY v.pid
