SELECT /* dbarchitect */
  t.table_name AS table_name, i.index_name AS name, i.rows_read AS index_rows, t.rows_read AS table_rows, t.rows_changed AS changed
FROM information_schema.table_statistics t
LEFT JOIN information_schema.index_statistics i ON i.table_schema = t.table_schema AND i.table_name = t.table_name
WHERE t.table_schema = %(schema)s
