"""Partitioned table whose last partition ends soon.

Inserts past the end of the last range fail with "no partition of relation found for row", or pile up in the default partition, from which they must be
moved by hand.

Ignore it when a job makes partitions just in time; then let it run further ahead, since the day on which it fails is the day of the outage.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dbarchitect.checks._weigh import share_of_database
from dbarchitect.checks.structure._ranges import PG, Ranges, rows_in_default, time_ranges
from dbarchitect.model.catalog import Table
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_literal, quote_qualified

CODES = ("NEW-08",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_MOST_NEW = 12


def _is_retired(snapshot: Snapshot, ranges: Ranges) -> bool:
    """True when the last range ended more than its own length ago: a table of the past, else inserts would have failed long since."""
    return snapshot.taken_at > ranges.next_end(ranges.last_end)


def _default_holds_rows(snapshot: Snapshot, table: Table) -> bool:
    """True when rows have come into the default partition: they must be moved before new ranges can be made (default_partition_in_use)."""
    return any(p.partition_bound == "DEFAULT" and rows_in_default(snapshot, table, p) for p in snapshot.partitions(table.name))


def _new_ranges(ranges: Ranges, now: datetime) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    start = ranges.last_end
    until = ranges.next_end(max(now, start))
    while start < until and len(found) < _MOST_NEW:
        end = ranges.next_end(start)
        found.append((start, end))
        start = end
    return found


def _change(table: Table, ranges: Ranges, now: datetime) -> Change:
    target = quote_qualified(PG, table.name)
    steps: list[Step] = []
    undo: list[Step] = []
    names: list[str] = []
    for start, end in _new_ranges(ranges, now):
        name = ranges.new_name(table, start)
        bounds = f"FROM ({ranges.literal(start)}) TO ({ranges.literal(end)})"
        steps.append(Step(f"CREATE TABLE {quote_qualified(PG, name)} PARTITION OF {target} FOR VALUES {bounds}"))
        # a partition of a table that foreign keys refer to cannot be dropped while it is attached
        detach = Step(f"ALTER TABLE {target} DETACH PARTITION {quote_qualified(PG, name)}")
        undo += [Step(f"DROP TABLE {quote_qualified(PG, name)}"), detach]  # in the end they are reversed
        names.append(quote_literal(PG, quote_qualified(PG, name)))
    verify = f"SELECT {' AND '.join(f'to_regclass({n}) IS NOT NULL' for n in names)}"
    default = ("with a default partition, each of these reads it whole under its lock, and fails when it holds such rows",)
    return Change(
        ChangeKind.SCHEMA, Strategy.STANDARD, tuple(steps), tuple(reversed(undo)),
        "ACCESS EXCLUSIVE on the partitioned table: reads and writes wait",
        "milliseconds", Verification(verify, "t"), online=False, risk=Risk.MEDIUM if ranges.default else Risk.LOW,
        hazards=("undo drops the new partitions with whatever came into them meanwhile", *(default if ranges.default else ())),
    )  # fmt: skip


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table partitioned by time whose last range ends within the length of one range from now."""
    now = snapshot.taken_at
    for table in snapshot.catalog.tables:
        ranges = time_ranges(snapshot, table) if table.partition_key else None
        if ranges is None or ranges.last_end > ranges.next_end(now) or _is_retired(snapshot, ranges):
            continue
        if _default_holds_rows(snapshot, table):
            continue
        over = ranges.last_end <= now
        when = "ended" if over else "ends"
        what = "rows go to the default partition" if ranges.default else "inserts fail"
        soon = ranges.last_end - now < timedelta(days=7)
        yield Finding(
            subject=table_subject(table.name),
            title="no partition for the next period",
            claim=f"The last partition of {table.name} {when} at {ranges.text(ranges.last_end)}; from then on {what}.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED, f"the last range is {ranges.text(ranges.last_start)} to {ranges.text(ranges.last_end)}"
                ),
            ),
            change=_change(table, ranges, now),
            severity=Severity.CRITICAL if soon and not ranges.default else Severity.WARNING,
            weight=max(0.5, share_of_database(snapshot, table)),
            benefit="inserts go on, into partitions of their own",
        )


_MONTHS = """
CREATE TABLE logs (at timestamptz NOT NULL, line text) PARTITION BY RANGE (at);
DO $$
BEGIN
  PERFORM set_config('TimeZone', 'UTC', true);
  FOR n IN -2..{last} LOOP
    EXECUTE format('CREATE TABLE logs_%s PARTITION OF logs FOR VALUES FROM (%L) TO (%L)', n + 2,
      date_trunc('month', now()) + n * interval '1 month', date_trunc('month', now()) + (n + 1) * interval '1 month');
  END LOOP;
END $$;
INSERT INTO logs VALUES (now(), 'x');
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_MONTHS.replace("{last}", "0"),
        good=_MONTHS.replace("{last}", "3")
        + "CREATE TABLE past (at date NOT NULL) PARTITION BY RANGE (at); CREATE TABLE past_1990 PARTITION OF past"
        + " FOR VALUES FROM ('1990-01-01') TO ('1991-01-01');"
        + "CREATE TABLE fallen (at date NOT NULL) PARTITION BY RANGE (at); CREATE TABLE fallen_rest PARTITION OF fallen DEFAULT;"
        + "DO $$ BEGIN EXECUTE format('CREATE TABLE fallen_1 PARTITION OF fallen FOR VALUES FROM (%L) TO (%L)', current_date - 1, current_date);"
        + " END $$; INSERT INTO fallen VALUES (current_date); ANALYZE;",
        yields=("table public.logs",),
    ),
    Example(
        Engine.POSTGRESQL,
        name="days",
        bad="""
CREATE TABLE visits (on_day date PRIMARY KEY) PARTITION BY RANGE (on_day);
CREATE TABLE notes (on_day date REFERENCES visits, note text);
DO $$ BEGIN
  EXECUTE format('CREATE TABLE visits_today PARTITION OF visits FOR VALUES FROM (%L) TO (%L)', current_date, current_date + 1);
END $$;
""",
        good="CREATE TABLE open_end (on_day date NOT NULL) PARTITION BY RANGE (on_day);"
        "CREATE TABLE open_end_1 PARTITION OF open_end FOR VALUES FROM ('2020-01-01') TO (MAXVALUE);",
        yields=("table public.visits",),
    ),
)
