SELECT /* dbarchitect */
  table_name AS table_name, constraint_name AS name, check_clause AS expression, level = 'Column' AS of_column, 1 AS enforced
FROM information_schema.check_constraints
WHERE constraint_schema = %(schema)s
ORDER BY table_name, constraint_name
