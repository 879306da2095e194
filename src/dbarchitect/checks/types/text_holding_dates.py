"""Dates or moments kept in a text column.

As text nothing stops '2025-02-31' or 'soon', date arithmetic needs a cast in every query, ranges cannot use an index once the format
varies, and 10 to 19 bytes are stored where 4 or 8 do.

Ignore it when partial dates ('2025-00-00', a year alone) are part of the business; one such value keeps the column out of this list.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.types._retype import retype
from dbarchitect.checks.types._shapes import LEAST_VALUES, shaped_columns
from dbarchitect.model.check import Example
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.questions import TextShape
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import Retype, bare_literal

CODES = ("TYP-13",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each text column whose values are all dates, or all moments."""
    for shaped in shaped_columns(snapshot, limits):
        table, column, answer = shaped.table, shaped.column, shaped.answer
        if shaped.all_are(TextShape.DATE):
            new, what, back = "date", "a date", "to_char({}, 'YYYY-MM-DD')"
        elif answer.values >= LEAST_VALUES and answer.count(TextShape.TIMESTAMP) == answer.values:
            new, what, back = "timestamp with time zone", "a moment", "{}::text"
        else:
            continue
        every = "every value" if answer.reach.complete else "every value of the sample"
        yield Finding(
            subject=column_subject(table.name, column.name),
            title=f"{column.name} holds {what.removeprefix('a ')}s as text",
            claim=(
                f"{column.name} of {table.name} ({table_facts(snapshot, table)}) is {column.type.text}, and {every} is {what}: date "
                "arithmetic needs a cast in every query, and a day that does not exist could be stored."
            ),
            evidence=(shaped.evidence,),
            change=retype(
                snapshot, limits, table,
                (Retype(column, new, f"{{}}::{new}", back, bare_literal(column.default) if column.default else None),),
                in_utc=new != "date",
                hazards=shaped.hazards,
                assumptions=("moments without an offset are UTC",) if new != "date" else (),
                no_undo="undo writes moments in PostgreSQL's own spelling" if new != "date" else None,
            ),
            severity=Severity.WARNING,
            confidence=shaped.confidence,
            weight=share_of_database(snapshot, table),
            benefit="days that do not exist are refused; ranges and arithmetic need no cast",
        )  # fmt: skip


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE bookings (id bigint PRIMARY KEY, arrival varchar(10) NOT NULL, booked_at text);
INSERT INTO bookings SELECT i, (date '2025-01-01' + i % 300)::text, (timestamp '2025-01-01' + i * interval '1 minute')::text
  FROM generate_series(1, 3000) i;
ANALYZE;
""",
        good="""
CREATE TABLE bookings (id bigint PRIMARY KEY, arrival date NOT NULL, season text, found text, release text);
INSERT INTO bookings SELECT i, date '2025-01-01' + i % 300, '2025-' || (i % 4), CASE WHEN i = 5 THEN 'unknown' ELSE '2025-01-01' END,
  '2025-01-01-' || i FROM generate_series(1, 3000) i;
ANALYZE;
""",
        yields=("column public.bookings.arrival", "column public.bookings.booked_at"),
    ),
)
