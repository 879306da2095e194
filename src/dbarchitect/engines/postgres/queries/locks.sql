-- Relation locks of other sessions in this database: waiting ones first, then the strongest, at most 5,000.
SELECT /* dbarchitect */
    l.pid,
    n.nspname AS schema,
    c.relname AS name,
    l.mode,
    l.granted
FROM pg_locks l
JOIN pg_class c ON c.oid = l.relation
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE l.locktype = 'relation'
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.pid IS NOT NULL AND l.pid <> pg_backend_pid()
  AND c.relkind IN ('r', 'p', 'm', 'f', 'S')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY l.granted,
    array_position(ARRAY['AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock',
        'ShareUpdateExclusiveLock', 'RowExclusiveLock', 'RowShareLock', 'AccessShareLock'], l.mode),
    l.pid, 2, 3
LIMIT 5000
