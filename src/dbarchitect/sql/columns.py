"""Statements that change columns and tables of PostgreSQL: types with their defaults, names, the way back.

Source: the manual's page of ALTER TABLE (forms that rewrite, order of sub-commands, notes on type changes).
"""

import re
from dataclasses import dataclass

from dbarchitect.model.catalog import Column, Table
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.sql.changes import ACCESS_EXCLUSIVE, SHARE_UPDATE, index_exists
from dbarchitect.sql.identifiers import quote_literal, quote_name, quote_qualified
from dbarchitect.sql.mysql_changes import rename_table as rename_mysql_table

PG = Engine.POSTGRESQL
_CAST_LITERAL = re.compile(r"\A('(?:[^']|'')*'|-?[0-9.]+|NULL|\('(?:[^']|'')*'\)|\(-?[0-9.]+\))(::.+)?\Z", re.S)


def bare_literal(default: str) -> str | None:
    """The literal of a default such as `'0'::text`, without its cast; None when the default is another expression."""
    match = _CAST_LITERAL.match(default.strip())
    return match.group(1) if match else None


@dataclass(frozen=True, slots=True)
class Retype:
    """A column's new type. `using` and `back` are the conversions there and back, `{}` standing for the column (None: the
    engine's own assignment cast); `default` is the new default, None where the column has none."""

    column: Column
    type: str
    using: str | None = None
    back: str | None = None
    default: str | None = None


def _parts(retype: Retype, forward: bool) -> list[str]:
    name = quote_name(PG, retype.column.name)
    type_text, conversion = (retype.type, retype.using) if forward else (retype.column.type.text, retype.back)
    default = retype.default if forward else retype.column.default
    using = f" USING {conversion.replace('{}', name)}" if conversion else ""
    parts = [f"ALTER COLUMN {name} TYPE {type_text}{using}"]
    if retype.column.default is not None:
        parts.insert(0, f"ALTER COLUMN {name} DROP DEFAULT")
        if default is not None:
            parts.append(f"ALTER COLUMN {name} SET DEFAULT {default}")
    return parts


def retype_statement(table: QualifiedName, retypes: tuple[Retype, ...], *, forward: bool = True) -> str:
    """One ALTER TABLE that changes all of these columns, or changes them back."""
    parts = [part for retype in retypes for part in _parts(retype, forward)]
    return f"ALTER TABLE {quote_qualified(PG, table)} {', '.join(parts)}"


def types_are(*retypes: tuple[QualifiedName, Retype]) -> Verification:
    """Gives t when every one of these columns has its new type."""
    found = []
    for table, retype in retypes:
        target = quote_literal(PG, quote_qualified(PG, table))
        column, new_type = quote_literal(PG, retype.column.name), quote_literal(PG, retype.type)
        found.append(f"(attrelid, attname, format_type(atttypid, atttypmod)) = (to_regclass({target}), {column}, {new_type})")
    return Verification(f"SELECT count(*) = {len(found)} FROM pg_attribute WHERE {' OR '.join(found)}", "t")


def retype_columns(
    table: Table,
    retypes: tuple[Retype, ...],
    *,
    rewrites: bool = True,
    in_utc: bool = False,
    large: bool = False,
    hazards: tuple[str, ...] = (),
    assumptions: tuple[str, ...] = (),
    no_undo: str | None = None,
) -> Change:
    """Change the types of columns in one statement, with defaults taken along, then analyse them.

    `rewrites`: the server writes the table anew. `in_utc`: the session's time zone is UTC meanwhile, which gives plain casts
    between the two timestamp types one meaning and lets PostgreSQL 12 and later keep the table's files.
    """
    columns = ", ".join(quote_name(PG, r.column.name) for r in retypes)
    analyze = Step(f"ANALYZE {quote_qualified(PG, table.name)} ({columns})")
    zone = ((Step("SET TimeZone = 'UTC'"),), (Step("RESET TimeZone"),)) if in_utc else ((), ())
    slow = (
        "needs free disk for a second copy of the table and its indexes while it runs",
        *(("on a table of this size rather add a new column, fill it in batches and swap the names",) if large else ()),
    )
    return Change(
        ChangeKind.SCHEMA,
        Strategy.STANDARD,
        (*zone[0], Step(retype_statement(table.name, retypes)), *zone[1], analyze),
        (*zone[0], Step(retype_statement(table.name, retypes, forward=False)), *zone[1], analyze),
        ACCESS_EXCLUSIVE,
        "as long as writing the table and its indexes anew"
        if rewrites
        else "milliseconds, plus rebuilding the indexes on these columns",
        types_are(*((table.name, retype) for retype in retypes)),
        online=False,
        risk=(Risk.HIGH if large else Risk.MEDIUM) if rewrites else Risk.LOW,
        hazards=(
            *(slow if rewrites else ()),
            "code that binds the old type may have to change with it; statements that sessions have prepared fail once",
            *hazards,
        ),
        assumptions=assumptions,
        no_undo=no_undo,
    )


RENAMED_ASIDE = "to_drop_"
"""How the new name of a table begins that is renamed before it is dropped."""


def rename_table(table: Table, new_name: str, *, engine: Engine = PG) -> Change:
    """Give a table another name, so that whatever still uses it fails loudly and the way back is one statement."""
    if engine is not PG:
        return rename_mysql_table(engine, table, new_name)
    target = QualifiedName(table.name.schema, new_name)
    gone = quote_literal(PG, quote_qualified(PG, table.name))
    return Change(
        ChangeKind.SCHEMA,
        Strategy.STANDARD,
        (Step(f"ALTER TABLE {quote_qualified(PG, table.name)} RENAME TO {quote_name(PG, new_name)}"),),
        (Step(f"ALTER TABLE {quote_qualified(PG, target)} RENAME TO {quote_name(PG, table.name.name)}"),),
        ACCESS_EXCLUSIVE,
        "milliseconds",
        Verification(f"SELECT to_regclass({gone}) IS NULL", "t"),
        online=False,
        risk=Risk.MEDIUM,
        hazards=("whatever still names the table fails from then on, until it is renamed back",),
    )


def create_index_on(
    relation: QualifiedName, name: str, keys: str, *, method: str = "btree", unique: bool = False, before: tuple[Step, ...] = ()
) -> Change:
    """Build an index on expressions, on columns with an operator class, or on a materialised view, without stopping writes.

    `keys` is what stands between the parentheses, already quoted. `before` are steps such as CREATE EXTENSION.
    """
    kind = "UNIQUE INDEX" if unique else "INDEX"
    using = "" if method == "btree" else f" USING {method}"
    create = f"CREATE {kind} CONCURRENTLY {quote_name(PG, name)} ON {quote_qualified(PG, relation)}{using} ({keys})"
    dropped = quote_qualified(PG, QualifiedName(relation.schema, name))
    return Change(
        ChangeKind.INDEX,
        Strategy.ONLINE_DDL,
        (*before, Step(create, alone=True)),
        (Step(f"DROP INDEX CONCURRENTLY {dropped}", alone=True),),
        SHARE_UPDATE,
        "as long as two scans of the table; it waits for older transactions",
        index_exists(PG, relation, name),
        hazards=("a failed CONCURRENTLY build leaves an INVALID index behind: drop it and build again",),
    )
