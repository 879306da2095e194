SELECT /* dbarchitect */
    d.datname AS database,
    r.rolname AS role,
    split_part(c, '=', 1) AS name,
    substr(c, strpos(c, '=') + 1) AS value
FROM pg_db_role_setting s
LEFT JOIN pg_database d ON d.oid = s.setdatabase
LEFT JOIN pg_roles r ON r.oid = s.setrole
CROSS JOIN LATERAL unnest(s.setconfig) c
ORDER BY 1 NULLS FIRST, 2 NULLS FIRST, 3
