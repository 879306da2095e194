"""The planner's statistics of a table are old.

Since the last analyze so many rows have changed that row counts, common values and ranges no longer describe the table. New values, such
as today's dates, are then taken for rare, and plans made for few rows meet many.

Ignore it right after a bulk change: autovacuum comes within minutes, unless it is off or cannot keep up. Tables that were analysed two
minutes ago or less are left out.
"""

from collections.abc import Iterator

from dbarchitect.checks._sessions import in_time, seconds_since
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import TableKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import analyze, literal, qualified

CODES = ("PLN-08",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each analysed table of which many rows changed since."""
    for table in snapshot.catalog.tables:
        usage = table.usage
        times = [t for t in (usage.last_analyze, usage.last_autoanalyze) if t] if usage else []
        if table.kind is TableKind.FOREIGN or usage is None or not times:
            continue
        if seconds_since(snapshot, max(times)) < limits.settle_seconds:  # sessions send their counts late
            continue
        changed, live = usage.rows_modified_since_analyze or 0, usage.live_rows or 0
        if changed < limits.dead_rows or changed < limits.stale_statistics_share * live:
            continue
        ago = in_time(seconds_since(snapshot, max(times)))
        yield Finding(
            subject=table_subject(table.name),
            title=f"statistics of {table.name.name} are old",
            claim=f"{changed:,} rows of {table.name} ({table_facts(snapshot, table)}) changed since it was analysed {ago} ago: the planner works with old counts.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"n_mod_since_analyze {changed:,} beside {live:,} live rows",
                    f"SELECT n_mod_since_analyze, n_live_tup, last_analyze, last_autoanalyze FROM pg_stat_all_tables WHERE relid = to_regclass({literal(qualified(table.name))})",
                ),
            ),
            change=analyze(table.name, since=snapshot.taken_at),
            severity=Severity.WARNING,
            weight=share_of_database(snapshot, table),
            benefit="the planner knows the rows of today",
        )


_TABLE = """
CREATE TABLE orders (id bigint, placed date);
INSERT INTO orders SELECT i, date '2025-01-01' FROM generate_series(1, 20000) i;
ANALYZE orders;
INSERT INTO orders SELECT i, date '2026-01-01' FROM generate_series(1, 20000) i;
SELECT pg_stat_force_next_flush();
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE,
        good=_TABLE + "ANALYZE orders;",
        yields=("table public.orders",),
        limits=Limits(settle_seconds=0),
    ),
)
