-- Relations that another session holds in ACCESS EXCLUSIVE mode: what reads their definition would wait for it.
SELECT /* dbarchitect */
    l.relation,
    l.pid,
    n.nspname AS schema,
    c.relname AS name
FROM pg_locks l
JOIN pg_class c ON c.oid = l.relation
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE l.locktype = 'relation'
  AND l.mode = 'AccessExclusiveLock'
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.pid IS DISTINCT FROM pg_backend_pid()
