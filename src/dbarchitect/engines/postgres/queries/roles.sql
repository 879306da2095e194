SELECT /* dbarchitect */
    r.rolname AS name,
    r.rolsuper AS superuser,
    r.rolcanlogin AS login,
    r.rolcreaterole AS create_role,
    r.rolcreatedb AS create_database,
    r.rolreplication AS replication,
    r.rolbypassrls AS bypass_rls,
    r.rolconnlimit AS connection_limit,
    CASE WHEN isfinite(r.rolvaliduntil) THEN r.rolvaliduntil END AS valid_until,
    ARRAY (
        SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid ORDER BY g.rolname
    ) AS member_of,
    (
        SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid = r.oid AND a.pid <> pg_backend_pid() AND a.datid IS NOT NULL
    ) AS sessions
FROM pg_roles r
WHERE r.rolname !~ '^pg_'
ORDER BY r.rolname
