SELECT /* dbarchitect */
    i.indexrelid AS oid,
    pg_stat_get_numscans(i.indexrelid) AS scans,
    pg_stat_get_tuples_returned(i.indexrelid) AS rows_read,
    pg_stat_get_tuples_fetched(i.indexrelid) AS rows_fetched,
    NULL::timestamptz AS last_scan,
    pg_stat_get_blocks_fetched(i.indexrelid) - pg_stat_get_blocks_hit(i.indexrelid) AS blocks_read,
    pg_stat_get_blocks_hit(i.indexrelid) AS blocks_hit
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'i'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
