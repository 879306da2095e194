"""Table in a storage engine without transactions.

MyISAM and Aria tables lock as a whole for each write, take no part in ROLLBACK, ignore foreign keys, and a crash can leave
them damaged or half written. A transaction that writes them beside InnoDB tables is undone in part only, and replicas drift.

Ignore it for tables that are loaded once and only read, and for Aria tables that a program makes for its own short use.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._weigh import share_of_database, table_facts, weigh
from dbarchitect.model.catalog import Table
from dbarchitect.model.change import Change, ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import MYSQL_FAMILY, Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.mysql_changes import convert_engine, table_fact

CODES = ("SCH-29", "CMY-12")
ENGINES = MYSQL_FAMILY
_ENGINES = {"MyISAM", "Aria"}


def _change(snapshot: Snapshot, table: Table, storage_engine: str) -> Change:
    if any(index.method == "spatial" for index in table.indexes) and not table.primary_key:
        return advice(ChangeKind.SCHEMA, "Give the table a primary key, then ALTER TABLE … ENGINE = InnoDB.")
    change = convert_engine(snapshot.engine, table.name, "InnoDB", storage_engine)
    return replace(
        change,
        hazards=("InnoDB takes up to twice the room", "SELECT count(*) without WHERE reads an index instead of a counter"),
        assumptions=("an AUTO_INCREMENT column that is the second part of its key must come first before: InnoDB wants it so",),
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each MyISAM or Aria table."""
    for facts in snapshot.mysql.tables if snapshot.mysql else ():
        table = snapshot.table(facts.name)
        if table is None or facts.storage_engine not in _ENGINES:
            continue
        yield Finding(
            subject=table_subject(table.name),
            title=f"{table.name.name} is kept in {facts.storage_engine}",
            claim=f"{table.name} ({table_facts(snapshot, table)}) is kept in {facts.storage_engine}, which has no transactions and no row locks.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"ENGINE={facts.storage_engine} in SHOW CREATE TABLE",
                    table_fact(snapshot.engine, table.name, "engine"),
                ),
            ),
            change=_change(snapshot, table, facts.storage_engine),
            severity=weigh(snapshot, table, limits),
            weight=share_of_database(snapshot, table),
            benefit="writes are safe in a crash, can be rolled back, and lock rows only",
        )


EXAMPLES = (
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE a (id int PRIMARY KEY, note varchar(20), FULLTEXT KEY (note)) ENGINE = MyISAM;
CREATE TABLE b (id int PRIMARY KEY) ENGINE = Aria;
INSERT INTO a VALUES (1, 'x');
""",
        good="CREATE TABLE a (id int PRIMARY KEY) ENGINE = InnoDB; CREATE TABLE m (id int PRIMARY KEY) ENGINE = MEMORY;",
        yields=("table {database}.a", "table {database}.b"),
    ),
)
