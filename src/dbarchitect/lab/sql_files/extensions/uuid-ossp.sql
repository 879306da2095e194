-- uuid-ossp by means of the server's own functions: random values for those made of time and network address; for those made of a
-- name (RFC 9562, versions 3 and 5) MD5, so that equal names give equal values.
CREATE FUNCTION uuid_generate_v1() RETURNS uuid LANGUAGE internal VOLATILE STRICT PARALLEL SAFE AS 'gen_random_uuid';
CREATE FUNCTION uuid_generate_v1mc() RETURNS uuid LANGUAGE internal VOLATILE STRICT PARALLEL SAFE AS 'gen_random_uuid';
CREATE FUNCTION uuid_generate_v4() RETURNS uuid LANGUAGE internal VOLATILE STRICT PARALLEL SAFE AS 'gen_random_uuid';
CREATE FUNCTION uuid_generate_v3(namespace uuid, name text) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $body$
  SELECT pg_catalog.overlay(pg_catalog.overlay(
    pg_catalog.md5(pg_catalog.uuid_send($1) || pg_catalog.convert_to($2, 'UTF8')), '3', 13), '8', 17)::pg_catalog.uuid
$body$;
CREATE FUNCTION uuid_generate_v5(namespace uuid, name text) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $body$
  SELECT pg_catalog.overlay(pg_catalog.overlay(
    pg_catalog.md5(pg_catalog.uuid_send($1) || pg_catalog.convert_to($2, 'UTF8')), '5', 13), '8', 17)::pg_catalog.uuid
$body$;
CREATE FUNCTION uuid_nil() RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$SELECT '00000000-0000-0000-0000-000000000000'::pg_catalog.uuid$$;
CREATE FUNCTION uuid_ns_dns() RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$SELECT '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::pg_catalog.uuid$$;
CREATE FUNCTION uuid_ns_url() RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$SELECT '6ba7b811-9dad-11d1-80b4-00c04fd430c8'::pg_catalog.uuid$$;
CREATE FUNCTION uuid_ns_oid() RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$SELECT '6ba7b812-9dad-11d1-80b4-00c04fd430c8'::pg_catalog.uuid$$;
CREATE FUNCTION uuid_ns_x500() RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$SELECT '6ba7b814-9dad-11d1-80b4-00c04fd430c8'::pg_catalog.uuid$$;
