"""Zero date as a default.

`0000-00-00` is no date: most drivers turn it into null or fail on it, comparisons and date arithmetic give null or nonsense,
and strict servers (NO_ZERO_DATE) refuse it, so that a dump of the table cannot be loaded there.

Ignore it while an old program tests for exactly that value; then change the program first.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._weigh import share_of_database
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import MYSQL_FAMILY, Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.mysql_changes import column_fact, set_column_default

CODES = ("KEY-13",)
ENGINES = MYSQL_FAMILY


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each column whose default is a zero date."""
    for table, column in snapshot.columns():
        if not (column.default or "").startswith("'0000-00-00"):
            continue
        without = "NULL" if column.nullable else "no default: an INSERT must name the date"
        yield Finding(
            subject=column_subject(table.name, column.name),
            title=f"{column.name} of {table.name.name} defaults to a zero date",
            claim=f"{table.name}.{column.name} ({column.type.text}) defaults to {column.default}, which is no date.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"DEFAULT {column.default}",
                    column_fact(snapshot.engine, table.name, column.name, "column_default"),
                ),
            ),
            change=replace(
                set_column_default(snapshot.engine, table, column, None),
                hazards=("the undo is refused where sql_mode has NO_ZERO_DATE",),
                assumptions=(
                    f"afterwards the column has {without}",
                    "rows that hold the zero date keep it: UPDATE them by themselves",
                ),
            ),
            severity=Severity.NOTICE,
            weight=share_of_database(snapshot, table),
            benefit="new rows hold real dates",
        )


EXAMPLES = (
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE a (id int PRIMARY KEY, born date NOT NULL DEFAULT '0000-00-00', seen datetime DEFAULT '0000-00-00 00:00:00');
""",
        good="""
CREATE TABLE a (id int PRIMARY KEY, born date NOT NULL DEFAULT '1970-01-01', seen datetime DEFAULT current_timestamp, code char(10) DEFAULT '0000');
""",
        yields=("column {database}.a.born", "column {database}.a.seen"),
    ),
)
