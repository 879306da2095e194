SELECT /* dbarchitect */
  object_name AS name, count_fetch AS fetched, count_insert AS inserted, count_update AS updated, count_delete AS deleted
FROM performance_schema.table_io_waits_summary_by_table
WHERE object_schema = %(schema)s
