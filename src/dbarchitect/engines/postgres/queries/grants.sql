-- Explicit privileges, the owners' own apart. Where nothing was ever granted the built-in defaults hold; of those only the
-- database's (PUBLIC may connect and make temporary tables) are listed, those of routines stand in Routine.public_execute.
WITH acl (kind, class, object, sub_object, schema, name, column_name, owner, privileges) AS (
    SELECT CASE WHEN c.relkind = 'S' THEN 'sequence' ELSE 'table' END, 'pg_class'::regclass, c.oid, 0,
        n.nspname::text, c.relname::text, NULL::text, c.relowner, c.relacl
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relacl IS NOT NULL AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
    UNION ALL
    SELECT 'column', 'pg_class'::regclass, c.oid, a.attnum, n.nspname, c.relname, a.attname, c.relowner, a.attacl
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL
    SELECT 'schema', 'pg_namespace'::regclass, n.oid, 0, n.nspname, '', NULL, n.nspowner, n.nspacl
    FROM pg_namespace n
    WHERE n.nspacl IS NOT NULL
    UNION ALL
    SELECT 'function', 'pg_proc'::regclass, p.oid, 0, n.nspname,
        p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', NULL, p.proowner, p.proacl
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.proacl IS NOT NULL
    UNION ALL
    SELECT 'type', 'pg_type'::regclass, t.oid, 0, n.nspname, t.typname, NULL, t.typowner, t.typacl
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typacl IS NOT NULL
    UNION ALL
    SELECT 'default', 'pg_default_acl'::regclass, d.oid, 0, coalesce(n.nspname, ''), '',
        CASE d.defaclobjtype WHEN 'r' THEN 'table' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'function' WHEN 'T' THEN 'type'
            WHEN 'n' THEN 'schema' ELSE d.defaclobjtype::text END,
        d.defaclrole, d.defaclacl
    FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
    UNION ALL
    SELECT 'database', 'pg_database'::regclass, d.oid, 0, '', d.datname, NULL, d.datdba, coalesce(d.datacl, acldefault('d', d.datdba))
    FROM pg_database d
    WHERE d.datname = current_database()
)
SELECT /* dbarchitect */
    acl.kind,
    acl.schema,
    acl.name,
    acl.column_name,
    CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee)::text END AS grantee,
    pg_get_userbyid(CASE WHEN acl.kind = 'default' THEN acl.owner ELSE g.grantor END) AS grantor,
    g.is_grantable AS grantable,
    array_agg(g.privilege_type ORDER BY g.privilege_type) AS privileges
FROM acl
CROSS JOIN LATERAL aclexplode(acl.privileges) g
WHERE acl.schema !~ '^pg_' AND acl.schema <> 'information_schema'
  AND g.grantee <> acl.owner
  AND NOT EXISTS (
    SELECT FROM pg_depend e
    WHERE e.classid = acl.class AND e.objid = acl.object AND e.refclassid = 'pg_extension'::regclass AND e.deptype = 'e'
  )
GROUP BY acl.kind, acl.schema, acl.name, acl.column_name, acl.sub_object, acl.owner, g.grantee, g.grantor, g.is_grantable
ORDER BY acl.kind, acl.schema, acl.name, acl.sub_object, 5
