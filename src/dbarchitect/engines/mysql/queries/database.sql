SELECT /* dbarchitect */ schema_name AS name, default_character_set_name AS character_set, default_collation_name AS collation_name
FROM information_schema.schemata
WHERE schema_name = %(schema)s
