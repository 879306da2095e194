SELECT /* dbarchitect */
    p.gid AS identity, p.prepared, p.owner, p.database, age(p.transaction) AS age
FROM pg_prepared_xacts p
ORDER BY p.prepared
