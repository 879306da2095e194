"""The ordered statements that rebuild the schema of a MySQL or MariaDB snapshot, without its rows.

Each object's definition is the source server's own (SHOW CREATE …); names inside it are relative to its database, which must
be the current one. Foreign keys are not checked while tables are made, so that their order does not matter.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dbarchitect.model.catalog import Sequence, View
from dbarchitect.model.mysql import MySQLFacts
from dbarchitect.model.names import Engine, Subject, SubjectKind, global_subject, object_subject, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_name, quote_qualified

MARIADB = Engine.MARIADB

# MySQL 8's collations after Unicode 9 are unknown to MariaDB
_UNICODE_9 = re.compile(r"\butf8mb4_0900_(as_cs|bin)\b|\butf8mb4_(?:\w+_)?0900_\w+\b")
_KEY = re.compile(r"  (?:(?:PRIMARY|UNIQUE|FULLTEXT|SPATIAL) KEY|KEY|CONSTRAINT) ")
_COUNTER = re.compile(r" AUTO_INCREMENT=\d+")


@dataclass(frozen=True, slots=True)
class DatabaseStatement:
    """One step of the rebuild, to be run while `database` is the current one. `sql` is empty when the source did not show it."""

    subject: Subject
    database: str
    sql: str


def mysql_schema_statements(snapshot: Snapshot) -> tuple[DatabaseStatement, ...]:
    """Tables, sequences, routines, views and triggers, in this order; the databases themselves must be there."""
    return tuple(_statements(snapshot))


def comparable_definition(definition: str) -> str:
    """A CREATE TABLE text without what may move though nothing was changed: the next number that the engine would give, and
    the order of keys and constraints. Columns keep their order."""
    lines = [line.removesuffix(",") for line in _COUNTER.sub("", definition).splitlines()]
    keys = [line for line in lines if _KEY.match(line)]
    return "\n".join([line for line in lines if not _KEY.match(line)] + sorted(keys))


def _statements(snapshot: Snapshot) -> Iterator[DatabaseStatement]:
    catalog, facts = snapshot.catalog, snapshot.mysql or MySQLFacts()
    for sequence in catalog.sequences:
        yield DatabaseStatement(
            object_subject(SubjectKind.SEQUENCE, sequence.name), sequence.name.schema, _create_sequence(sequence)
        )
    for table in facts.tables:
        yield DatabaseStatement(table_subject(table.name), table.name.schema, _known_collations(table.definition))
    for routine in catalog.routines:
        subject = object_subject(SubjectKind.ROUTINE, routine.name)
        yield DatabaseStatement(subject, routine.name.schema, _known_collations(routine.definition))
    for view in catalog.views:
        yield DatabaseStatement(object_subject(SubjectKind.VIEW, view.name), view.name.schema, _create_view(view))
    for trigger in catalog.triggers:
        subject = Subject(SubjectKind.TRIGGER, trigger.table.schema, trigger.table.name, trigger.name)
        yield DatabaseStatement(subject, trigger.table.schema, _known_collations(trigger.definition))


def create_database_statement(snapshot: Snapshot, database: str) -> DatabaseStatement:
    """CREATE DATABASE; tables name their own character sets, so that the database's does not matter to them."""
    collation = f" COLLATE {snapshot.catalog.collation}" if snapshot.catalog.collation else ""
    sql = _known_collations(f"CREATE DATABASE {quote_name(MARIADB, database)}{collation}")
    return DatabaseStatement(global_subject(SubjectKind.SCHEMA, database), "", sql)


def _known_collations(definition: str) -> str:
    return _UNICODE_9.sub(lambda found: "utf8mb4_bin" if found[1] else "utf8mb4_unicode_520_ci", definition)


def _create_view(view: View) -> str:
    if not view.definition:
        return ""
    return f"CREATE VIEW {quote_qualified(MARIADB, view.name)} AS {view.definition.rstrip().rstrip(';')}"


def _create_sequence(sequence: Sequence) -> str:
    cycle = "CYCLE" if sequence.cycle else "NOCYCLE"
    return (
        f"CREATE SEQUENCE {quote_qualified(MARIADB, sequence.name)} START WITH {sequence.start} MINVALUE {sequence.minimum} "
        f"MAXVALUE {sequence.maximum} INCREMENT BY {sequence.increment} CACHE {sequence.cache} {cycle}"
    )
