-- How large the asked tables are now, with their partitions or children: density of the last ANALYZE times today's pages, as the
-- planner reckons; a table that was never analysed is taken for 60 rows a page.
WITH RECURSIVE tree (root, oid) AS (
    SELECT c.oid, c.oid
    FROM unnest(%(schemas)s::text[], %(names)s::text[]) AS wanted (schema, name)
    JOIN pg_namespace n ON n.nspname = wanted.schema
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.name
    WHERE c.relkind IN ('r', 'p', 'f', 'm')
    UNION
    SELECT t.root, i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid
),
sized AS (
    SELECT
        t.root,
        c.relkind,
        c.oid = ANY (%(locked)s::oid[]) AS locked,
        c.reltuples / NULLIF(c.relpages, 0) AS density,
        CASE WHEN c.relkind IN ('r', 'm') AND c.oid <> ALL (%(locked)s::oid[])
            THEN pg_relation_size(c.oid) / current_setting('block_size')::int ELSE 0 END AS pages
    FROM tree t
    JOIN pg_class c ON c.oid = t.oid
)
SELECT /* dbarchitect */
    n.nspname AS schema,
    c.relname AS name,
    c.oid,
    bool_or(s.relkind = 'f') AS is_foreign,
    bool_or(s.locked) AS locked,
    has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT') AS readable,
    CASE WHEN c.relrowsecurity THEN row_security_active(c.oid) ELSE false END AS filtered,
    sum(s.pages)::float8 AS pages,
    sum(s.pages * CASE WHEN s.density >= 0 THEN s.density ELSE 60 END)::float8 AS rows
FROM sized s
JOIN pg_class c ON c.oid = s.root
JOIN pg_namespace n ON n.oid = c.relnamespace
GROUP BY n.oid, n.nspname, c.relname, c.oid, c.relrowsecurity
