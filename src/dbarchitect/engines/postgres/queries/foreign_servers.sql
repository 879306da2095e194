SELECT /* dbarchitect */
    s.srvname AS name, w.fdwname AS wrapper, s.srvoptions AS options
FROM pg_foreign_server s
JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
ORDER BY s.srvname
