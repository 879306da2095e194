"""A large share of a table are dead rows.

Updated and deleted rows stay in the table and its indexes until VACUUM removes them: scans read them, caches hold them and the table grows
instead of filling the space again.

Ignore it right after a bulk change: autovacuum comes within minutes. When dead rows stay although vacuum runs, look at `horizon_held_back`.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._sessions import in_time, seconds_since
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import Table
from dbarchitect.model.change import Change
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import literal, qualified, set_storage_parameters, storage_parameters, vacuum

CODES = ("OPS-02",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_SCALE = "autovacuum_vacuum_scale_factor"


def _change(snapshot: Snapshot, table: Table, limits: Limits) -> Change:
    """Vacuum now; and earlier from now on, when the table is large enough that a tenth of it is much."""
    now = vacuum(table.name, "ANALYZE", since=snapshot.taken_at)
    if (snapshot.rows(table) or 0) < limits.large_table_rows or _SCALE in storage_parameters(table):
        return now
    later = set_storage_parameters(table, ((_SCALE, "0.02"),))
    return replace(now, steps=(*now.steps, *later.steps), undo=later.undo, no_undo="VACUUM itself needs no way back")


def _last(snapshot: Snapshot, table: Table) -> str:
    usage = table.usage
    times = [t for t in (usage.last_vacuum, usage.last_autovacuum) if t] if usage else []
    return f"the last vacuum was {in_time(seconds_since(snapshot, max(times)))} ago" if times else "no vacuum is on record"


def _just_vacuumed(snapshot: Snapshot, table: Table, limits: Limits) -> bool:
    """True within moments of a vacuum: sessions send late what they counted before it."""
    times = [t for t in (table.usage.last_vacuum, table.usage.last_autovacuum) if t] if table.usage else []
    return bool(times) and seconds_since(snapshot, max(times)) < limits.settle_seconds


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table with many dead rows, absolutely and as a share."""
    for table in snapshot.catalog.tables:
        dead = (table.usage.dead_rows or 0) if table.usage else 0
        live = (table.usage.live_rows or 0) if table.usage else 0
        if dead < limits.dead_rows or dead < limits.dead_row_share * (dead + live):
            continue
        if _just_vacuumed(snapshot, table, limits):
            continue
        share, last = dead / (dead + live), _last(snapshot, table)
        yield Finding(
            subject=table_subject(table.name),
            title=f"{share:.0%} of {table.name.name} are dead rows",
            claim=f"{table.name} ({table_facts(snapshot, table)}) holds {dead:,} dead rows beside {live:,} live ones; {last}.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"n_dead_tup {dead:,}, n_live_tup {live:,}; {last}",
                    "SELECT n_dead_tup, n_live_tup, last_vacuum, last_autovacuum FROM pg_stat_all_tables "
                    f"WHERE relid = to_regclass({literal(qualified(table.name))})",
                ),
            ),
            change=_change(snapshot, table, limits),
            severity=Severity.WARNING if dead < 10 * limits.large_table_rows else Severity.CRITICAL,
            weight=share_of_database(snapshot, table),
            benefit="the space of the dead rows is used again",
        )


_TABLE = """
CREATE TABLE carts (id bigint PRIMARY KEY, state int NOT NULL) WITH (autovacuum_enabled = off);
INSERT INTO carts SELECT i, 0 FROM generate_series(1, 30000) i;
UPDATE carts SET state = 1 WHERE id <= 15000;
SELECT pg_stat_force_next_flush();
"""
EXAMPLES = (
    Example(Engine.POSTGRESQL, bad=_TABLE, good=_TABLE + "VACUUM carts;", yields=("table public.carts",)),
    Example(
        Engine.POSTGRESQL,
        name="large table",
        bad=_TABLE,
        good=_TABLE.replace("<= 15000", "<= 3000"),
        yields=("table public.carts",),
        limits=Limits(large_table_rows=1_000),
    ),
)
