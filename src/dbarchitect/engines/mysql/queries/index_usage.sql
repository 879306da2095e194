SELECT /* dbarchitect */
  object_name AS table_name, index_name AS name, count_fetch AS fetched
FROM performance_schema.table_io_waits_summary_by_index_usage
WHERE object_schema = %(schema)s
