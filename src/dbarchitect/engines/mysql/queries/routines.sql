SELECT /* dbarchitect */
  routine_name AS name, routine_type AS kind, dtd_identifier AS returns, routine_definition AS body, routine_body AS language,
  is_deterministic = 'YES' AS is_deterministic, sql_data_access AS data_access, security_type AS security, definer AS definer,
  routine_comment AS comment
FROM information_schema.routines
WHERE routine_schema = %(schema)s AND routine_type IN ('FUNCTION', 'PROCEDURE')
ORDER BY routine_name, routine_type
