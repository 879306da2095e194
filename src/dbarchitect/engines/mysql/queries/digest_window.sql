SELECT /* dbarchitect */ min(first_seen) AS since, sum(IF(digest IS NULL, count_star, 0)) AS lost
FROM performance_schema.events_statements_summary_by_digest
