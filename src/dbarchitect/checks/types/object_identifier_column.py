"""Column of an object-identifier type that blocks pg_upgrade.

`regproc`, `regoper`, `regconfig` and their like store a number that is only valid in this cluster. pg_upgrade gives new numbers to such
objects and therefore refuses to run while a user table holds one (regclass, regrole and regtype are allowed).

Ignore it only when the database will always be moved by dump and restore.
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
from dbarchitect.sql.columns import Retype

CODES = ("TYP-17",)
ENGINES = (Engine.POSTGRESQL,)
# the list that pg_upgrade checks (src/bin/pg_upgrade/check.c)
BLOCKING = frozenset("regcollation regconfig regdictionary regnamespace regoper regoperator regproc regprocedure".split())


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table with such columns."""
    for table in own_tables(snapshot):
        columns = [c for c in table.columns if c.type.name in BLOCKING]
        if not columns:
            continue
        names = [c.name for c in columns]
        retypes = tuple(
            Retype(c, "text", "{}::text", f"{{}}::{c.type.text}", f"({c.default})::text" if c.default else None) for c in columns
        )
        yield Finding(
            subject=column_subject(table.name, *names),
            title=f"blocks pg_upgrade: {listed(names)}",
            claim=f"{listed(names)} of {table.name} hold identifiers of this cluster alone; pg_upgrade refuses to run while they exist.",
            evidence=(Evidence(EvidenceKind.OBSERVED, f"declared as {listed(sorted({c.type.text for c in columns}))}"),),
            change=retype(snapshot, limits, table, retypes),
            severity=Severity.WARNING,
            weight=share_of_database(snapshot, table),
            benefit="the next major version can be installed with pg_upgrade",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE searches (id bigint PRIMARY KEY, language regconfig NOT NULL); INSERT INTO searches VALUES (1, 'english');",
        good="CREATE TABLE searches (id bigint PRIMARY KEY, language text NOT NULL, source regclass, owner regrole);",
        yields=("column public.searches.language",),
    ),
)
