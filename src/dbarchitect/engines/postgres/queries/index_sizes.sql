SELECT /* dbarchitect */
    c.oid,
    pg_relation_size(c.oid) AS bytes
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'i'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND i.indrelid <> ALL (%(locked)s::oid[])
  AND i.indexrelid <> ALL (%(locked)s::oid[])
