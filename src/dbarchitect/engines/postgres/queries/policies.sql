SELECT /* dbarchitect */
    p.oid,
    p.polname AS name,
    p.polrelid AS relation,
    p.polpermissive AS permissive,
    p.polcmd AS command,
    ARRAY (
        SELECT CASE WHEN r = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r)::text END FROM unnest(p.polroles) r
    ) AS roles,
    pg_get_expr(p.polqual, p.polrelid) AS using_text,
    pg_get_expr(p.polwithcheck, p.polrelid) AS check_text
FROM pg_policy p
WHERE p.polrelid <> ALL (%(locked)s::oid[])
ORDER BY p.polrelid, p.polname
