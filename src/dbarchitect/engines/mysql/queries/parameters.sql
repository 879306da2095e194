SELECT /* dbarchitect */
  specific_name AS routine, routine_type AS kind, parameter_mode AS mode, parameter_name AS name, dtd_identifier AS type
FROM information_schema.parameters
WHERE specific_schema = %(schema)s AND ordinal_position > 0
ORDER BY specific_name, routine_type, ordinal_position
