-- Which tables and views a view reads, and which of their columns. ALTER COLUMN TYPE is refused for these columns alone.
SELECT /* dbarchitect */
    r.ev_class AS view,
    n.nspname AS schema,
    c.relname AS name,
    array_agg(DISTINCT a.attname::text ORDER BY a.attname::text) FILTER (WHERE a.attname IS NOT NULL) AS columns
FROM pg_rewrite r
JOIN pg_class v ON v.oid = r.ev_class
JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
    AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
JOIN pg_class c ON c.oid = d.refobjid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND d.refobjsubid > 0
WHERE v.relkind IN ('v', 'm') AND r.ev_class >= 16384 AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
GROUP BY r.ev_class, n.nspname, c.relname
ORDER BY r.ev_class, n.nspname, c.relname
