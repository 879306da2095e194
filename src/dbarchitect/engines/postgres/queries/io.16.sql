SELECT /* dbarchitect */
    i.backend_type, i.object, i.context, i.reads, i.writes, i.extends, i.hits, i.evictions, i.fsyncs,
    i.read_time AS read_ms, i.write_time AS write_ms
FROM pg_stat_io i
WHERE coalesce(i.reads, 0) + coalesce(i.writes, 0) + coalesce(i.extends, 0) > 0
ORDER BY i.backend_type, i.object, i.context
