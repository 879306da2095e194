"""AUTO_INCREMENT column that is running out of numbers.

Once the next number does not fit the column, every INSERT fails with a duplicate key. The way out, a wider type, copies the
table while writes wait, and the columns that reference it with it: better before than then.

Ignore it when the table is about to be emptied or replaced, or when gaps explain the number and the rows are few.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dbarchitect.checks._counts import counted
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import Column, ForeignKey, Identity, Table
from dbarchitect.model.change import Change, ChangeKind, Step, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import MYSQL_FAMILY, Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.identifiers import quote_name
from dbarchitect.sql.mysql_changes import (
    add_foreign_key_statement,
    alter_statement,
    column_fact,
    copying_alter,
    drop_foreign_key_statement,
    table_fact,
)
from dbarchitect.sql.mysql_ddl import column_clause

CODES = ("KEY-15", "TYP-08", "KEY-17")
ENGINES = MYSQL_FAMILY
NEEDS_LIVE = True
_URGENT_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class Widening:
    """A column to be widened, with its clause as it is and as it will be."""

    table: Table
    column: Column
    before: str
    after: str


def _linked(snapshot: Snapshot, table: Table, column: Column) -> tuple[list[tuple[Table, Column]], list[tuple[Table, ForeignKey]]]:
    """The columns that must have the same type, the given one first, and the foreign keys between them."""
    columns, keys = [(table, column)], list[tuple[Table, ForeignKey]]()
    for parent, target in columns:
        for child, key in snapshot.catalog.references():
            if key.target != parent.name or target.name not in key.target_columns:
                continue
            keys += [(child, key)] if (child, key) not in keys else []
            source = child.column(key.columns[key.target_columns.index(target.name)])
            if source and (child, source) not in columns:
                columns.append((child, source))
    return columns, keys


def _widening(snapshot: Snapshot, table: Table, column: Column) -> Widening | None:
    facts = snapshot.mysql_table(table.name)
    clause = column_clause(facts.definition, column.name) if facts else None
    start = f"{quote_name(snapshot.engine, column.name)} {column.type.text}"
    if clause is None or not clause.startswith(start):
        return None
    wide = "bigint unsigned" if column.type.unsigned else "bigint"
    return Widening(table, column, clause, f"{quote_name(snapshot.engine, column.name)} {wide}{clause[len(start) :]}")


def _change(snapshot: Snapshot, table: Table, column: Column) -> Change:
    engine = snapshot.engine
    columns, keys = _linked(snapshot, table, column)
    found = [_widening(snapshot, t, c) for t, c in columns]
    widenings = [w for w in found if w is not None]
    if len(widenings) < len(columns) or any(t.partition_key for t, _ in columns):
        return advice(ChangeKind.SCHEMA, "MODIFY the column, and those that reference it, to bigint.")
    verify = Verification(column_fact(engine, table.name, column.name, "data_type"), "bigint")
    change = copying_alter(engine, table.name, "", "", verify)
    drops = [Step(drop_foreign_key_statement(engine, t.name, k)) for t, k in keys]
    adds = [Step(add_foreign_key_statement(engine, t.name, k)) for t, k in keys]
    wider = [Step(alter_statement(engine, w.table.name, f"MODIFY COLUMN {w.after}")) for w in widenings]
    back = [Step(alter_statement(engine, w.table.name, f"MODIFY COLUMN {w.before}")) for w in widenings]
    hazards = ["the undo is refused once larger numbers are stored"]
    if keys:
        hazards.append("between dropping and adding the foreign keys nothing checks them")
    return replace(change, steps=(*drops, *wider, *adds), undo=(*drops, *back, *adds), hazards=tuple(hazards))


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each numbered column narrower than bigint that has used more than its share of numbers."""
    for facts in snapshot.mysql.tables if snapshot.mysql else ():
        table = snapshot.table(facts.name)
        column = next((c for c in table.columns if c.identity is Identity.AUTO_INCREMENT), None) if table else None
        if table is None or column is None or facts.next_auto_increment is None:
            continue
        most, used = column.type.integer_maximum, facts.next_auto_increment - 1
        if most is None or column.type.bytes == 8 or used < limits.number_space_share * most:
            continue
        others = _linked(snapshot, table, column)[0][1:]
        also = f" {counted(len(others), 'referencing column')} must become wider with it." if others else ""
        yield Finding(
            subject=column_subject(table.name, column.name),
            title=f"{column.name} of {table.name.name} runs out of numbers",
            claim=(
                f"{table.name}.{column.name} ({column.type.text}) has given out {used:,} of {most:,} numbers ({used / most:.0%}; "
                f"{table_facts(snapshot, table)}); beyond that every INSERT fails.{also}"
            ),
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"AUTO_INCREMENT={facts.next_auto_increment}",
                    table_fact(snapshot.engine, table.name, "auto_increment"),
                ),
            ),
            change=_change(snapshot, table, column),
            severity=Severity.CRITICAL if used >= _URGENT_SHARE * most else Severity.WARNING,
            weight=max(share_of_database(snapshot, table), used / most),
            benefit="numbers for some 9.2 × 10^18 rows",
            also=tuple(column_subject(t.name, c.name) for t, c in others),
        )


EXAMPLES = (
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE a (id int NOT NULL AUTO_INCREMENT COMMENT 'int(11)', note text, PRIMARY KEY (id)) AUTO_INCREMENT = 2000000000;
CREATE TABLE b (id mediumint unsigned AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT = 9000000;
CREATE TABLE c (id int PRIMARY KEY, a_id int NOT NULL, CONSTRAINT of_a FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE);
INSERT INTO a (note) VALUES ('x'); INSERT INTO b VALUES (NULL); INSERT INTO c VALUES (1, 2000000000);
""",
        good="""
CREATE TABLE a (id int unsigned AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT = 2000000000;
CREATE TABLE b (id bigint AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT = 9000000000000000000;
CREATE TABLE c (id int PRIMARY KEY);
INSERT INTO c VALUES (2147483647);
""",
        yields=("column {database}.a.id", "column {database}.b.id"),
    ),
)
