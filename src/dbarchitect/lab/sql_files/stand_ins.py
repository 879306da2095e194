"""Stand-ins for extensions that our server lacks: their types, and functions that defaults call, as members of an extension of
the same name, so that they are not taken for the user's own objects."""

from pathlib import Path

_TEXT_TYPE = """
CREATE TYPE {name};
CREATE FUNCTION {name}_in(cstring) RETURNS {name} LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION {name}_out({name}) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE FUNCTION {name}_typmod_in(cstring[]) RETURNS integer LANGUAGE internal IMMUTABLE STRICT AS 'array_cardinality';
CREATE TYPE {name} (INPUT = {name}_in, OUTPUT = {name}_out, TYPMOD_IN = {name}_typmod_in, STORAGE = extended);
"""
_TYPES = {
    "postgis": ("geometry", "geography", "box2d", "box3d"),
    "postgis_raster": ("raster",),
    "h3": ("h3index",),
    "rum": (),
    "semver": ("semver",),
    "hll": ("hll",),
    "roaringbitmap": ("roaringbitmap",),
    "ip4r": ("ip4", "ip4r", "ip6", "ip6r", "ipaddress", "iprange"),
    "pg_uuidv7": (),
}
_UUIDS = "".join(
    f"CREATE FUNCTION {name}({arguments}) RETURNS uuid LANGUAGE sql PARALLEL SAFE AS 'SELECT pg_catalog.gen_random_uuid()';\n"
    for name, arguments in (
        ("uuid_generate_v1", ""), ("uuid_generate_v1mc", ""), ("uuid_generate_v4", ""),
        ("uuid_generate_v3", "namespace uuid, name text"), ("uuid_generate_v5", "namespace uuid, name text"),
        ("uuid_nil", ""), ("uuid_ns_dns", ""), ("uuid_ns_url", ""), ("uuid_ns_oid", ""), ("uuid_ns_x500", ""),
    )
)  # fmt: skip
_CRYPTO = "".join(
    f"CREATE FUNCTION {name}({arguments}) RETURNS {returns} LANGUAGE sql AS 'SELECT NULL::{returns}';\n"
    for name, arguments, returns in (
        ("crypt", "text, text", "text"), ("gen_salt", "text", "text"), ("gen_salt", "text, integer", "text"),
        ("digest", "text, text", "bytea"), ("digest", "bytea, text", "bytea"), ("gen_random_bytes", "integer", "bytea"),
        ("hmac", "text, text, text", "bytea"), ("hmac", "bytea, bytea, text", "bytea"),
        ("encrypt", "bytea, bytea, text", "bytea"), ("decrypt", "bytea, bytea, text", "bytea"),
        ("pgp_sym_encrypt", "text, text", "bytea"), ("pgp_sym_decrypt", "bytea, text", "text"),
        ("armor", "bytea", "text"), ("dearmor", "text", "bytea"),
    )
)  # fmt: skip
_FUNCTIONS = {
    "uuid-ossp": _UUIDS,
    "pgcrypto": _CRYPTO,
    "pg_uuidv7": "CREATE FUNCTION uuid_generate_v7() RETURNS uuid LANGUAGE sql AS 'SELECT pg_catalog.uuidv7()';",
}


def write_stand_in(folder: Path, extension: str) -> bool:
    """Write the extension's files where CREATE EXTENSION finds them; False when nothing of the extension is known to us."""
    place = folder / "extension"
    place.mkdir(parents=True, exist_ok=True)
    body = "".join(_TEXT_TYPE.format(name=name) for name in _TYPES.get(extension, ())) + _FUNCTIONS.get(extension, "")
    (place / f"{extension}.control").write_text(
        f"comment = 'stand-in for {extension}'\ndefault_version = '0'\nrelocatable = true\n", encoding="utf-8"
    )
    (place / f"{extension}--0.sql").write_text(body or "SELECT 1;", encoding="utf-8")
    return bool(body)
