SELECT /* dbarchitect */
    o.oid,
    o.opcdefault AS is_default,
    CASE WHEN n.nspname = 'pg_catalog' THEN quote_ident(o.opcname)
         ELSE quote_ident(n.nspname) || '.' || quote_ident(o.opcname) END AS name
FROM pg_opclass o
JOIN pg_namespace n ON n.oid = o.opcnamespace
