-- What a database is made of, one row per kind of catalogue entry: how many entries there are, and of those written since
-- transaction %(since)s (0: all of them) the name, a tab and a digest of the meaning, free of object ids and of order.
-- Counts find what is gone, digests what is new or differs; entries that nobody wrote since are only counted, which is fast.
-- Left out: rows, statistics, and what merely follows from storage (file numbers, whether a TOAST table exists).
-- PostgreSQL 18, as a superuser, with an empty search_path.
SELECT 'relation' AS kind, count(*) AS entries,
  array_agg(concat_ws(E'\t', oid::regclass::text,
    md5(ROW(relkind, relpersistence, relowner::regrole, ARRAY(SELECT unnest(reloptions) ORDER BY 1), relreplident,
      relrowsecurity, relforcerowsecurity, relispartition, pg_get_expr(relpartbound, oid), relam, reltablespace,
      reloftype::regtype, relispopulated, pg_get_partkeydef(oid), ARRAY(SELECT concat_ws(' ', grantor::regrole,
      nullif(grantee, 0)::regrole, privilege_type, is_grantable) FROM aclexplode(coalesce(relacl, acldefault(CASE relkind WHEN
      'S' THEN 's' ELSE 'r' END::"char", relowner))) ORDER BY 1))::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s) AS changed
FROM pg_class
WHERE relnamespace <> 'pg_toast'::regnamespace AND relpersistence <> 't'
UNION ALL
SELECT 'storage option of long values', count(*),
  array_agg(concat_ws(E'\t', substring(relname from 'pg_toast_(\d+)')::oid::regclass::text,
    md5(ROW(ARRAY(SELECT unnest(reloptions) ORDER BY 1))::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_class
WHERE relkind = 't' AND relnamespace = 'pg_toast'::regnamespace AND reloptions IS NOT NULL
UNION ALL
SELECT 'column', count(*),
  array_agg(concat_ws(E'\t', attrelid::regclass || '.' || quote_ident(attname),
    md5(ROW((SELECT count(*) FROM pg_attribute b WHERE b.attrelid = a.attrelid AND b.attnum BETWEEN 1 AND a.attnum AND NOT
      b.attisdropped), format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, attcollation::regcollation,
      attstorage, attcompression, attstattarget, ARRAY(SELECT unnest(attoptions) ORDER BY 1), attfdwoptions, attislocal,
      attinhcount, ARRAY(SELECT concat_ws(' ', grantor::regrole, nullif(grantee, 0)::regrole, privilege_type, is_grantable)
      FROM aclexplode(attacl) ORDER BY 1))::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_attribute a
WHERE attnum > 0 AND NOT attisdropped AND attrelid >= 16384
    AND attrelid NOT IN (SELECT oid FROM pg_class WHERE relkind = 't' OR relnamespace = 'pg_toast'::regnamespace)
UNION ALL
SELECT 'default', count(*),
  array_agg(concat_ws(E'\t',
    (SELECT adrelid::regclass || '.' || quote_ident(attname) FROM pg_attribute WHERE attrelid = adrelid AND attnum = adnum),
    md5(ROW(pg_get_expr(adbin, adrelid))::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_attrdef
UNION ALL
SELECT 'constraint', count(*),
  array_agg(concat_ws(E'\t',
    quote_ident(conname) || ' on ' || CASE WHEN conrelid <> 0 THEN conrelid::regclass::text
      ELSE contypid::regtype::text END,
    md5(ROW(pg_get_constraintdef(oid), contype, condeferrable, condeferred, conenforced, convalidated, conislocal,
      coninhcount, connoinherit, conindid::regclass)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_constraint
WHERE oid >= 16384
UNION ALL
SELECT 'index', count(*),
  array_agg(concat_ws(E'\t', indexrelid::regclass::text,
    md5(ROW(pg_get_indexdef(indexrelid), indisunique, indnullsnotdistinct, indisprimary, indisexclusion, indimmediate,
      indisclustered, indisvalid, indisready, indislive, indisreplident)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_index
WHERE indexrelid >= 16384
    AND indrelid NOT IN (SELECT oid FROM pg_class WHERE relnamespace = 'pg_toast'::regnamespace)
UNION ALL
SELECT 'inheritance', count(*),
  array_agg(concat_ws(E'\t', inhrelid::regclass || ' of ' || inhparent::regclass,
    md5(ROW(inhseqno, inhdetachpending)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_inherits
UNION ALL
SELECT 'trigger', count(*),
  array_agg(concat_ws(E'\t',
    CASE WHEN tgisinternal THEN coalesce(
      (SELECT quote_ident(conname) FROM pg_constraint c WHERE c.oid = tgconstraint),
    'internal') || ' ' || tgfoid::regproc || ' ' || tgtype ELSE quote_ident(tgname) END || ' on ' || tgrelid::regclass,
    md5(ROW(tgenabled, CASE WHEN NOT tgisinternal THEN pg_get_triggerdef(oid) END)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_trigger
UNION ALL
SELECT 'policy', count(*),
  array_agg(concat_ws(E'\t', quote_ident(polname) || ' on ' || polrelid::regclass,
    md5(ROW(polcmd, polpermissive, (SELECT array_agg(coalesce(nullif(r, 0)::regrole::text, 'public') ORDER BY 1) FROM
      unnest(polroles) r), pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_policy
UNION ALL
SELECT 'rule', count(*),
  array_agg(concat_ws(E'\t', quote_ident(rulename) || ' on ' || ev_class::regclass,
    md5(ROW(ev_enabled, pg_get_ruledef(oid))::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_rewrite
WHERE oid >= 16384
UNION ALL
SELECT 'routine', count(*),
  array_agg(concat_ws(E'\t', oid::regprocedure::text,
    md5(ROW(prokind, CASE WHEN prokind <> 'a' AND oid >= 16384 THEN pg_get_functiondef(oid) END, prosecdef, proconfig,
      proowner::regrole, ARRAY(SELECT concat_ws(' ', grantor::regrole, nullif(grantee, 0)::regrole, privilege_type,
      is_grantable) FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) ORDER BY 1))::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_proc
UNION ALL
SELECT 'aggregate', count(*),
  array_agg(concat_ws(E'\t', aggfnoid::regprocedure::text,
    md5(ROW(aggkind, aggtransfn::regproc, aggfinalfn::regproc, aggtranstype::regtype, agginitval,
      aggsortop::regoperator)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_aggregate
WHERE aggfnoid >= 16384
UNION ALL
SELECT 'type', count(*),
  array_agg(concat_ws(E'\t', oid::regtype::text,
    md5(ROW(typtype, typowner::regrole, typnotnull, typdefault, format_type(nullif(typbasetype, 0), typtypmod),
      typcollation::regcollation, ARRAY(SELECT concat_ws(' ', grantor::regrole, nullif(grantee, 0)::regrole, privilege_type,
      is_grantable) FROM aclexplode(coalesce(typacl, acldefault('T', typowner))) ORDER BY 1))::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_type
WHERE oid >= 16384 AND typcategory <> 'A'
    AND (typrelid = 0 OR typrelid IN (SELECT oid FROM pg_class WHERE relkind = 'c'))
UNION ALL
SELECT 'enum label', count(*),
  array_agg(concat_ws(E'\t', enumtypid::regtype || ' ' || quote_literal(enumlabel),
    md5(ROW((SELECT count(*) FROM pg_enum b WHERE b.enumtypid = a.enumtypid AND b.enumsortorder <=
      a.enumsortorder)::text)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_enum a
UNION ALL
SELECT 'range', count(*),
  array_agg(concat_ws(E'\t', rngtypid::regtype::text,
    md5(ROW(rngsubtype::regtype, rngcollation::regcollation, rngcanonical, rngsubdiff, rngmultitypid::regtype)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_range
WHERE rngtypid >= 16384
UNION ALL
SELECT 'sequence', count(*),
  array_agg(concat_ws(E'\t', seqrelid::regclass::text,
    md5(ROW(seqtypid::regtype, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_sequence
UNION ALL
SELECT 'owned sequence', count(*),
  array_agg(concat_ws(E'\t', objid::regclass::text,
    md5(ROW(refobjid::regclass || '.' || (SELECT attname FROM pg_attribute WHERE attrelid = refobjid AND attnum =
      refobjsubid))::text)))
  FILTER (WHERE d.xmin::text::bigint >= %(since)s)
FROM pg_sequence s
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.objsubid = 0
    AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
UNION ALL
SELECT 'comment', count(*),
  array_agg(concat_ws(E'\t', (SELECT type || ' ' || identity FROM pg_identify_object(classoid, objoid, objsubid)),
    md5(ROW(description)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_description
WHERE objoid >= 16384 OR classoid = 'pg_namespace'::regclass
UNION ALL
SELECT 'comment of a shared object', count(*),
  array_agg(concat_ws(E'\t', (SELECT type || ' ' || identity FROM pg_identify_object(classoid, objoid, 0)),
    md5(ROW(description)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_shdescription
UNION ALL
SELECT 'schema', count(*),
  array_agg(concat_ws(E'\t', quote_ident(nspname),
    md5(ROW(nspowner::regrole, ARRAY(SELECT concat_ws(' ', grantor::regrole, nullif(grantee, 0)::regrole, privilege_type,
      is_grantable) FROM aclexplode(coalesce(nspacl, acldefault('n', nspowner))) ORDER BY 1))::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_namespace
WHERE nspname NOT LIKE 'pg\_temp%%' AND nspname NOT LIKE 'pg\_toast\_temp%%'
UNION ALL
SELECT 'extension', count(*),
  array_agg(concat_ws(E'\t', quote_ident(extname),
    md5(ROW(extversion, extnamespace::regnamespace, extowner::regrole)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_extension
UNION ALL
SELECT 'extended statistics', count(*),
  array_agg(concat_ws(E'\t', stxnamespace::regnamespace || '.' || quote_ident(stxname),
    md5(ROW(pg_get_statisticsobjdef(oid), stxowner::regrole, stxstattarget)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_statistic_ext
UNION ALL
SELECT 'default privileges', count(*),
  array_agg(concat_ws(E'\t', concat_ws(' ', defaclrole::regrole, nullif(defaclnamespace, 0)::regnamespace, defaclobjtype),
    md5(ROW(ARRAY(SELECT concat_ws(' ', grantor::regrole, nullif(grantee, 0)::regrole, privilege_type, is_grantable) FROM
      aclexplode(defaclacl) ORDER BY 1))::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_default_acl
UNION ALL
SELECT 'foreign server', count(*),
  array_agg(concat_ws(E'\t', quote_ident(srvname),
    md5(ROW(srvfdw, srvowner::regrole, srvtype, srvversion, srvoptions, srvacl)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_foreign_server
UNION ALL
SELECT 'foreign-data wrapper', count(*),
  array_agg(concat_ws(E'\t', quote_ident(fdwname),
    md5(ROW(fdwowner::regrole, fdwhandler::regproc, fdwvalidator::regproc, fdwoptions, fdwacl)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_foreign_data_wrapper
UNION ALL
SELECT 'user mapping', count(*),
  array_agg(concat_ws(E'\t',
    coalesce(nullif(umuser, 0)::regrole::text, 'public') || ' on ' || (SELECT srvname FROM pg_foreign_server f WHERE f.oid =
    umserver),
    md5(ROW(umoptions::text)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_user_mapping
UNION ALL
SELECT 'foreign table', count(*),
  array_agg(concat_ws(E'\t', ftrelid::regclass::text,
    md5(ROW((SELECT srvname FROM pg_foreign_server f WHERE f.oid = ftserver), ftoptions)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_foreign_table
UNION ALL
SELECT 'publication', count(*),
  array_agg(concat_ws(E'\t', quote_ident(pubname),
    md5(ROW(pubowner::regrole, puballtables, pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot, pubgencols)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_publication
UNION ALL
SELECT 'published table', count(*),
  array_agg(concat_ws(E'\t', prrelid::regclass || ' in ' || (SELECT pubname FROM pg_publication p WHERE p.oid = prpubid),
    md5(ROW(pg_get_expr(prqual, prrelid), prattrs)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_publication_rel
UNION ALL
SELECT 'published schema', count(*),
  array_agg(concat_ws(E'\t', pnnspid::regnamespace || ' in ' || (SELECT pubname FROM pg_publication p WHERE p.oid = pnpubid),
    md5('')))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_publication_namespace
UNION ALL
SELECT 'event trigger', count(*),
  array_agg(concat_ws(E'\t', quote_ident(evtname),
    md5(ROW(evtevent, evtowner::regrole, evtfoid::regproc, evtenabled, evttags)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_event_trigger
UNION ALL
SELECT 'collation', count(*),
  array_agg(concat_ws(E'\t', oid::regcollation::text,
    md5(ROW(collprovider, collisdeterministic, collcollate, collctype, colllocale, collowner::regrole)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_collation
WHERE oid >= 16384
UNION ALL
SELECT 'cast', count(*),
  array_agg(concat_ws(E'\t', castsource::regtype || ' as ' || casttarget::regtype,
    md5(ROW(castfunc::regprocedure, castcontext, castmethod)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_cast
WHERE oid >= 16384
UNION ALL
SELECT 'operator', count(*),
  array_agg(concat_ws(E'\t', oid::regoperator::text,
    md5(ROW(oprcode, oprrest, oprjoin, oprcom::regoperator, oprnegate::regoperator, oprcanmerge, oprcanhash)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_operator
WHERE oid >= 16384
UNION ALL
SELECT 'operator class', count(*),
  array_agg(concat_ws(E'\t', opcnamespace::regnamespace || '.' || quote_ident(opcname) || ' of method ' || opcmethod,
    md5(ROW(opcintype::regtype, opcdefault)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_opclass
WHERE oid >= 16384
UNION ALL
SELECT 'language', count(*),
  array_agg(concat_ws(E'\t', quote_ident(lanname),
    md5(ROW(lanowner::regrole, lanpltrusted, lanacl)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_language
UNION ALL
SELECT 'text search configuration', count(*),
  array_agg(concat_ws(E'\t', oid::regconfig::text,
    md5(ROW(cfgowner::regrole::text)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_ts_config
WHERE oid >= 16384
UNION ALL
SELECT 'role', count(*),
  array_agg(concat_ws(E'\t', quote_ident(rolname),
    md5(ROW(rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconnlimit,
      md5(rolpassword), rolvaliduntil)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_authid
UNION ALL
SELECT 'membership', count(*),
  array_agg(concat_ws(E'\t', member::regrole || ' in ' || roleid::regrole || ' by ' || grantor::regrole,
    md5(ROW(admin_option, inherit_option, set_option)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_auth_members
UNION ALL
SELECT 'setting of a role or database', count(*),
  array_agg(concat_ws(E'\t', concat_ws(' in ', coalesce(nullif(setrole, 0)::regrole::text, 'all'), nullif(setdatabase, 0)::text),
    md5(ROW(ARRAY(SELECT unnest(setconfig) ORDER BY 1))::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_db_role_setting
WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
UNION ALL
SELECT 'database', count(*),
  array_agg(concat_ws(E'\t', quote_ident(datname),
    md5(ROW(datdba::regrole, datallowconn, datconnlimit, dattablespace, ARRAY(SELECT concat_ws(' ', grantor::regrole,
      nullif(grantee, 0)::regrole, privilege_type, is_grantable) FROM aclexplode(coalesce(datacl, acldefault('d',
      datdba))) ORDER BY 1))::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_database
WHERE datname = current_database()
UNION ALL
SELECT 'right to a setting', count(*),
  array_agg(concat_ws(E'\t', parname,
    md5(ROW(paracl::text)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_parameter_acl
UNION ALL
SELECT 'tablespace', count(*),
  array_agg(concat_ws(E'\t', quote_ident(spcname),
    md5(ROW(spcowner::regrole, spcoptions)::text)))
  FILTER (WHERE xmin::text::bigint >= %(since)s)
FROM pg_tablespace
UNION ALL
SELECT 'setting of the server', count(*),
  array_agg(concat_ws(E'\t', name,
    md5(ROW(setting)::text)))
  FILTER (WHERE true)
FROM pg_file_settings
WHERE sourcefile LIKE '%%postgresql.auto.conf'
