-- How each password is kept. The verifier itself never leaves the server.
SELECT /* dbarchitect */
    a.rolname AS name,
    CASE
        WHEN a.rolpassword IS NULL THEN 'none'
        WHEN a.rolpassword LIKE 'SCRAM-SHA-256$%' THEN 'scram-sha-256'
        WHEN a.rolpassword LIKE 'md5%' THEN 'md5'
        ELSE 'plain'
    END AS kind
FROM pg_authid a
