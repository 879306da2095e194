"""Point in time kept as a number of seconds or milliseconds.

A number has no date functions, no ranges that people can read, and no unit: seconds and milliseconds are told apart by their size. In a
4-byte integer seconds end on 19 January 2038. A type for moments takes 5 to 8 bytes.

Ignore it when clients exchange the raw number and no query ever asks for days or hours.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from dbarchitect.checks._names import words
from dbarchitect.checks._tables import in_foreign_key, in_primary_key, known_values, own_tables
from dbarchitect.checks._weigh import is_small, share_of_database, table_facts
from dbarchitect.checks.types._retype import CarriedCheck, retype
from dbarchitect.checks.types.timestamp_without_zone import EVENTS
from dbarchitect.model.catalog import Column, Table, TypeFamily
from dbarchitect.model.change import Change, ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.columns import Retype
from dbarchitect.sql.identifiers import quote_name

CODES = ("TYP-13",)
ENGINES = RELATIONAL
NEEDS_LIVE = True
# 2000-01-01 to 2100-01-01
_FIRST, _LAST = 946_684_800, 4_102_444_800


def _per_second(snapshot: Snapshot, table: Table, column: Column) -> int | None:
    """1 for seconds, 1000 for milliseconds, None when the known values are no such moments."""
    values = [int(v) for v in known_values(snapshot, table, column) if v.lstrip("-").isdigit()]
    for factor in (1, 1000):
        # 0 is often written for "never"
        if values and any(values) and all(v == 0 or _FIRST * factor <= v <= _LAST * factor for v in values):
            return factor
    return None


def _is_moment(column: Column) -> bool:
    parts = words(column.name)
    return column.type.family is TypeFamily.INTEGER and (
        parts[-1:] in (("at",), ("time",), ("epoch",), ("ts",)) or bool(EVENTS.intersection(parts))
    )


def _retype(column: Column, factor: int) -> Retype:
    seconds = "{}" if factor == 1 else f"{{}} / {factor}.0"
    back = f"round(extract(epoch FROM {{}}) * {factor})::{column.type.text}"
    return Retype(column, "timestamp with time zone", f"to_timestamp({seconds})", back, None)


def _carried(table: Table, column: Column, factor: int) -> tuple[CarriedCheck, ...]:
    """The checks that do nothing but compare the column with numbers, as comparisons with moments."""
    name = re.escape(quote_name(Engine.POSTGRESQL, column.name))
    comparison = re.compile(rf"\(?{name} (>=|<=|<>|=|<|>) '?(\d+)'?(?:::(?:bigint|integer))?\)?")
    found = []
    for check in table.checks:
        parts = [comparison.fullmatch(part.strip("()")) for part in check.expression.split(" AND ")]
        moments = [f"{quote_name(Engine.POSTGRESQL, column.name)} {m[1]} {_moment(int(m[2]), factor)}" for m in parts if m]
        if len(moments) == len(parts) and check.enforced and not check.inherited and not check.no_inherit:
            found.append(CarriedCheck(check, " AND ".join(moments)))
    return tuple(found)


def _moment(number: int, factor: int) -> str:
    seconds = number // factor if number % factor == 0 else number / factor
    return (
        f"to_timestamp({seconds})" if seconds > _LAST else f"'{datetime.fromtimestamp(seconds, UTC).isoformat(' ')}'::timestamptz"
    )


def _change(snapshot: Snapshot, limits: Limits, table: Table, column: Column, factor: int) -> Change:
    if snapshot.engine is not Engine.POSTGRESQL:
        seconds = column.name if factor == 1 else f"{column.name} / {factor}"
        return advice(
            ChangeKind.MIGRATION,
            f"The server does not convert numbers to moments: add a datetime column beside it, let writers fill both, fill old rows in batches with "
            f"'1970-01-01' + INTERVAL {seconds} SECOND (that is UTC), switch the readers, then drop the number.",
            risk=Risk.MEDIUM,
        )
    unit = "seconds" if factor == 1 else "milliseconds"
    dropped = (f"the default {column.default} is dropped",) if column.default else ()
    return retype(
        snapshot, limits, table, (_retype(column, factor),),
        hazards=("readers and writers get and must send a timestamp: release them together with this change",),
        assumptions=(f"every value counts {unit} since 1970 in UTC; 0 becomes 1970-01-01", *dropped),
        carried=_carried(table, column, factor),
    )  # fmt: skip


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each integer column named like a moment whose known values lie between the years 2000 and 2100."""
    for table in own_tables(snapshot):
        if is_small(snapshot, table, limits):
            continue
        for column in table.columns:
            factor = _per_second(snapshot, table, column) if _is_moment(column) else None
            if factor is None or in_primary_key(table, column.name) or in_foreign_key(table, column.name):
                continue
            ends = column.type.bytes == 4 and not column.type.unsigned
            unit = "seconds" if factor == 1 else "milliseconds"
            yield Finding(
                subject=column_subject(table.name, column.name),
                title=f"{column.name} counts {unit} since 1970",
                claim=(
                    f"{column.name} of {table.name} ({table_facts(snapshot, table)}) keeps moments as {unit} in {column.type.text}"
                    + (", which overflows on 19 January 2038." if ends else ": every question about days or hours needs a conversion.")
                ),
                evidence=(Evidence(EvidenceKind.OBSERVED, f"all values in the planner's statistics are {unit} between 2000 and 2100"),),
                change=_change(snapshot, limits, table, column, factor),
                severity=Severity.WARNING if ends else Severity.NOTICE,
                confidence=Confidence.LIKELY,
                weight=share_of_database(snapshot, table),
                benefit="moments read as moments" + ("; no overflow in 2038" if ends else ""),
            )  # fmt: skip


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE pings (id bigint PRIMARY KEY, created_at bigint NOT NULL, last_seen int);
INSERT INTO pings SELECT i, 1735689600000 + i * 60000::bigint, 1735689600 + i FROM generate_series(1, 3000) i;
ANALYZE;
""",
        good="""
CREATE TABLE pings (id bigint PRIMARY KEY, created_at timestamptz NOT NULL, paid_amount bigint, response_time int, sequence bigint);
INSERT INTO pings SELECT i, now(), i * 100, i % 500, 1735689600 + i FROM generate_series(1, 3000) i;
ANALYZE;
""",
        yields=("column public.pings.created_at", "column public.pings.last_seen"),
    ),
    Example(
        Engine.POSTGRESQL,
        name="checks that compare it with numbers",
        bad="""
CREATE TABLE pings (id bigint PRIMARY KEY, "Sent_at" bigint NOT NULL CHECK ("Sent_at" > 0 AND "Sent_at" < 4102444800000), seen_at int);
INSERT INTO pings SELECT i, 1735689600000 + i * 60000::bigint, 1735689600 + i FROM generate_series(1, 3000) i;
ALTER TABLE pings ADD CONSTRAINT seen CHECK (seen_at > 1577836800) NOT VALID;
COMMENT ON CONSTRAINT seen ON pings IS 'since 2020';
ALTER TABLE pings ADD CONSTRAINT later CHECK (seen_at < 1893456000);
ANALYZE;
""",
        good="CREATE TABLE pings (id bigint PRIMARY KEY, seen_at timestamptz CHECK (seen_at > '2020-01-01 00:00+00'));",
        yields=("column public.pings.Sent_at", "column public.pings.seen_at"),
    ),
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE pings (id bigint PRIMARY KEY, created_at bigint NOT NULL, last_seen int);
INSERT INTO pings SELECT seq, 1735689600000 + seq * 60000, 1735689600 + seq FROM seq_1_to_3000;
ANALYZE TABLE pings PERSISTENT FOR ALL;
""",
        good="""
CREATE TABLE pings (id bigint PRIMARY KEY, created_at timestamp NOT NULL, paid_amount bigint, response_time int, sequence bigint);
INSERT INTO pings SELECT seq, now(), seq * 100, seq % 500, 1735689600 + seq FROM seq_1_to_3000;
ANALYZE TABLE pings PERSISTENT FOR ALL;
""",
        yields=("column {database}.pings.created_at", "column {database}.pings.last_seen"),
    ),
)
