SELECT /* dbarchitect */
    p.oid,
    n.nspname AS schema,
    p.proname AS name,
    p.prokind AS kind,
    l.lanname AS language,
    pg_get_function_identity_arguments(p.oid) AS arguments,
    pg_get_function_result(p.oid) AS returns,
    CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END AS definition,
    p.provolatile AS volatility,
    p.prosecdef AS security_definer,
    p.proconfig AS settings,
    p.proisstrict AS strict,
    p.proparallel AS parallel,
    pg_get_userbyid(p.proowner) AS owner,
    p.proacl IS NULL OR EXISTS (
        SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0 AND a.privilege_type = 'EXECUTE'
    ) AS public_execute
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (
    SELECT FROM pg_depend e
    WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.refclassid = 'pg_extension'::regclass AND e.deptype = 'e'
  )
  -- a range type's constructors come and go with the type
  AND NOT EXISTS (
    SELECT FROM pg_depend e
    WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.refclassid = 'pg_type'::regclass AND e.deptype = 'i'
  )
ORDER BY n.nspname, p.proname, 6
