SELECT /* dbarchitect */
  table_name AS table_name, column_name AS name, histogram AS histogram
FROM information_schema.column_statistics
WHERE schema_name = %(schema)s
ORDER BY table_name, column_name
