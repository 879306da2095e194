SELECT /* dbarchitect */
    a.aggfnoid::oid AS oid,
    a.aggkind AS kind,
    pg_get_function_arguments(a.aggfnoid) AS arguments,
    a.aggtransfn::text AS transition,
    format_type(a.aggtranstype, NULL) AS state,
    a.aggtransspace AS state_bytes,
    NULLIF(a.aggfinalfn::oid, 0)::regproc::text AS final,
    a.aggfinalextra AS final_extra,
    NULLIF(a.aggcombinefn::oid, 0)::regproc::text AS combine,
    NULLIF(a.aggserialfn::oid, 0)::regproc::text AS serialize,
    NULLIF(a.aggdeserialfn::oid, 0)::regproc::text AS deserialize,
    a.agginitval AS initial,
    NULLIF(a.aggmtransfn::oid, 0)::regproc::text AS moving_transition,
    NULLIF(a.aggminvtransfn::oid, 0)::regproc::text AS moving_inverse,
    CASE WHEN a.aggmtranstype <> 0 THEN format_type(a.aggmtranstype, NULL) END AS moving_state,
    NULLIF(a.aggmfinalfn::oid, 0)::regproc::text AS moving_final,
    a.aggmfinalextra AS moving_final_extra,
    a.aggminitval AS moving_initial,
    CASE WHEN o.oid IS NOT NULL THEN 'OPERATOR(' || quote_ident(opn.nspname) || '.' || o.oprname || ')' END AS sort_operator
FROM pg_aggregate a
LEFT JOIN pg_operator o ON o.oid = a.aggsortop
LEFT JOIN pg_namespace opn ON opn.oid = o.oprnamespace
WHERE a.aggfnoid::oid >= 16384
