"""Names that need quotes.

PostgreSQL folds unquoted names to lower case: a column made as "createdAt" is not found as createdAt, and every statement by hand must quote it.

Ignore it where an ORM quotes everything and nobody writes SQL by hand.
"""

import re
from collections.abc import Iterator

from dbarchitect.checks._counts import counted
from dbarchitect.checks._names import listed
from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import share_of_database
from dbarchitect.model.change import ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("NAM-01",)
ENGINES = (Engine.POSTGRESQL,)
STYLE = True
_PLAIN = re.compile(r"[^\W\d][\w$]*\Z")


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table with such names, its own or its columns'."""
    for table in own_tables(snapshot):
        named = [n for n in (table.name.name, *(c.name for c in table.columns)) if n != n.lower() or not _PLAIN.match(n)]
        if not named:
            continue
        yield Finding(
            subject=table_subject(table.name),
            title=f"names that need quotes: {listed(named, 4)}",
            claim=f"{listed(named)} of {table.name} are not found unless they are quoted, in every statement.",
            evidence=(Evidence(EvidenceKind.OBSERVED, f"{counted(len(named), 'name')} with capitals, spaces or signs"),),
            change=advice(
                ChangeKind.SCHEMA, "A new name changes every statement that uses it; decide it for the whole schema at once."
            ),
            severity=Severity.STYLE,
            weight=share_of_database(snapshot, table) / 4,
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad='CREATE TABLE visits (id bigint PRIMARY KEY, "createdAt" timestamptz, "page no" int);',
        good="CREATE TABLE Visits (id bigint PRIMARY KEY, createdAt timestamptz, größe int);",
        yields=("table public.visits",),
    ),
)
