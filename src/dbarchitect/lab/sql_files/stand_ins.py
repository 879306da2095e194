"""Stand-ins for extensions that our server lacks: their types, and functions that defaults and code call, as members of an
extension of the same name, so that they are not taken for the user's own objects. Functions lie in the folder `extensions`."""

from importlib import resources
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
    "semver": ("semver",),
    "hll": ("hll",),
    "roaringbitmap": ("roaringbitmap",),
    "ip4r": ("ip4", "ip4r", "ip6", "ip6r", "ipaddress", "iprange"),
}


def write_stand_in(folder: Path, extension: str) -> bool:
    """Write the extension's files where CREATE EXTENSION finds them; False when nothing of the extension is known to us."""
    place = folder / "extension"
    place.mkdir(parents=True, exist_ok=True)
    body = "".join(_TEXT_TYPE.format(name=name) for name in _TYPES.get(extension, ())) + _functions(extension)
    (place / f"{extension}.control").write_text(
        f"comment = 'stand-in for {extension}'\ndefault_version = '0'\nrelocatable = false\n", encoding="utf-8"
    )
    (place / f"{extension}--0.sql").write_text(body or "SELECT 1;", encoding="utf-8")
    return bool(body)


def _functions(extension: str) -> str:
    found = resources.files("dbarchitect.lab.sql_files") / "extensions" / f"{extension}.sql"
    return found.read_text(encoding="utf-8") if found.is_file() else ""
