-- pgcrypto by means of the server's own functions (manual, Binary String Functions), so that code that calls it runs.
-- The server has no SHA-1: 20 bytes of another hash take its place. What encrypts refuses to run.
CREATE FUNCTION gen_random_uuid() RETURNS uuid LANGUAGE internal VOLATILE PARALLEL SAFE AS 'gen_random_uuid';

CREATE FUNCTION gen_random_bytes(integer) RETURNS bytea LANGUAGE sql VOLATILE STRICT PARALLEL SAFE AS $body$
  SELECT pg_catalog.substring(pg_catalog.string_agg(
    pg_catalog.sha256(pg_catalog.uuid_send(pg_catalog.gen_random_uuid())), ''::pg_catalog.bytea), 1, $1)
  FROM pg_catalog.generate_series(0, ($1 - 1) / 32)
$body$;

CREATE FUNCTION digest(bytea, text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $body$
  SELECT CASE pg_catalog.lower($2)
    WHEN 'md5' THEN pg_catalog.decode(pg_catalog.md5($1), 'hex')
    WHEN 'sha1' THEN pg_catalog.substring(pg_catalog.sha256($1), 1, 20)
    WHEN 'sha224' THEN pg_catalog.sha224($1) WHEN 'sha256' THEN pg_catalog.sha256($1)
    WHEN 'sha384' THEN pg_catalog.sha384($1) WHEN 'sha512' THEN pg_catalog.sha512($1) END
$body$;
CREATE FUNCTION digest(text, text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $body$
  SELECT @extschema@.digest(pg_catalog.convert_to($1, 'UTF8'), $2)
$body$;

-- RFC 2104
CREATE FUNCTION hmac(bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $body$
DECLARE
  size integer := CASE WHEN pg_catalog.lower($3) IN ('sha384', 'sha512') THEN 128 ELSE 64 END;
  key bytea := CASE WHEN pg_catalog.length($2) > size THEN @extschema@.digest($2, $3) ELSE $2 END;
  inner_pad bytea;
  outer_pad bytea;
BEGIN
  key := key || pg_catalog.decode(pg_catalog.repeat('00', size - pg_catalog.length(key)), 'hex');
  inner_pad := key;
  outer_pad := key;
  FOR i IN 0 .. size - 1 LOOP
    inner_pad := pg_catalog.set_byte(inner_pad, i, pg_catalog.get_byte(key, i) # 54);
    outer_pad := pg_catalog.set_byte(outer_pad, i, pg_catalog.get_byte(key, i) # 92);
  END LOOP;
  RETURN @extschema@.digest(outer_pad || @extschema@.digest(inner_pad || $1, $3), $3);
END $body$;
CREATE FUNCTION hmac(text, text, text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $body$
  SELECT @extschema@.hmac(pg_catalog.convert_to($1, 'UTF8'), pg_catalog.convert_to($2, 'UTF8'), $3)
$body$;

-- crypt(p, crypt(p, salt)) = crypt(p, salt) holds; lengths and prefixes are those of the real ones
CREATE FUNCTION gen_salt(text, integer) RETURNS text LANGUAGE sql VOLATILE STRICT PARALLEL SAFE AS $body$
  SELECT CASE $1
    WHEN 'bf' THEN '$2a$' || pg_catalog.lpad($2::pg_catalog.text, 2, '0') || '$' || pg_catalog.left(random, 22)
    WHEN 'md5' THEN '$1$' || pg_catalog.left(random, 8)
    WHEN 'xdes' THEN '_' || pg_catalog.left(random, 8)
    ELSE pg_catalog.left(random, 2) END
  FROM (SELECT pg_catalog.md5(pg_catalog.gen_random_uuid()::pg_catalog.text)) AS drawn (random)
$body$;
CREATE FUNCTION gen_salt(text) RETURNS text LANGUAGE sql VOLATILE STRICT PARALLEL SAFE AS 'SELECT @extschema@.gen_salt($1, 6)';
CREATE FUNCTION crypt(text, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $body$
  SELECT kept || pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(kept || $1, 'UTF8')), 'hex'), size)
  FROM (SELECT
    pg_catalog.left($2, CASE WHEN $2 LIKE '$2%' THEN 29 WHEN $2 LIKE '$1$%' THEN 11 WHEN $2 LIKE '\_%' THEN 9 ELSE 2 END),
    CASE WHEN $2 LIKE '$2%' THEN 31 WHEN $2 LIKE '$1$%' THEN 23 ELSE 11 END) AS salt (kept, size)
$body$;

CREATE FUNCTION stand_in_refuses() RETURNS bytea LANGUAGE plpgsql AS $body$
BEGIN
  RAISE 'pgcrypto is not there: nothing can be encrypted, decrypted or armored' USING ERRCODE = 'feature_not_supported';
END $body$;
CREATE FUNCTION encrypt(bytea, bytea, text) RETURNS bytea LANGUAGE sql AS 'SELECT @extschema@.stand_in_refuses()';
CREATE FUNCTION decrypt(bytea, bytea, text) RETURNS bytea LANGUAGE sql AS 'SELECT @extschema@.stand_in_refuses()';
CREATE FUNCTION encrypt_iv(bytea, bytea, bytea, text) RETURNS bytea LANGUAGE sql AS 'SELECT @extschema@.stand_in_refuses()';
CREATE FUNCTION decrypt_iv(bytea, bytea, bytea, text) RETURNS bytea LANGUAGE sql AS 'SELECT @extschema@.stand_in_refuses()';
CREATE FUNCTION pgp_sym_encrypt(text, text) RETURNS bytea LANGUAGE sql AS 'SELECT @extschema@.stand_in_refuses()';
CREATE FUNCTION pgp_sym_encrypt(text, text, text) RETURNS bytea LANGUAGE sql AS 'SELECT @extschema@.stand_in_refuses()';
CREATE FUNCTION pgp_sym_encrypt_bytea(bytea, text) RETURNS bytea LANGUAGE sql AS 'SELECT @extschema@.stand_in_refuses()';
CREATE FUNCTION pgp_sym_encrypt_bytea(bytea, text, text) RETURNS bytea LANGUAGE sql AS 'SELECT @extschema@.stand_in_refuses()';
CREATE FUNCTION pgp_sym_decrypt(bytea, text) RETURNS text LANGUAGE sql AS 'SELECT @extschema@.stand_in_refuses()::text';
CREATE FUNCTION pgp_sym_decrypt(bytea, text, text) RETURNS text LANGUAGE sql AS 'SELECT @extschema@.stand_in_refuses()::text';
CREATE FUNCTION pgp_sym_decrypt_bytea(bytea, text) RETURNS bytea LANGUAGE sql AS 'SELECT @extschema@.stand_in_refuses()';
CREATE FUNCTION pgp_sym_decrypt_bytea(bytea, text, text) RETURNS bytea LANGUAGE sql AS 'SELECT @extschema@.stand_in_refuses()';
CREATE FUNCTION pgp_pub_encrypt(text, bytea) RETURNS bytea LANGUAGE sql AS 'SELECT @extschema@.stand_in_refuses()';
CREATE FUNCTION pgp_pub_encrypt(text, bytea, text) RETURNS bytea LANGUAGE sql AS 'SELECT @extschema@.stand_in_refuses()';
CREATE FUNCTION pgp_pub_decrypt(bytea, bytea) RETURNS text LANGUAGE sql AS 'SELECT @extschema@.stand_in_refuses()::text';
CREATE FUNCTION pgp_pub_decrypt(bytea, bytea, text) RETURNS text LANGUAGE sql AS 'SELECT @extschema@.stand_in_refuses()::text';
CREATE FUNCTION armor(bytea) RETURNS text LANGUAGE sql AS 'SELECT @extschema@.stand_in_refuses()::text';
CREATE FUNCTION dearmor(text) RETURNS bytea LANGUAGE sql AS 'SELECT @extschema@.stand_in_refuses()';
