-- Triggers that people made; tgtype's bits are those of src/include/catalog/pg_trigger.h. 13 and 14 call a partition's copy internal.
SELECT /* dbarchitect */
    t.oid,
    t.tgname AS name,
    t.tgrelid AS relation,
    t.tgtype AS bits,
    t.tgenabled AS enabled,
    t.tgparentid <> 0 AS inherited,
    t.tgqual IS NOT NULL AS has_condition,
    fn.nspname AS routine_schema,
    f.proname AS routine_name,
    pg_get_triggerdef(t.oid) AS definition
FROM pg_trigger t
JOIN pg_proc f ON f.oid = t.tgfoid
JOIN pg_namespace fn ON fn.oid = f.pronamespace
WHERE (NOT t.tgisinternal OR (t.tgparentid <> 0 AND t.tgconstraint = 0))
  AND NOT (t.tgqual IS NOT NULL AND t.tgrelid = ANY (%(locked)s::oid[]))
ORDER BY t.tgrelid, t.tgname
