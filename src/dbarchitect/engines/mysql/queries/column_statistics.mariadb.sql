SELECT /* dbarchitect */
  c.table_name AS table_name, c.column_name AS name, c.nulls_ratio AS null_share, c.avg_length AS average_bytes,
  c.avg_frequency AS average_frequency, t.cardinality AS row_count, c.min_value AS minimum, c.max_value AS maximum,
  c.hist_type AS histogram_type, IF(c.hist_type = 'JSON_HB', c.histogram, NULL) AS histogram
FROM mysql.column_stats c
JOIN mysql.table_stats t ON t.db_name = c.db_name AND t.table_name = c.table_name
WHERE c.db_name = %(schema)s
ORDER BY c.table_name, c.column_name
