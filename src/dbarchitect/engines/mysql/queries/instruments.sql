SELECT /* dbarchitect */
  (SELECT enabled FROM performance_schema.setup_instruments WHERE name = 'wait/io/table/sql/handler') = 'YES' AS table_io,
  (SELECT min(enabled) FROM performance_schema.setup_consumers
   WHERE name IN ('global_instrumentation', 'thread_instrumentation', 'statements_digest')) = 'YES' AS digests
