"""UUIDs kept as text in the primary key.

InnoDB keeps the rows in the order of the primary key and repeats the key in every other index: 36 characters instead of 16 bytes,
each time. Random ones also land on another page with each insert, so that pages split half empty.

Ignore it for small tables, and where another system wants to read the text as it stands.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._weigh import is_small, share_of_database, table_facts
from dbarchitect.model.catalog import Column, Table, TypeFamily
from dbarchitect.model.change import Change, ChangeKind, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import MYSQL_FAMILY, Engine, ServerVersion, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.identifiers import quote_name
from dbarchitect.sql.mysql_changes import column_fact, copying_alter
from dbarchitect.sql.mysql_ddl import column_clause

CODES = ("SCH-05", "TYP-11")
ENGINES = MYSQL_FAMILY
NEEDS_LIVE = True
_WORDS = ("uuid", "guid")
_UUID_TYPE_SINCE = ServerVersion(10, 7)


def _uuid_column(table: Table) -> Column | None:
    """The only column of the key when it is a text of 36 characters that is filled by uuid() or named after it."""
    key = table.primary_key
    column = table.column(key.columns[0]) if key and len(key.columns) == 1 else None
    if column is None or column.type.family not in (TypeFamily.CHAR, TypeFamily.VARCHAR) or column.type.length != 36:
        return None
    named = any(word in column.name.lower() for word in _WORDS)
    return column if named or "uuid(" in (column.default or "").lower() or column.name.lower() == "id" else None


def _change(snapshot: Snapshot, table: Table, column: Column) -> Change:
    facts = snapshot.mysql_table(table.name)
    clause = column_clause(facts.definition, column.name) if facts else None
    referenced = any(key.target == table.name for _, key in snapshot.catalog.references())
    keyed = any(column.name in key.columns for key in table.foreign_keys)
    old_mariadb = snapshot.engine is Engine.MARIADB and snapshot.catalog.version < _UUID_TYPE_SINCE
    if snapshot.engine is Engine.MYSQL or old_mariadb or clause is None or referenced or keyed or "CHECK (" in clause:
        return advice(
            ChangeKind.SCHEMA,
            "Keep it as binary(16) with uuid_to_bin(value, 1), or as uuid in MariaDB 10.7 and later, in the columns that reference it too.",
        )
    default = f" DEFAULT {column.default}" if column.default else ""
    verify = Verification(column_fact(snapshot.engine, table.name, column.name, "data_type"), "uuid")
    charset = f" CHARACTER SET {column.character_set}" if " CHARACTER SET " not in clause and " COLLATE " not in clause else ""
    before = clause.replace(column.type.text, f"{column.type.text}{charset}", 1)
    return replace(
        copying_alter(
            snapshot.engine, table.name, f"MODIFY COLUMN {quote_name(snapshot.engine, column.name)} uuid NOT NULL{default}",
            f"MODIFY COLUMN {before}", verify,
        ),
        hazards=("the statement fails, and changes nothing, when a value is no UUID", "values are printed in lower case with dashes afterwards"),
    )  # fmt: skip


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table, not a small one, that is keyed so."""
    for table in snapshot.catalog.tables:
        column = _uuid_column(table)
        if column is None or is_small(snapshot, table, limits):
            continue
        others = len(table.indexes) - 1
        repeated = f" and in each of {others} other indexes" if others else ""
        yield Finding(
            subject=column_subject(table.name, column.name),
            title=f"{table.name.name} is keyed by UUIDs as text",
            claim=f"{table.name} ({table_facts(snapshot, table)}) keeps {column.name} as {column.type.text}: 36 bytes or more instead of 16 in the rows{repeated}.",
            evidence=(Evidence(EvidenceKind.OBSERVED, f"PRIMARY KEY ({column.name} {column.type.text})"),),
            change=_change(snapshot, table, column),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY if column.name.lower() != "id" or column.default else Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table),
            benefit="the key takes less than half the room, in every index",
        )


_ROWS = "INSERT INTO a SELECT uuid(), seq FROM seq_1_to_2000; ANALYZE TABLE a;"
EXAMPLES = (
    Example(
        Engine.MARIADB,
        bad="CREATE TABLE a (id char(36) NOT NULL DEFAULT uuid() COMMENT 'char(36)', n int, PRIMARY KEY (id), KEY (n));" + _ROWS,
        good="""
CREATE TABLE a (id uuid NOT NULL DEFAULT uuid() PRIMARY KEY, n int);
CREATE TABLE b (id char(36) PRIMARY KEY);
CREATE TABLE c (id bigint PRIMARY KEY, other_uuid char(36), UNIQUE KEY (other_uuid));
"""
        + _ROWS,
        yields=("column {database}.a.id",),
    ),
)
