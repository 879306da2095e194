-- Bytes on disk: the main fork (free space and visibility maps are a thousandth of it), and TOAST with its index. Opening a relation
-- waits for ACCESS EXCLUSIVE locks, so locked ones are left out.
SELECT /* dbarchitect */
    c.oid,
    pg_relation_size(c.oid) AS bytes,
    CASE
        WHEN c.reltoastrelid = 0 OR pg_relation_size(c.reltoastrelid) = 0 THEN 0
        ELSE pg_total_relation_size(c.reltoastrelid)
    END AS toast_bytes
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND c.oid <> ALL (%(locked)s::oid[])
