SELECT /* dbarchitect */
  table_name AS name, view_definition AS definition, check_option AS check_option, definer AS definer, security_type AS security
FROM information_schema.views
WHERE table_schema = %(schema)s
ORDER BY table_name
