SELECT /* dbarchitect */
    c.oid,
    n.nspname AS schema,
    c.relname AS name,
    t.typname AS type,
    s.seqstart AS start,
    s.seqmin AS minimum,
    s.seqmax AS maximum,
    s.seqincrement AS increment,
    s.seqcycle AS cycle,
    s.seqcache AS cache,
    c.relpersistence AS persistence,
    pg_get_userbyid(c.relowner) AS owner,
    readable.yes AS readable,
    CASE WHEN readable.yes THEN pg_sequence_last_value(c.oid) END AS last_value,
    o.refobjid AS owned_by,
    o.refobjsubid AS owned_by_column,
    o.deptype = 'i' AS identity
FROM pg_sequence s
JOIN pg_class c ON c.oid = s.seqrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = s.seqtypid
LEFT JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.objsubid = 0
    AND o.refclassid = 'pg_class'::regclass AND o.deptype IN ('a', 'i')
CROSS JOIN LATERAL (
    SELECT has_sequence_privilege(c.oid, 'SELECT, USAGE')
        AND c.oid <> ALL (%(locked)s::oid[])
        AND (c.relpersistence = 'p' OR NOT pg_is_in_recovery()) AS yes
) readable
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (
    SELECT FROM pg_depend e
    WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.refclassid = 'pg_extension'::regclass AND e.deptype = 'e'
  )
ORDER BY n.nspname, c.relname
