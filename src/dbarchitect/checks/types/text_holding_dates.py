"""Dates or moments kept in a text column.

As text nothing stops '2025-02-31' or 'soon', date arithmetic needs a cast in every query, ranges cannot use an index once the format
varies, and 10 to 19 bytes are stored where 4 or 8 do.

Ignore it when partial dates ('2025-00-00', a year alone) are part of the business; one such value keeps the column out of this list.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.types._retype import retype
from dbarchitect.checks.types._shapes import LEAST_VALUES, shaped_columns
from dbarchitect.model.catalog import Column
from dbarchitect.model.check import Example
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import MYSQL_FAMILY, RELATIONAL, Engine, column_subject
from dbarchitect.model.questions import TextShape
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import Retype, bare_literal

CODES = ("TYP-13",)
ENGINES = RELATIONAL
NEEDS_LIVE = True


_ZONE = {
    Engine.POSTGRESQL: "moments without an offset are UTC",
    **dict.fromkeys(MYSQL_FAMILY, "no moment has an offset, which the server refuses: all mean the same zone"),
}


def _retype(engine: Engine, column: Column, new: str, back: str) -> Retype:
    if engine is not Engine.POSTGRESQL:
        return Retype(column, "date" if new == "date" else _datetime(column), default=column.default)
    return Retype(column, new, f"{{}}::{new}", back, bare_literal(column.default) if column.default else None)


def _datetime(column: Column) -> str:
    """With as many digits of the second as there was room for, so that undo finds room, too (19 characters without them)."""
    digits = 6 if column.type.length is None else min(6, max(0, column.type.length - 20))
    return f"datetime({digits})" if digits else "datetime"


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
                (_retype(snapshot.engine, column, new, back),),
                in_utc=new != "date",
                hazards=shaped.hazards,
                assumptions=(_ZONE[snapshot.engine],) if new != "date" else (),
                no_undo="undo writes moments in the server's own spelling" if new != "date" else None,
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
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE bookings (id bigint PRIMARY KEY, arrival_date varchar(10) NOT NULL, booked_at varchar(19));
INSERT INTO bookings SELECT seq, date '2025-01-01' + INTERVAL seq % 300 DAY, timestamp '2025-01-01 00:00:00' + INTERVAL seq MINUTE FROM seq_1_to_3000;
""",
        good="""
CREATE TABLE bookings (id bigint PRIMARY KEY, arrival date NOT NULL, season text, found_on varchar(20), `release` text);
INSERT INTO bookings SELECT seq, date '2025-01-01' + INTERVAL seq % 300 DAY, concat('2025-', seq % 4), IF(seq = 5, 'unknown', '2025-01-01'),
  concat('2025-01-01-', seq) FROM seq_1_to_3000;
""",
        yields=("column {database}.bookings.arrival_date", "column {database}.bookings.booked_at"),
    ),
)
