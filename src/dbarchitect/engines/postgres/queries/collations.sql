SELECT /* dbarchitect */
    c.oid,
    CASE WHEN n.nspname = 'pg_catalog' THEN quote_ident(c.collname)
         ELSE quote_ident(n.nspname) || '.' || quote_ident(c.collname) END AS name
FROM pg_collation c
JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE c.oid IN (SELECT attcollation FROM pg_attribute)
   OR c.oid IN (SELECT unnest(indcollation) FROM pg_index WHERE indrelid >= 16384)
   OR c.oid IN (SELECT typcollation FROM pg_type)
