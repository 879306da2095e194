SELECT /* dbarchitect */
  table_name AS table_name, min(partition_method) AS method, min(partition_expression) AS expression,
  min(subpartition_method) AS sub_method, min(subpartition_expression) AS sub_expression
FROM information_schema.partitions
WHERE table_schema = %(schema)s AND partition_name IS NOT NULL
GROUP BY table_name
ORDER BY table_name
