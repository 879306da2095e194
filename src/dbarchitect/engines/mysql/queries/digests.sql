SELECT /* dbarchitect */
  digest AS digest, digest_text AS digest_text, count_star AS calls, sum_timer_wait AS total_ps, min_timer_wait AS minimum_ps,
  avg_timer_wait AS average_ps, max_timer_wait AS maximum_ps, sum_rows_affected AS affected, sum_rows_sent AS sent,
  sum_rows_examined AS examined
FROM performance_schema.events_statements_summary_by_digest
WHERE schema_name = %(schema)s AND digest IS NOT NULL
ORDER BY sum_timer_wait DESC
