SELECT /* dbarchitect */
    b.checkpoints_timed AS timed_checkpoints,
    b.checkpoints_req AS requested_checkpoints,
    b.checkpoint_write_time AS checkpoint_write_ms,
    b.buffers_checkpoint AS checkpoint_buffers,
    b.buffers_backend AS backend_buffers,
    b.buffers_clean AS clean_buffers,
    b.maxwritten_clean AS max_written_clean,
    b.stats_reset AS checkpoint_reset,
    NULL::int8 AS wal_bytes,
    NULL::int8 AS wal_buffers_full,
    NULL::timestamptz AS wal_reset,
    a.archived_count,
    a.failed_count AS archive_failed_count,
    a.last_archived_time AS last_archived,
    a.last_failed_time AS last_archive_failed
FROM pg_stat_bgwriter b, pg_stat_archiver a
