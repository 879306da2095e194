SELECT /* dbarchitect */
    p.pubname AS name, p.puballtables AS all_tables, p.pubupdate AS updates, p.pubdelete AS deletes
FROM pg_publication p
ORDER BY p.pubname
