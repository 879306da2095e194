SELECT /* dbarchitect */
    a.attrelid AS relation,
    a.attname AS name,
    coalesce(b.typname, t.typname) AS type
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type b ON b.oid = t.typbasetype
WHERE a.attrelid = ANY (%(relations)s::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
