SELECT /* dbarchitect */
  table_name AS table_name, column_name AS name, ordinal_position AS position, column_default AS default_text,
  is_nullable = 'YES' AS nullable, data_type AS data_type, column_type AS column_type,
  character_maximum_length AS length, numeric_precision AS precision_digits, numeric_scale AS scale_digits,
  datetime_precision AS time_digits, character_set_name AS character_set, collation_name AS collation_name,
  extra AS extra, generation_expression AS generation, column_comment AS comment
FROM information_schema.columns
WHERE table_schema = %(schema)s
ORDER BY table_name, ordinal_position
