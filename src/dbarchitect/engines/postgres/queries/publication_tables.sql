SELECT /* dbarchitect */
    t.pubname AS publication, t.schemaname AS schema, t.tablename AS name
FROM pg_publication_tables t
WHERE t.pubname = ANY (ARRAY (SELECT p.pubname FROM pg_publication p WHERE NOT p.puballtables))
ORDER BY t.pubname, t.schemaname, t.tablename
