SELECT /* dbarchitect */
    t.oid,
    n.nspname AS schema,
    t.typname AS name,
    t.typtype AS kind,
    t.typcategory AS category,
    t.typlen AS length,
    t.typelem AS element,
    t.typbasetype AS base,
    t.typtypmod AS modifier
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
