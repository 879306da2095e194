SELECT /* dbarchitect */
  table_name AS table_name, index_name AS name, stat_value AS pages
FROM mysql.innodb_index_stats
WHERE database_name = %(schema)s AND stat_name = 'size'
