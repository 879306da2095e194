SELECT /* dbarchitect */
    e.oid,
    n.nspname AS schema,
    e.stxname AS name,
    e.stxrelid AS relation,
    e.stxkeys::int2[] AS columns,
    e.stxkind AS kinds,
    CASE WHEN e.stxrelid <> ALL (%(locked)s::oid[]) THEN pg_get_statisticsobjdef(e.oid) ELSE '' END AS definition,
    d.n_distinct::text AS ndistinct,
    d.dependencies::text AS dependencies
FROM pg_statistic_ext e
JOIN pg_namespace n ON n.oid = e.stxnamespace
LEFT JOIN LATERAL (
    SELECT x.n_distinct, x.dependencies
    FROM pg_stats_ext x
    WHERE x.statistics_schemaname = n.nspname AND x.statistics_name = e.stxname
    
    LIMIT 1
) d ON true
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY n.nspname, e.stxname
