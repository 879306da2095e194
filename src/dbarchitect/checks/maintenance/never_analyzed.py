"""The planner has no statistics of a table.

Without them it assumes fixed shares for every condition and plans joins and sorts by them. Autovacuum never analyses a partitioned table
itself, only its partitions, so that statements on the whole are planned without.

Ignore it for a table that was just loaded: autovacuum analyses it within minutes. Small tables are left out.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._weigh import is_small, share_of_database, table_facts
from dbarchitect.model.catalog import Table, TableKind
from dbarchitect.model.change import Change, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import analyze, literal

CODES = ("PLN-08",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def _unknown(snapshot: Snapshot, table: Table) -> bool:
    """True when no column of the readable table has statistics and no analyze is on record."""
    facts, usage = snapshot.postgres_table(table.name), table.usage
    if facts is None or not facts.readable or usage is None or usage.last_analyze or usage.last_autoanalyze:
        return False
    return not any(snapshot.column_statistics(table.name, c.name) for c in table.columns)


def _large_enough(snapshot: Snapshot, table: Table, limits: Limits) -> bool:
    live = (table.usage.live_rows or 0) if table.usage else 0
    return live >= limits.small_table_rows or not is_small(snapshot, table, limits)


def _change(snapshot: Snapshot, table: Table) -> Change:
    """ANALYZE. PostgreSQL 13 keeps no time of it for a partitioned table; its statistics tell."""
    change = analyze(table.name, since=snapshot.taken_at)
    if table.partition_key is None or snapshot.catalog.version.major >= 14:
        return change
    own = f"schemaname = {literal(table.name.schema)} AND tablename = {literal(table.name.name)} AND inherited"
    return replace(change, verify=Verification(f"SELECT EXISTS (SELECT FROM pg_stats WHERE {own})", "t"))


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table without statistics."""
    for table in snapshot.catalog.tables:
        if table.kind is TableKind.FOREIGN or not _unknown(snapshot, table) or not _large_enough(snapshot, table, limits):
            continue
        partitioned = " Autovacuum analyses its partitions, not the whole." if table.partition_key else ""
        yield Finding(
            subject=table_subject(table.name),
            title=f"{table.name.name} was never analysed",
            claim=f"The planner has no statistics of {table.name} ({table_facts(snapshot, table)}) and plans its statements by fixed guesses.{partitioned}",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    "pg_stats has no row for its columns; no analyze is on record",
                    f"SELECT count(*) FROM pg_stats WHERE schemaname = {literal(table.name.schema)} AND tablename = {literal(table.name.name)}",
                ),
            ),
            change=_change(snapshot, table),
            severity=Severity.WARNING,
            weight=share_of_database(snapshot, table),
            benefit="the planner knows the table's size and values",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE orders (id bigint, note text); INSERT INTO orders SELECT i, 'x' FROM generate_series(1, 20000) i; SELECT pg_stat_force_next_flush();",
        good="CREATE TABLE orders (id bigint, note text); INSERT INTO orders SELECT i, 'x' FROM generate_series(1, 20000) i; ANALYZE orders; "
        "CREATE TABLE empty (id bigint);",
        yields=("table public.orders",),
    ),
    Example(
        Engine.POSTGRESQL,
        name="partitioned",
        bad="""
CREATE TABLE events (id bigint) PARTITION BY RANGE (id);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
INSERT INTO events SELECT generate_series(1, 20000);
ANALYZE events_1;
""",
        good="""
CREATE TABLE events (id bigint) PARTITION BY RANGE (id);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
INSERT INTO events SELECT generate_series(1, 20000);
ANALYZE events;
""",
        yields=("table public.events",),
    ),
)
