SELECT /* dbarchitect */
  table_name AS table_name, index_name AS name, seq_in_index AS position, column_name AS column_name, NULL AS expression,
  collation AS direction, sub_part AS prefix_length, non_unique = 0 AS is_unique, index_type AS method,
  index_comment AS comment, ignored = 'NO' AS visible, cardinality AS cardinality
FROM information_schema.statistics
WHERE table_schema = %(schema)s
ORDER BY table_name, index_name, seq_in_index
