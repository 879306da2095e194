"""Column of the internal one-byte type "char".

`"char"`, with its quotes, is a type of the system catalogues: one byte, cut off without an error, ordered by byte. It is most often meant to be
char(1) or text and arrived through a quoted type name.

Ignore it when one byte for each row was measured to matter.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import listed
from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import share_of_database
from dbarchitect.checks.types._retype import retype
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import Retype, bare_literal

CODES = ("TYP-14",)
ENGINES = (Engine.POSTGRESQL,)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table with such columns."""
    for table in own_tables(snapshot):
        columns = [c for c in table.columns if c.type.text == '"char"']
        if not columns:
            continue
        names = [c.name for c in columns]
        retypes = tuple(
            Retype(c, "text", "{}::text", '{}::"char"', (bare_literal(c.default) or f"({c.default})::text") if c.default else None)
            for c in columns
        )
        yield Finding(
            subject=column_subject(table.name, *names),
            title=f'internal type "char": {listed(names)}',
            claim=f"{listed(names)} of {table.name} keep the first byte of what is written and drop the rest without an error.",
            evidence=(Evidence(EvidenceKind.OBSERVED, 'declared as "char"', """SELECT 'abc'::"char" = 'a'"""),),
            change=retype(snapshot, limits, table, retypes),
            severity=Severity.NOTICE,
            weight=share_of_database(snapshot, table),
            benefit="values are stored whole",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""CREATE TABLE parts (id bigint PRIMARY KEY, kind "char" NOT NULL DEFAULT 'a'); INSERT INTO parts VALUES (1, 'b');""",
        good="CREATE TABLE parts (id bigint PRIMARY KEY, kind char(1) NOT NULL DEFAULT 'a', char text);",
        yields=("column public.parts.kind",),
    ),
)
