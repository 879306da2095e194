SELECT /* dbarchitect */
    h.line_number AS line,
    h.type AS kind,
    h.database AS databases,
    h.user_name AS users,
    h.address,
    h.netmask,
    h.auth_method AS method
FROM pg_hba_file_rules h
WHERE h.error IS NULL
