SELECT /* dbarchitect */
    c.num_timed AS timed_checkpoints,
    c.num_requested AS requested_checkpoints,
    c.write_time AS checkpoint_write_ms,
    c.buffers_written AS checkpoint_buffers,
    (
        SELECT sum(i.writes)::int8 FROM pg_stat_io i WHERE i.backend_type = 'client backend' AND i.object = 'relation'
    ) AS backend_buffers,
    b.buffers_clean AS clean_buffers,
    b.maxwritten_clean AS max_written_clean,
    c.stats_reset AS checkpoint_reset,
    w.wal_bytes::int8 AS wal_bytes,
    w.wal_buffers_full,
    w.stats_reset AS wal_reset,
    a.archived_count,
    a.failed_count AS archive_failed_count,
    a.last_archived_time AS last_archived,
    a.last_failed_time AS last_archive_failed
FROM pg_stat_checkpointer c, pg_stat_bgwriter b, pg_stat_wal w, pg_stat_archiver a
