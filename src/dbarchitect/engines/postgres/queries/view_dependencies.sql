SELECT /* dbarchitect */ DISTINCT
    r.ev_class AS view,
    n.nspname AS schema,
    c.relname AS name
FROM pg_rewrite r
JOIN pg_class v ON v.oid = r.ev_class
JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
    AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
JOIN pg_class c ON c.oid = d.refobjid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE v.relkind IN ('v', 'm') AND r.ev_class >= 16384 AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
ORDER BY r.ev_class, n.nspname, c.relname
