"""List of values baked into a check constraint.

Each new value needs a change of the schema, the list cannot be joined, translated or described, and every table that has such a column
repeats it. A look-up table with a foreign key holds the list as rows.

Ignore it for lists that change only together with the code: states of a machine.
"""

import re
from collections.abc import Iterator

from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import share_of_database
from dbarchitect.model.catalog import TEXTUAL, CheckConstraint, Table
from dbarchitect.model.change import ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, constraint_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("TYP-02",)
ENGINES = (Engine.POSTGRESQL,)
STYLE = True
_LITERAL = re.compile(r"'(?:[^']|'')*'")


def _values(table: Table, check: CheckConstraint) -> int:
    column = table.column(check.columns[0]) if len(check.columns) == 1 else None
    if column is None or column.type.family not in TEXTUAL or "ANY" not in check.expression.upper():
        return 0
    return len(_LITERAL.findall(check.expression))


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each check constraint that lists three or more texts."""
    for table in own_tables(snapshot):
        for check in table.checks:
            count = _values(table, check)
            if count < 3:
                continue
            yield Finding(
                subject=constraint_subject(table.name, check.name),
                title=f"{count} values baked into a check",
                claim=f"{check.name} of {table.name} lists {count} values of {check.columns[0]}; a new one needs a change of the schema.",
                evidence=(Evidence(EvidenceKind.OBSERVED, f"the constraint is {check.definition or check.expression}"),),
                change=advice(
                    ChangeKind.SCHEMA,
                    "Whether the list changes with the code or with the data is yours to say. When it is data: create a look-up table, "
                    "insert the values, add a foreign key NOT VALID, validate it, drop the check.",
                ),
                severity=Severity.STYLE,
                weight=share_of_database(snapshot, table),
            )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE trips (id bigint PRIMARY KEY, mode text CONSTRAINT modes CHECK (mode IN ('car', 'bus', 'rail')));",
        good="""
CREATE TABLE modes (mode text PRIMARY KEY);
CREATE TABLE trips (id bigint PRIMARY KEY, mode text REFERENCES modes, code text CHECK (code <> ''), n int CHECK (n IN (1, 2, 3)));
""",
        yields=("constraint public.trips.modes",),
    ),
)
