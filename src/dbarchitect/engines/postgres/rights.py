"""What the reading role may not read, in words, with the statements that let it."""

from collections.abc import Iterable

from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.snapshot import Gap
from dbarchitect.sql.identifiers import quote_name, quote_qualified

_LISTED = 20


def denied_gap(what: str, names: Iterable[QualifiedName], reader: str) -> Gap:
    """The gap of tables without SELECT; the remedy holds the exact GRANTs."""
    tables = sorted(set(names))
    schemas: dict[str, list[QualifiedName]] = {}
    for name in tables:
        schemas.setdefault(name.schema, []).append(name)
    grants = " ".join(_grant(schema, group, quote_name(Engine.POSTGRESQL, reader)) for schema, group in schemas.items())
    return Gap(f"{what} {_list(tables)}", f"{reader} may not read {'them' if len(tables) > 1 else 'it'}", grants)


def sequences_gap(names: Iterable[QualifiedName], reader: str) -> Gap:
    """The gap of sequences whose last value the role may not read."""
    sequences, role = sorted(set(names)), quote_name(Engine.POSTGRESQL, reader)
    grants = " ".join(f"GRANT SELECT ON SEQUENCE {quote_qualified(Engine.POSTGRESQL, n)} TO {role};" for n in sequences[:_LISTED])
    checks = ("integer_key_near_end", "int4_key_on_large_table", "sequence_near_end")
    return Gap(f"how far these sequences are used up: {_list(sequences)}", f"{reader} may not read them", grants, checks)


def filtered_gap(what: str, names: Iterable[QualifiedName], reader: str) -> Gap:
    """The gap of tables whose row-level security applies to the reading role."""
    remedy = f"ALTER ROLE {quote_name(Engine.POSTGRESQL, reader)} BYPASSRLS; or run as the tables' owner."
    return Gap(f"{what} {_list(sorted(set(names)))}", f"row-level security hides rows from {reader}", remedy)


def _list(names: list[QualifiedName]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(str(name) for name in names[:_LISTED]) + more


def _grant(schema: str, names: list[QualifiedName], reader: str) -> str:
    """The exact GRANTs for one schema: by name, or for all of its tables when they are many."""
    quoted = quote_name(Engine.POSTGRESQL, schema)
    tables = ", ".join(quote_qualified(Engine.POSTGRESQL, name) for name in names)
    if len(names) > _LISTED:
        tables = f"ALL TABLES IN SCHEMA {quoted}"
    return f"GRANT USAGE ON SCHEMA {quoted} TO {reader}; GRANT SELECT ON {tables} TO {reader};"
