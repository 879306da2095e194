"""Length limit that only repeats a habit: varchar(255).

In PostgreSQL varchar(n) and text are stored alike; 255 saves nothing and is rarely a rule of the business. When it turns out too short,
writes fail; a CHECK constraint states a real limit with a name and can be changed without a rewrite.

Ignore it when the same schema must also run on an engine where 255 matters.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import listed
from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import share_of_database
from dbarchitect.checks.types._retype import retype
from dbarchitect.model.catalog import TypeFamily
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import Retype, bare_literal

CODES = ("TYP-03",)
ENGINES = (Engine.POSTGRESQL,)
STYLE = True
_HABIT = 255


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table with such columns."""
    for table in own_tables(snapshot):
        columns = [
            c for c in table.columns if c.type.family is TypeFamily.VARCHAR and c.type.length == _HABIT and not c.type.domain
        ]
        if not columns:
            continue
        names = [c.name for c in columns]
        retypes = tuple(Retype(c, "text", default=(bare_literal(c.default) or c.default) if c.default else None) for c in columns)
        yield Finding(
            subject=column_subject(table.name, *names),
            title=f"limited to 255 characters by habit: {listed(names)}",
            claim=f"{listed(names)} of {table.name} {'stops' if len(names) == 1 else 'stop'} at 255 characters, which saves nothing in PostgreSQL and fails writes one day.",
            evidence=(Evidence(EvidenceKind.OBSERVED, f"declared as {columns[0].type.text}"),),
            change=retype(
                snapshot, limits, table, retypes, rewrites=False, hazards=("undo reads every row to check the length",),
                assumptions=("255 is no rule of the business",),
            ),
            severity=Severity.STYLE,
            weight=share_of_database(snapshot, table),
            benefit="no write fails for an arbitrary length",
        )  # fmt: skip


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE people (id bigint PRIMARY KEY, name varchar(255) NOT NULL, nick varchar(255) DEFAULT 'none');",
        good="CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL, iban varchar(34));",
        yields=("column public.people.name,nick",),
    ),
)
