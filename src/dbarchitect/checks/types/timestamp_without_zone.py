"""Point in time kept without a time zone.

`timestamp without time zone` stores the figures of a clock, not a moment. Which moment is meant depends on who wrote it: sessions with
different TimeZone settings write different figures for the same instant, hours repeat or vanish when clocks change, and comparing with
now() silently converts through the reader's zone. `timestamptz` takes the same 8 bytes and stores the instant.

Ignore it for times of a wall clock that must keep their figures whatever happens to the zone's rules: opening hours, local appointments
(with the zone's name in a column beside it).
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._counts import counted
from dbarchitect.checks._names import listed, words
from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.types._retype import retype
from dbarchitect.model.catalog import Column, Table, TypeFamily
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject, database_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import together
from dbarchitect.sql.columns import Retype, bare_literal

CODES = ("TYP-05",)
ENGINES = (Engine.POSTGRESQL,)
EVENTS = frozenset(
    """created updated modified deleted inserted changed published sent received paid placed shipped delivered expires expired started
    finished completed ended logged seen login visited joined registered confirmed cancelled canceled processed synced timestamp ts
    recorded occurred captured approved verified locked archived last""".split()
)
_WALL_CLOCK = frozenset("local wall birth birthday opens closes opening closing schedule scheduled appointment".split())
_CONVENTION = 8  # tables of one schema that are alike are a convention, and one task
_ZONES = frozenset("timezone tz tzid zoneinfo".split())
_NOW = ("now()", "CURRENT_TIMESTAMP", "LOCALTIMESTAMP", "clock_timestamp()", "statement_timestamp()", "transaction_timestamp()")


def is_instant(column: Column) -> bool:
    """True when a column without zone is named, or filled, like a point in time."""
    if column.type.family is not TypeFamily.TIMESTAMP or column.generated or column.type.domain:
        return False
    parts = words(column.name)
    if _WALL_CLOCK.intersection(parts):
        return False
    return parts[-1:] == ("at",) or bool(EVENTS.intersection(parts)) or any(n in (column.default or "") for n in _NOW)


def has_zone_beside(table: Table) -> bool:
    """True when the table names a time zone in a column of its own: wall-clock times by design."""
    return any(_ZONES.intersection(words(c.name)) or words(c.name)[-2:] == ("time", "zone") for c in table.columns)


def _retype(column: Column) -> Retype:
    default = column.default
    if default is not None:
        # now() at some zone gave that zone's figures; the type now keeps the instant itself
        default = "now()" if any(n in default for n in _NOW) else bare_literal(default) or default
    return Retype(column, column.type.text.replace("without time zone", "with time zone"), default=default)


def _mixed(snapshot: Snapshot) -> bool:
    """True when other columns of the database do have a zone."""
    tables = (t for t in snapshot.catalog.tables if not t.is_partition)
    return any(c.type.family is TypeFamily.TIMESTAMP_TZ for t in tables for c in t.columns)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table, with all of its points in time without zone; where most of a large schema is like that, one for all
    tables whose change nothing stands in the way of."""
    mixed = _mixed(snapshot)
    found = [one for table in own_tables(snapshot) for one in _of_table(snapshot, limits, table, mixed=mixed)]
    plain = [f for f in found if f.change.steps and f.subject.table_name and not snapshot.views_over(f.subject.table_name)]
    if len(plain) < _CONVENTION:
        yield from found
        return
    yield _convention(snapshot, plain, mixed=mixed)
    together_now = {f.subject for f in plain}
    yield from (f for f in found if f.subject not in together_now)


def _convention(snapshot: Snapshot, found: list[Finding], *, mixed: bool) -> Finding:
    tables = [str(f.subject.table_name) for f in found]
    columns = sum(len(f.subject.name.split(",")) for f in found)
    change = together(tuple(f.change for f in found))
    return replace(
        found[0],
        subject=database_subject(snapshot.catalog.database),
        title=f"points in time without zone in {counted(len(found), 'table')}",
        claim=(
            f"{counted(columns, 'column')} of {counted(len(found), 'table')} ({listed(tables)}) hold clock figures without a zone, so the instant depends on the "
            f"writer's TimeZone{_besides(mixed)}."
        ),
        evidence=tuple(dict.fromkeys(e for f in found for e in f.evidence)),
        change=replace(
            change, assumptions=(*change.assumptions, "the tables can be done one at a time as well, each in a transaction")
        ),
        weight=min(1.0, sum(f.weight for f in found)) if snapshot.live else 0.5,
        also=tuple(f.subject for f in found),
    )


def _besides(mixed: bool) -> str:
    return "; other columns of this database do have a zone, and comparing the two converts in silence" if mixed else ""


def _of_table(snapshot: Snapshot, limits: Limits, table: Table, *, mixed: bool) -> Iterator[Finding]:
    zone = snapshot.postgres.setting("TimeZone") if snapshot.postgres else None
    columns = [c for c in table.columns if is_instant(c)]
    if columns and not has_zone_beside(table):
        names = [c.name for c in columns]
        yield Finding(
            subject=column_subject(table.name, *names),
            title=f"points in time without zone: {listed(names)}",
            claim=(
                f"{listed(names)} of {table.name} ({table_facts(snapshot, table)}) {'holds' if len(names) == 1 else 'hold'} clock figures "
                f"without a zone, so the instant depends on the writer's TimeZone{_besides(mixed)}."
            ),
            evidence=(
                Evidence(EvidenceKind.OBSERVED, f"declared as {columns[0].type.text}", "SHOW TimeZone"),
                *((Evidence(EvidenceKind.OBSERVED, f"the server's TimeZone is {zone.value}"),) if zone and snapshot.live else ()),
            ),
            change=retype(
                snapshot, limits, table, tuple(_retype(c) for c in columns), rewrites=False, in_utc=True,
                assumptions=(
                    "the application wrote UTC; if it wrote local times, put that zone's name in place of UTC, which rewrites the table",
                    "all statements run in one session: SET TimeZone decides what the figures mean",
                ),
                hazards=("PostgreSQL 12 and later keep the table's files when TimeZone is UTC; indexes on these columns are built anew",),
            ),
            severity=Severity.WARNING if mixed else Severity.NOTICE,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="the stored value is an instant, whatever zone writer and reader are in",
        )  # fmt: skip


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE events (id bigint PRIMARY KEY, created_at timestamp NOT NULL DEFAULT now(), paid_on timestamp(3),
  seen timestamp DEFAULT timezone('utc', now()));
CREATE INDEX ON events (created_at);
INSERT INTO events SELECT i, timestamp '2025-01-01' + i * interval '1 hour' FROM generate_series(1, 2000) i;
ANALYZE;
""",
        good="""
CREATE TABLE events (id bigint PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE shops (id bigint PRIMARY KEY, opens_at timestamp, created_at timestamp, timezone text NOT NULL);
CREATE TABLE people (id bigint PRIMARY KEY, birth_moment timestamp, slot timestamp);
""",
        yields=("column public.events.created_at,paid_on,seen",),
    ),
    Example(
        Engine.POSTGRESQL,
        name="what stands in the way is named",
        bad="""
CREATE TABLE visits (id bigint PRIMARY KEY, seen_at timestamp NOT NULL);
CREATE INDEX visits_day ON visits (date_trunc('day', seen_at));
CREATE VIEW latest AS SELECT id, seen_at FROM visits;
""",
        good="CREATE TABLE visits (id bigint PRIMARY KEY, seen_at timestamptz NOT NULL);",
        yields=("column public.visits.seen_at",),
    ),
    Example(
        Engine.POSTGRESQL,
        name="a convention is one task",
        bad="".join(f"CREATE TABLE t{n} (id bigint PRIMARY KEY, created_at timestamp NOT NULL DEFAULT now());\n" for n in range(9))
        + "CREATE VIEW latest AS SELECT created_at FROM t8;",
        good="CREATE TABLE t0 (id bigint PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now());",
        yields=("database {database}", "column public.t8.created_at"),
    ),
)
