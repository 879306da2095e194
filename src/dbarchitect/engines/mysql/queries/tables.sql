SELECT /* dbarchitect */
  table_name AS name, table_type AS kind, engine AS storage_engine, row_format AS row_format, table_rows AS row_count,
  data_length AS data_bytes, index_length AS index_bytes, data_free AS free_bytes, auto_increment AS next_number,
  create_time AS created, table_collation AS collation_name, create_options AS options, table_comment AS comment
FROM information_schema.tables
WHERE table_schema = %(schema)s
ORDER BY table_name
