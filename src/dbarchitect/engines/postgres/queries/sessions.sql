-- Client sessions but ours. Only a session that waits for a lock is asked who blocks it: the question itself locks the lock table.
SELECT /* dbarchitect */
    a.pid,
    a.usename AS user_name,
    a.datname AS database,
    a.application_name AS application,
    a.state,
    coalesce(a.backend_type, '') AS backend_type,
    a.backend_start,
    a.xact_start AS transaction_start,
    a.query_start,
    a.state_change,
    a.wait_event_type,
    a.wait_event,
    CASE WHEN a.wait_event_type = 'Lock' THEN pg_blocking_pids(a.pid) END AS blocked_by,
    greatest(age(a.backend_xmin), age(a.backend_xid)) AS horizon_age,
    a.query,
    s.ssl,
    a.client_addr IS NULL OR a.client_addr << '127.0.0.0/8' OR a.client_addr = '::1' AS is_local
FROM pg_stat_activity a
LEFT JOIN pg_stat_ssl s ON s.pid = a.pid
WHERE a.pid <> pg_backend_pid()
  AND (a.backend_type IN ('client backend', 'walsender') OR (a.backend_type IS NULL AND a.datid IS NOT NULL))
ORDER BY a.pid
