-- Tables, views, sequences and composite types' relations. Those of extensions are marked: others may refer to them.
SELECT /* dbarchitect */
    c.oid,
    n.nspname AS schema,
    c.relname AS name,
    c.relkind AS kind,
    c.relpersistence AS persistence,
    pg_get_userbyid(c.relowner) AS owner,
    c.reloptions AS options,
    ts.spcname AS tablespace,
    am.amname AS access_method,
    CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, 0) END AS partition_bound,
    c.relispartition AS is_partition,
    CASE WHEN c.relkind = 'p' AND c.oid <> ALL (%(locked)s::oid[]) THEN pg_get_partkeydef(c.oid) END AS partition_definition,
    p.partstrat AS partition_strategy,
    p.partattrs::int2[] AS partition_columns,
    c.reltuples AS rows,
    c.relpages AS pages,
    c.relallvisible AS all_visible_pages,
    c.relallfrozen AS all_frozen_pages,
    c.relrowsecurity AS row_security,
    c.relforcerowsecurity AS row_security_forced,
    c.relreplident AS replica_identity,
    CASE WHEN c.relfrozenxid <> '0'::xid THEN age(c.relfrozenxid) END AS frozen_xid_age,
    CASE WHEN c.relminmxid <> '0'::xid THEN mxid_age(c.relminmxid) END AS multixact_age,
    CASE WHEN t.relfrozenxid <> '0'::xid THEN age(t.relfrozenxid) END AS toast_frozen_xid_age,
    c.relispopulated AS populated,
    has_table_privilege(c.oid, 'SELECT') AS readable,
    CASE WHEN c.relrowsecurity THEN row_security_active(c.oid) ELSE false END AS row_security_active,
    fs.srvname AS foreign_server,
    ft.ftoptions AS foreign_options,
    x.objid IS NOT NULL AS of_extension
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
LEFT JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_partitioned_table p ON p.partrelid = c.oid
LEFT JOIN pg_foreign_table ft ON ft.ftrelid = c.oid
LEFT JOIN pg_foreign_server fs ON fs.oid = ft.ftserver
LEFT JOIN pg_depend x ON x.classid = 'pg_class'::regclass AND x.objid = c.oid
    AND x.refclassid = 'pg_extension'::regclass AND x.deptype = 'e'
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY n.nspname, c.relname
