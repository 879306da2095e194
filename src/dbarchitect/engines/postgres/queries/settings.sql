-- Asked before our own SET LOCALs; what our connection itself asked for (client) says nothing about the server.
SELECT /* dbarchitect */
    s.name, s.setting AS value, s.unit, s.source, s.boot_val AS boot_value, s.context, s.pending_restart, s.sourcefile AS source_file
FROM pg_catalog.pg_settings s
WHERE s.source OPERATOR(pg_catalog.<>) 'client'
ORDER BY s.name
