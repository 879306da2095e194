-- Comments on the users' objects: 16384 is the first object id that initdb leaves to users; pg_namespace's own public has one too.
SELECT /* dbarchitect */
    d.classoid::regclass::text AS catalogue,
    d.objoid AS object,
    d.objsubid AS sub_object,
    d.description
FROM pg_description d
WHERE d.objoid >= 16384
   OR (d.classoid = 'pg_namespace'::regclass AND d.description <> 'standard public schema')
