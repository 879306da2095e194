SELECT /* dbarchitect */
  user AS name, host AS host, COALESCE(NULLIF(JSON_VALUE(priv, '$.plugin'), ''), 'mysql_native_password') AS plugin,
  COALESCE(JSON_VALUE(priv, '$.authentication_string'), '') = '' AS password_empty,
  (CAST(COALESCE(JSON_VALUE(priv, '$.access'), 0) AS UNSIGNED) & 32768) <> 0 AS superuser,
  COALESCE(JSON_VALUE(priv, '$.account_locked'), 0) IN ('1', 'true') AS locked
FROM mysql.global_priv
WHERE COALESCE(JSON_VALUE(priv, '$.is_role'), 0) NOT IN ('1', 'true')
ORDER BY user, host
