"""Changes of a MySQL or MariaDB column: MODIFY COLUMN with its whole clause, as SHOW CREATE TABLE prints it.

Values are converted by the server as an assignment would. Without strict SQL mode it stores what fits instead of refusing (0 for
a text that is no number, '' for NULL), which is why every change of values begins with strict mode.
Source: the manuals' pages of ALTER TABLE (MODIFY COLUMN, algorithms) and of the SQL modes.
"""

import re
from dataclasses import dataclass

from dbarchitect.model.catalog import Column, Table
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.sql.changes import mysql_lock, mysql_online
from dbarchitect.sql.columns import Retype
from dbarchitect.sql.identifiers import quote_columns, quote_literal, quote_name, quote_qualified
from dbarchitect.sql.mysql_changes import COPY_LOCK, alter_statement, column_fact
from dbarchitect.sql.mysql_ddl import column_clause

STRICT = Step("SET SESSION sql_mode = CONCAT(@@SESSION.sql_mode, ',STRICT_ALL_TABLES')")
_SHOWN = re.compile(
    r"(?P<name>`(?:[^`]|``)+`) (?P<type>[a-z0-9]+(?:\((?:[^()']|'(?:[^']|'')*')*\))?(?: unsigned)?(?: zerofill)?)(?P<rest>.*)", re.S
)
_CHARACTERS = re.compile(r"(?: CHARACTER SET \w+)?(?: COLLATE \w+)?")
_KEEP_HISTORY = Step("SET SESSION system_versioning_alter_history = 'KEEP'")
_NULLS = re.compile(r"(?: NOT NULL| NULL)?")


@dataclass(frozen=True, slots=True)
class Clause:
    """A column's clause in its parts. `rest` is what stands behind the default: ON UPDATE, COMMENT and the like."""

    column: Column
    type: str
    characters: str
    default: str | None
    rest: str

    def text(self, *, type_text: str | None = None, nullable: bool | None = None, default: str | None = None) -> str:
        """The clause as MODIFY COLUMN wants it; with `type_text` it is of that type, has no character set, and this default."""
        null = self.column.nullable if nullable is None else nullable
        kept = default if type_text else self.default
        words = [quote_name(Engine.MYSQL, self.column.name), type_text or self.type + self.characters]
        words += ["NULL" if null else "NOT NULL"]
        words += [f"DEFAULT {kept}"] if kept is not None else []
        return " ".join(words) + self.rest


def clause_of(definition: str, column: Column) -> Clause | None:
    """The column's clause out of SHOW CREATE TABLE; None when it holds anything that is not understood here.

    Texts name their character set and collation always, since a clause without them means the table's.
    """
    found = _SHOWN.fullmatch(column_clause(definition, column.name) or "")
    if found is None or column.generated or column.identity:
        return None
    rest = found["rest"]
    shown = _CHARACTERS.match(rest)
    rest = rest[shown.end() :] if shown else rest
    nulls = _NULLS.match(rest)
    rest = rest[nulls.end() :] if nulls else rest
    written = next((d for d in _defaults(column) if rest.startswith(f" DEFAULT {d}")), None)
    if written is None and rest.startswith(" DEFAULT "):
        return None
    rest = rest.removeprefix(f" DEFAULT {written}") if written is not None else rest
    if rest and not rest.startswith((" ON UPDATE ", " COMMENT ")):
        return None
    characters = f" CHARACTER SET {column.character_set} COLLATE {column.collation}" if column.character_set else ""
    return Clause(column, found["type"], characters, None if written == "NULL" else written, rest)


def _defaults(column: Column) -> tuple[str, ...]:
    """How the default may be printed: MySQL quotes numbers too."""
    if column.default is None:
        return ("NULL",)
    return (column.default, quote_literal(Engine.MYSQL, column.default))


def type_is(engine: Engine, table: QualifiedName, column: str, type_text: str) -> str:
    """A query that gives 1 when the column has this type, with or without its length. MariaDB's json is a text with a check."""
    if type_text == "json" and engine is Engine.MARIADB:
        return (
            "SELECT COUNT(*) FROM information_schema.check_constraints "
            f"WHERE constraint_schema = {quote_literal(engine, table.schema)} AND table_name = {quote_literal(engine, table.name)} "
            f"AND check_clause = {quote_literal(engine, f'json_valid({quote_name(engine, column)})')}"
        )
    return column_fact(engine, table, column, f"{quote_literal(engine, type_text)} IN (data_type, column_type)")


def have_types(engine: Engine, table: QualifiedName, types: tuple[tuple[str, str], ...]) -> Verification:
    """Gives the number of columns when each has its type."""
    if len(types) == 1:
        return Verification(type_is(engine, table, *types[0]), "1")
    total = " + ".join(f"({type_is(engine, table, name, text)})" for name, text in types)
    return Verification(f"SELECT {total}", str(len(types)))


def _before(table: Table) -> tuple[Step, ...]:
    """What the session needs. MariaDB alters a system-versioned table only when it was told what of its history (error 4119)."""
    return (STRICT, _KEEP_HISTORY) if "WITH SYSTEM VERSIONING" in table.options else (STRICT,)


def modify_types(
    engine: Engine,
    table: Table,
    definition: str,
    retypes: tuple[Retype, ...],
    *,
    large: bool = False,
    analyze: tuple[str, ...] = (),
    hazards: tuple[str, ...] = (),
    assumptions: tuple[str, ...] = (),
    no_undo: str | None = None,
) -> Change | None:
    """Change the types of columns in one statement, each value converted by the server or the whole refused. None when a
    column's clause cannot be read. `using` and `back` of a Retype are for PostgreSQL and must be None.

    `analyze` are the columns whose statistics the change throws away: MariaDB collects them anew only when told to."""
    clauses = [(clause_of(definition, r.column), r) for r in retypes]
    if any(c is None for c, _ in clauses):
        return None
    there = ", ".join(f"MODIFY COLUMN {c.text(type_text=r.type, default=r.default)}" for c, r in clauses if c)
    back = ", ".join(f"MODIFY COLUMN {c.text()}" for c, _ in clauses if c)
    slow = ("on a table of this size use pt-online-schema-change or gh-ost instead",) if large else ()
    return Change(
        ChangeKind.SCHEMA,
        Strategy.STANDARD,
        (*_before(table), Step(alter_statement(engine, table.name, there)), *_renewed(table.name, analyze)),
        (*_before(table), Step(alter_statement(engine, table.name, back)), *_renewed(table.name, analyze)),
        COPY_LOCK,
        "as long as a copy of the table with its indexes takes",
        have_types(engine, table.name, tuple((r.column.name, r.type) for r in retypes)),
        online=False,
        risk=Risk.HIGH if large else Risk.MEDIUM,
        hazards=(*slow, "code that binds the old type may have to change with it", *hazards),
        assumptions=assumptions,
        no_undo=no_undo,
    )


def _renewed(table: QualifiedName, columns: tuple[str, ...]) -> tuple[Step, ...]:
    if not columns:
        return ()
    names = quote_columns(Engine.MARIADB, columns)
    return (Step(f"ANALYZE TABLE {quote_qualified(Engine.MARIADB, table)} PERSISTENT FOR COLUMNS ({names}) INDEXES ()"),)


def set_nullable(engine: Engine, table: Table, definition: str, columns: tuple[Column, ...], *, nullable: bool) -> Change | None:
    """Let columns take NULL, or make them NOT NULL, while reads and writes go on, if their defaults are
    constants. None when a clause cannot be read."""
    clauses = [clause for column in columns if (clause := clause_of(definition, column)) is not None]
    if len(clauses) < len(columns):
        return None
    # error 1846: what NULL would become must be one value for all rows
    computed = not nullable and any("(" in (clause.default or "") for clause in clauses)
    online = mysql_online(table, rebuilds=True)
    copies = computed or not online
    there = ", ".join(f"MODIFY COLUMN {clause.text(nullable=nullable)}" for clause in clauses)
    back = ", ".join(f"MODIFY COLUMN {clause.text()}" for clause in clauses)
    refused = ("it fails, and changes nothing, when a row holds NULL", "code that writes NULL gets an error from then on")
    return Change(
        ChangeKind.SCHEMA,
        Strategy.STANDARD if copies else Strategy.ONLINE_DDL,
        (*_before(table), Step(alter_statement(engine, table.name, there + ("" if computed else online)))),
        (*_before(table), Step(alter_statement(engine, table.name, back + online))),
        COPY_LOCK if computed else mysql_lock(table, rebuilds=True),
        "as long as writing the table and its indexes anew",
        _all_nullable(engine, table.name, columns, nullable),
        online=not copies,
        hazards=() if nullable else refused,
    )


def _all_nullable(engine: Engine, table: QualifiedName, columns: tuple[Column, ...], nullable: bool) -> Verification:
    names = ", ".join(quote_literal(engine, column.name) for column in columns)
    return Verification(
        f"SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = {quote_literal(engine, table.schema)} "
        f"AND table_name = {quote_literal(engine, table.name)} AND column_name IN ({names}) "
        f"AND is_nullable = '{'YES' if nullable else 'NO'}'",
        str(len(columns)),
    )
