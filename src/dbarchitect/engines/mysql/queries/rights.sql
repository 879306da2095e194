SELECT /* dbarchitect */
  (SELECT count(*) FROM information_schema.user_privileges WHERE privilege_type = 'SELECT')
  + (SELECT count(*) FROM information_schema.schema_privileges
     WHERE privilege_type = 'SELECT' AND %(schema)s LIKE table_schema) AS grants,
  (SELECT count(*) FROM information_schema.applicable_roles) AS roles
