SELECT /* dbarchitect */
    i.indexrelid AS oid,
    i.indrelid AS relation,
    n.nspname AS schema,
    c.relname AS name,
    am.amname AS method,
    i.indisunique AS is_unique,
    i.indisprimary AS is_primary,
    i.indisvalid AS valid,
    i.indisready AND i.indislive AS ready,
    i.indisreplident AS replica_identity,
    i.indisclustered AS clustered,
    false AS nulls_not_distinct,
    i.indnkeyatts AS key_count,
    i.indkey::int2[] AS columns,
    i.indoption::int2[] AS ordering,
    i.indclass::oid[] AS operator_classes,
    i.indcollation::oid[] AS collations,
    c.reloptions AS options,
    ts.spcname AS tablespace,
    c.reltuples AS rows,
    c.relpages AS pages,
    CASE WHEN i.indrelid <> ALL (%(locked)s::oid[]) THEN pg_get_indexdef(i.indexrelid) END AS definition,
    CASE WHEN i.indpred IS NOT NULL THEN pg_get_expr(i.indpred, i.indrelid) END AS predicate,
    CASE WHEN i.indexprs IS NOT NULL THEN ARRAY (
        SELECT CASE WHEN i.indkey[k - 1] = 0 THEN pg_get_indexdef(i.indexrelid, k, false) END
        FROM generate_series(1, i.indnkeyatts) k
    ) END AS expressions
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT (i.indrelid = ANY (%(locked)s::oid[]) AND (i.indpred IS NOT NULL OR i.indexprs IS NOT NULL))
ORDER BY i.indrelid, c.relname
