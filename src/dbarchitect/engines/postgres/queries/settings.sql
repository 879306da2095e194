SELECT /* dbarchitect */
    s.name, s.setting AS value, s.unit, s.source, s.boot_val AS boot_value, s.context, s.pending_restart, s.sourcefile AS source_file
FROM pg_settings s
ORDER BY s.name
