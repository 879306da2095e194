SELECT /* dbarchitect */
  trigger_name AS name, event_object_table AS table_name, action_timing AS timing, event_manipulation AS event,
  action_statement AS body, definer AS definer
FROM information_schema.triggers
WHERE trigger_schema = %(schema)s
ORDER BY event_object_table, action_timing, event_manipulation, action_order
