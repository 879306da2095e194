-- Keys, foreign keys, checks, exclusions; of tables and of domains. A foreign key to a partitioned table has rows of its own for
-- the partitions (its parent points elsewhere): those are the server's bookkeeping and are left out.
SELECT /* dbarchitect */
    c.oid,
    c.conname AS name,
    c.contype AS kind,
    c.conrelid AS relation,
    c.contypid AS domain,
    c.conindid AS index,
    c.conkey AS columns,
    c.confrelid AS target,
    c.confkey AS target_columns,
    c.confupdtype AS on_update,
    c.confdeltype AS on_delete,
    c.confmatchtype AS match,
    c.condeferrable AS deferrable,
    c.condeferred AS initially_deferred,
    c.convalidated AS validated,
    c.connoinherit AS no_inherit,
    c.coninhcount > 0 OR c.conparentid <> 0 AS inherited,
    true AS enforced,
    false AS without_overlaps,
    pg_get_constraintdef(c.oid) AS definition
FROM pg_constraint c
JOIN pg_namespace n ON n.oid = c.connamespace
LEFT JOIN pg_constraint parent ON parent.oid = c.conparentid
WHERE c.contype IN ('p', 'u', 'f', 'c', 'x')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT (c.contype = 'f' AND parent.oid IS NOT NULL AND parent.conrelid = c.conrelid)
  AND NOT (c.contype IN ('c', 'x') AND c.conrelid = ANY (%(locked)s::oid[]))
ORDER BY c.conrelid, c.conname
