"""Time of day kept with a time zone offset.

`time with time zone` stores an offset without a date, and without a date nobody knows whether daylight saving applies: the offset is wrong
for half of the year. The manual itself advises against it. It takes 12 bytes instead of 8.

Ignore it when the column copies a foreign format whose offset is fixed by definition.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import listed
from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.types._retype import retype
from dbarchitect.model.catalog import Column, TypeFamily
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import Retype

CODES = ("TYP-05",)
ENGINES = (Engine.POSTGRESQL,)


def _retype(column: Column) -> Retype:
    # the cast to time drops the offset and keeps the figures
    new, default = column.type.text.replace("with time zone", "without time zone"), column.default
    return Retype(
        column, new, f"{{}}::{new}", f"({{}}::text || '+00')::{column.type.text}", f"({default})::{new}" if default else None
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table that has such columns."""
    for table in own_tables(snapshot):
        columns = [c for c in table.columns if c.type.family is TypeFamily.TIME_TZ]
        if not columns:
            continue
        names = [c.name for c in columns]
        yield Finding(
            subject=column_subject(table.name, *names),
            title=f"time of day with an offset: {listed(names)}",
            claim=(
                f"{listed(names)} of {table.name} ({table_facts(snapshot, table)}) {'keeps' if len(names) == 1 else 'keep'} an offset without "
                "a date, which is wrong whenever daylight saving changes."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, "declared as time with time zone"),),
            change=retype(
                snapshot, limits, table, tuple(_retype(c) for c in columns),
                assumptions=("the figures count and the offset does not; keep the zone's name in a column beside it when it does",),
                no_undo="the offsets do not come back: undo gives every row +00",
            ),
            severity=Severity.NOTICE,
            weight=share_of_database(snapshot, table),
            benefit="4 bytes less for each value, and no offset that is wrong for half of the year",
        )  # fmt: skip


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE shops (id bigint PRIMARY KEY, opens timetz NOT NULL); INSERT INTO shops VALUES (1, '08:00+02');",
        good="CREATE TABLE shops (id bigint PRIMARY KEY, opens time NOT NULL, zone text, since timestamptz);",
        yields=("column public.shops.opens",),
    ),
)
