-- When this database's folder was made, and since when the server's own counters count (its first start, a crash or a reset).
SELECT /* dbarchitect */
    (pg_stat_file('base/' || d.oid || '/PG_VERSION', true)).modification AS created,
    least(b.stats_reset, a.stats_reset) AS server_counters_since
FROM pg_database d, pg_stat_bgwriter b, pg_stat_archiver a
WHERE d.datname = current_database()
