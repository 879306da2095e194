"""Timestamp rounded to whole seconds.

`timestamp(0)` and `timestamptz(0)` round, they do not cut off: 10:00:00.7 becomes 10:00:01, a moment that has not come yet, and the order of
events within a second is lost. They take the same 8 bytes as full precision.

Ignore it when an outside format wants whole seconds and future moments of less than a second do no harm.
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
from dbarchitect.sql.columns import Retype

CODES = ("TYP-05",)
ENGINES = (Engine.POSTGRESQL,)
STYLE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table that has such columns."""
    for table in own_tables(snapshot):
        columns = [
            c for c in table.columns if c.type.family in (TypeFamily.TIMESTAMP, TypeFamily.TIMESTAMP_TZ) and "(0)" in c.type.text
        ]
        if not columns:
            continue
        names = [c.name for c in columns]
        yield Finding(
            subject=column_subject(table.name, *names),
            title=f"rounded to whole seconds: {listed(names)}",
            claim=f"{listed(names)} of {table.name} round up to a moment that has not come yet and lose the order within a second.",
            evidence=(Evidence(EvidenceKind.OBSERVED, f"declared as {columns[0].type.text}"),),
            change=retype(
                snapshot, limits, table, tuple(Retype(c, c.type.text.replace("(0)", ""), default=c.default) for c in columns),
                rewrites=False, hazards=("undo writes the table anew and rounds what was stored meanwhile",),
            ),
            severity=Severity.STYLE,
            weight=share_of_database(snapshot, table),
            benefit="the moment is stored as it was",
        )  # fmt: skip


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE logins (id bigint PRIMARY KEY, at timestamptz(0) NOT NULL DEFAULT now());",
        good="CREATE TABLE logins (id bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT date_trunc('second', now()));",
        yields=("column public.logins.at",),
    ),
)
