SELECT /* dbarchitect */
    c.conrelid AS relation,
    c.conkey[1] AS position,
    c.conname AS name,
    c.convalidated AS validated
FROM pg_constraint c
WHERE c.contype = 'n' AND c.conrelid >= 16384
