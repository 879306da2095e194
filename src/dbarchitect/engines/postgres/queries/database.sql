-- The database itself and who is reading it.
SELECT /* dbarchitect */
    d.oid,
    d.datname AS name,
    current_setting('server_version_num')::int AS version_number,
    version() AS version_text,
    pg_encoding_to_char(d.encoding) AS encoding,
    coalesce(NULL, d.datcollate) AS collation,
    shobj_description(d.oid, 'pg_database') AS comment,
    current_user AS reader,
    r.rolsuper AS superuser,
    pg_has_role('pg_read_all_settings', 'USAGE') AS sees_settings,
    pg_has_role('pg_read_all_stats', 'USAGE') AS sees_statistics,
    (r.rolsuper OR pg_has_role('pg_read_server_files', 'USAGE'))
        AND has_function_privilege('pg_read_file(text, bigint, bigint, boolean)', 'EXECUTE') AS reads_files,
    (r.rolsuper OR pg_has_role('pg_read_server_files', 'USAGE'))
        AND has_function_privilege('pg_stat_file(text, boolean)', 'EXECUTE') AS stats_files,
    pg_is_in_recovery() AS in_recovery,
    pg_postmaster_start_time() AS started_at,
    clock_timestamp() AS now
FROM pg_database d, pg_roles r
WHERE d.datname = current_database() AND r.rolname = current_user
