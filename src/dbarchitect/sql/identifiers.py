"""Quoting: names and literals as each engine wants them."""

import re
from functools import cache

from dbarchitect.model.names import Engine, QualifiedName

_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*\Z")

# PostgreSQL's fully reserved and type/function-name keywords (appendix C of the manual, 18) and those that MariaDB 10.6 and
# MySQL 8 reserve on top; quoting one too many is harmless.
_RESERVED = frozenset(
    """all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column
    concurrently constraint create cross current_catalog current_date current_role current_schema current_time
    current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from
    full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime
    localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right
    select session_user similar some symmetric system_user table tablesample then to trailing true union unique user using
    variadic verbose when where window with between bigint bit boolean char character coalesce dec decimal exists extract float
    greatest grouping inout int integer interval json json_array json_object least national nchar none normalize nullif numeric
    out overlay position precision real row setof smallint substring time timestamp treat trim values varchar""".split()
)


def quote_name(engine: Engine, name: str) -> str:
    """A name as it must be written: bare where that means the same, quoted where not."""
    if engine is Engine.POSTGRESQL:
        if _PLAIN.match(name) and name not in _RESERVED:
            return name
        return '"' + name.replace('"', '""') + '"'
    return "`" + name.replace("`", "``") + "`"


@cache
def quote_qualified(engine: Engine, name: QualifiedName) -> str:
    """`schema.name`, each part quoted as needed."""
    return f"{quote_name(engine, name.schema)}.{quote_name(engine, name.name)}"


def quote_columns(engine: Engine, names: tuple[str, ...]) -> str:
    """`a, b`, each quoted as needed."""
    return ", ".join(quote_name(engine, name) for name in names)


def quote_literal(engine: Engine, text: str) -> str:
    """A string literal. Backslashes are doubled where the engine reads them as escapes."""
    doubled = text.replace("'", "''")
    if engine is Engine.POSTGRESQL:
        return f"'{doubled}'" if "\\" not in text else "E'" + doubled.replace("\\", "\\\\") + "'"
    return "'" + doubled.replace("\\", "\\\\") + "'"


def shorten_name(engine: Engine, *parts: str) -> str:
    """A new object's name out of parts, within the engine's limit (PostgreSQL 63 bytes, MySQL 64 characters).

    Letters outside the plain set become `_`, so that the name needs no quotes.
    """
    limit = 63 if engine is Engine.POSTGRESQL else 64
    plain = [re.sub(r"[^a-z0-9_]+", "_", part.lower()).strip("_") or "x" for part in parts]
    name = "_".join(plain)
    if len(name) <= limit:
        return name
    # cut the longest part first, as PostgreSQL does for the names it makes itself
    while len("_".join(plain)) > limit:
        longest = max(range(len(plain)), key=lambda i: len(plain[i]))
        plain[longest] = plain[longest][:-1]
    return "_".join(plain)
