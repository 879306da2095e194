-- Columns of all relations. A plain default holds no column, so it is printed without opening (locking) its table.
SELECT /* dbarchitect */
    a.attrelid AS relation,
    a.attnum AS position,
    a.attname AS name,
    a.atttypid AS type,
    a.atttypmod AS modifier,
    format_type(a.atttypid, a.atttypmod) AS type_text,
    a.attnotnull AS not_null,
    a.attidentity AS identity,
    a.attgenerated AS generated,
    CASE
        WHEN d.oid IS NULL THEN NULL
        WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, 0)
        WHEN a.attrelid <> ALL (%(locked)s::oid[]) THEN pg_get_expr(d.adbin, a.attrelid)
    END AS default_text,
    a.attcollation AS collation,
    a.attcollation <> t.typcollation AS own_collation,
    NULLIF(a.attstattarget, -1) AS statistics_target,
    CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END AS storage,
    NULL AS compression,
    NOT a.attislocal AS inherited
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef
WHERE a.attnum > 0 AND NOT a.attisdropped
  AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY a.attrelid, a.attnum
