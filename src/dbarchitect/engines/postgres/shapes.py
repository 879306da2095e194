"""Shapes of text values, as conditions in SQL."""

from psycopg import sql

from dbarchitect.model.questions import TextShape

_DATE = r"\d{4}[-/](0[1-9]|1[0-2])[-/](0[1-9]|[12]\d|3[01])"
_BYTE = r"(25[0-5]|2[0-4]\d|1?\d?\d)"
_HEX = r"[0-9a-f]{1,4}"
_HASH = r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128}"
_PATTERNS = {
    TextShape.INTEGER: r"^[+-]?\d{1,18}$",
    TextShape.DECIMAL: r"^[+-]?(\d+\.?\d*|\.\d+)$",
    TextShape.BOOLEAN: r"(?i)^(t|f|true|false|y|n|yes|no|on|off|0|1)$",
    TextShape.DATE: rf"^{_DATE}$",
    TextShape.TIMESTAMP: rf"^{_DATE}[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d+)?)?( ?(Z|[+-]\d\d(:?\d\d)?))?$",
    TextShape.UUID: r"(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    TextShape.IP_ADDRESS: (
        rf"(?i)^({_BYTE}\.){{3}}{_BYTE}(/\d{{1,2}})?$|^({_HEX}:){{7}}{_HEX}(/\d{{1,3}})?$"
        rf"|^(({_HEX}:){{0,6}}{_HEX})?::(({_HEX}:){{0,6}}{_HEX})?(/\d{{1,3}})?$"
    ),
    # no space after the separator, unless the items are numbers: `Doe, Jane` is one value
    TextShape.SEPARATED_LIST: r"^[\w.@-]+([,;|][\w.@-]+)+[,;|]?$|^\d+([,;|] ?\d+)+$",
    TextShape.EMAIL: r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$",
    TextShape.LEADING_ZERO: r"^0\d+$",
    # the modular crypt format, Django's and LDAP's, and bare digests of 128 to 512 bits
    TextShape.PASSWORD_HASH: (
        rf"(?i)^\$[0-9a-z-]+\$.+|^(pbkdf2|bcrypt|argon2|scrypt)[a-z0-9_]*\$.+|^\{{S?(SHA|MD5)\d*\}}.+|^({_HASH})$"
    ),
}
# cheap looks before the pattern: lengths that no value of the shape has, in bytes
_LENGTHS = {
    TextShape.INTEGER: (1, 19),
    TextShape.BOOLEAN: (1, 5),
    TextShape.DATE: (10, 10),
    TextShape.TIMESTAMP: (16, 40),
    TextShape.UUID: (36, 36),
    TextShape.IP_ADDRESS: (2, 50),
    TextShape.EMAIL: (5, 320),
    TextShape.PASSWORD_HASH: (20, 300),
}
_LONGEST = 1_000
_LONGEST_JSON = 100_000


def condition(shape: TextShape, value: sql.Composable, version: int) -> sql.Composed:
    """A condition that holds when the text expression has the shape. Long values are not searched."""
    if shape is TextShape.JSON:
        return _json(value, version)
    shortest, longest = _LENGTHS.get(shape, (1, _LONGEST))
    return sql.SQL("octet_length({0}) BETWEEN {1} AND {2} AND {0} ~ {3}").format(
        value, sql.Literal(shortest), sql.Literal(longest), sql.Literal(_PATTERNS[shape])
    )


def _json(value: sql.Composable, version: int) -> sql.Composed:
    """Objects and arrays: a bare number or word is JSON too, but says nothing. IS JSON stands from 16 on."""
    looks = sql.SQL("octet_length({0}) BETWEEN 2 AND {1} AND {0} ~ {2}").format(
        value, sql.Literal(_LONGEST_JSON), sql.Literal(r'^\s*(\{\s*["}]|\[\s*["\[{\]0-9tfn-])')
    )
    if version >= 16:
        return sql.SQL("{0} AND ({1} IS JSON OBJECT OR {1} IS JSON ARRAY)").format(looks, value)
    return sql.SQL("{0} AND {1} ~ {2}").format(looks, value, sql.Literal(r"[\]}]\s*$"))
