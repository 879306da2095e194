-- Inheritance and partitions, of tables and of indexes.
SELECT /* dbarchitect */ i.inhrelid AS child, i.inhparent AS parent
FROM pg_inherits i
ORDER BY i.inhrelid, i.inhseqno
