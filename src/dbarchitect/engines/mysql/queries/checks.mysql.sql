SELECT /* dbarchitect */
  t.table_name AS table_name, c.constraint_name AS name, c.check_clause AS expression, 0 AS of_column, t.enforced = 'YES' AS enforced
FROM information_schema.check_constraints c
JOIN information_schema.table_constraints t
  ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name AND t.constraint_type = 'CHECK'
WHERE c.constraint_schema = %(schema)s
ORDER BY t.table_name, c.constraint_name
