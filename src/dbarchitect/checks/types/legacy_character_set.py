"""Text in a character set that cannot hold every character.

utf8 (utf8mb3) lacks everything beyond the basic plane, emoji and many Chinese characters among it; latin1 lacks most of the
world. Such a character is refused in strict mode and cut off or turned to `?` without. Joins between columns of
different sets convert one side and may use no index.

Ignore it for columns that hold codes of another system and never text of people; ascii columns are left out.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._counts import counted
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import TEXTUAL, Column, ForeignKey, Table, TypeFamily
from dbarchitect.model.change import Change, ChangeKind, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import MYSQL_FAMILY, Engine, column_subject, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.identifiers import quote_literal, quote_name
from dbarchitect.sql.mysql_changes import copying_alter
from dbarchitect.sql.mysql_ddl import column_clause

CODES = ("TYP-16",)
ENGINES = MYSQL_FAMILY
_LEGACY = ("utf8", "utf8mb3", "latin1", "latin2", "cp1250", "cp1251", "cp1252", "koi8r", "ucs2")
_FAMILIES = TEXTUAL | {TypeFamily.ENUM, TypeFamily.SET}


def _legacy(table: Table) -> list[Column]:
    return [c for c in table.columns if c.type.family in _FAMILIES and c.character_set in _LEGACY]


def _clause_with_set(definition: str, column: Column) -> str | None:
    """The column's clause with its character set said, since a new default of the table would change what it means.

    The server says a set or a collation itself where they differ from the table's.
    """
    clause, words = column_clause(definition, column.name), f" CHARACTER SET {column.character_set}"
    if clause is None or " CHARACTER SET " in clause:
        return clause
    if " COLLATE " in clause:
        return clause.replace(" COLLATE ", f"{words} COLLATE ", 1)
    start = f"{quote_name(Engine.MYSQL, column.name)} {column.type.text}"
    return f"{start}{words} COLLATE {column.collation}{clause[len(start) :]}" if clause.startswith(start) else None


def _change(snapshot: Snapshot, table: Table) -> Change:
    texts = [c for c in table.columns if c.character_set is not None and c.type.family in _FAMILIES]
    facts = snapshot.mysql_table(table.name)
    definition, before = (facts.definition, facts.collation or "") if facts else ("", "")
    clauses = [_clause_with_set(definition, c) for c in texts]
    binary = {str(c.collation).endswith("_bin") for c in texts}
    keyed = {c for t, k in snapshot.catalog.references() for c in _key_columns(t, k, table)}
    generated = any(c.generated for c in texts)
    if not definition or not before or None in clauses or len(binary) > 1 or generated or keyed & {c.name for c in texts}:
        return advice(
            ChangeKind.SCHEMA,
            "MODIFY each text column to CHARACTER SET utf8mb4, those of both ends of a foreign key in one session with foreign_key_checks off, "
            "and keep _bin collations as utf8mb4_bin.",
        )
    collation = "utf8mb4_bin" if binary == {True} else snapshot.catalog.collation or ""
    words = f" COLLATE {collation}" if collation.startswith("utf8mb4") else ""
    schema, name = quote_literal(snapshot.engine, table.name.schema), quote_literal(snapshot.engine, table.name.name)
    verify = Verification(
        f"SELECT count(*) FROM information_schema.columns WHERE table_schema = {schema} AND table_name = {name} "
        f"AND character_set_name IN ({', '.join(quote_literal(snapshot.engine, s) for s in _LEGACY)})",
        "0",
    )
    undo = ", ".join(
        [f"DEFAULT CHARACTER SET {before.partition('_')[0]} COLLATE {before}", *(f"MODIFY COLUMN {c}" for c in clauses)]
    )
    change = copying_alter(snapshot.engine, table.name, f"CONVERT TO CHARACTER SET utf8mb4{words}", undo, verify)
    return replace(
        change,
        hazards=(
            "the undo fails or loses characters once some were stored that the old set lacks",
            "a key over long text may exceed 3072 bytes: the statement then fails and nothing is changed",
            "unique text keys may meet values that the new collation calls equal: the statement then fails and nothing is changed",
        ),
        assumptions=("latin1 columns hold latin1, not UTF-8 bytes that an old client put there: look at a few rows with accents",),
    )


def _key_columns(child: Table, key: ForeignKey, table: Table) -> list[str]:
    return [*(key.columns if child.name == table.name else ()), *(key.target_columns if key.target == table.name else ())]


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table with such columns."""
    for table in snapshot.catalog.tables:
        columns = _legacy(table)
        if not columns:
            continue
        sets = sorted({str(c.character_set) for c in columns})
        names = ", ".join(c.name for c in columns[:5]) + (f" and {len(columns) - 5} more" if len(columns) > 5 else "")
        yield Finding(
            subject=table_subject(table.name),
            title=f"text of {table.name.name} is {' and '.join(sets)}",
            claim=f"{table.name} ({table_facts(snapshot, table)}) has {counted(len(columns), 'column')} in {' and '.join(sets)}, which cannot hold every character: {names}.",
            evidence=(Evidence(EvidenceKind.OBSERVED, f"character_set_name in information_schema.columns: {', '.join(sets)}"),),
            change=_change(snapshot, table),
            severity=Severity.NOTICE,
            weight=share_of_database(snapshot, table),
            benefit="every character can be stored",
            also=tuple(column_subject(table.name, c.name) for c in columns),
        )


EXAMPLES = (
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE a (id int PRIMARY KEY, name varchar(40) NOT NULL DEFAULT 'x' COMMENT 'varchar(40)', kind enum('p', 'q'), note text, code char(2) COLLATE utf8mb3_unicode_ci)
  DEFAULT CHARACTER SET utf8mb3;
CREATE TABLE b (id int PRIMARY KEY, name varchar(40) CHARACTER SET latin1, other varchar(10), KEY (name));
CREATE TABLE c (code varchar(5) CHARACTER SET latin1 PRIMARY KEY);
CREATE TABLE d (id int PRIMARY KEY, c varchar(5) CHARACTER SET latin1, FOREIGN KEY (c) REFERENCES c (code));
INSERT INTO a (id) VALUES (1);
""",
        good="CREATE TABLE a (id int PRIMARY KEY, name varchar(40), hash char(40) CHARACTER SET ascii, raw varbinary(20)) DEFAULT CHARACTER SET utf8mb4;",
        yields=("table {database}.a", "table {database}.b", "table {database}.c", "table {database}.d"),
    ),
)
