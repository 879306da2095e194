SELECT /* dbarchitect */
    t.oid,
    n.nspname AS schema,
    t.typname AS name,
    pg_get_userbyid(t.typowner) AS owner,
    t.typbasetype AS base,
    t.typtypmod AS modifier,
    format_type(t.typbasetype, t.typtypmod) AS base_text,
    NOT t.typnotnull AS nullable,
    t.typdefault AS default_text,
    CASE WHEN t.typcollation <> 0 AND t.typcollation <> b.typcollation THEN t.typcollation END AS collation
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_type b ON b.oid = t.typbasetype
WHERE t.typtype = 'd'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (
    SELECT FROM pg_depend e
    WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.refclassid = 'pg_extension'::regclass AND e.deptype = 'e'
  )
ORDER BY n.nspname, t.typname
