SELECT /* dbarchitect */
  user AS name, host AS host, plugin AS plugin, authentication_string = '' AS password_empty, super_priv = 'Y' AS superuser,
  account_locked = 'Y' AS locked
FROM mysql.user
ORDER BY user, host
