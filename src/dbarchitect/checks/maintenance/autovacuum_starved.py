"""Autovacuum waits for millions of dead rows before it looks at a table.

It starts when the dead rows exceed a share of the table, a fifth by default. Of a hundred million rows that is twenty million: they fill
the caches and the disk for weeks, and then one long vacuum removes them all. Large tables that are updated want a smaller share.

Ignore it for tables whose rows are all rewritten at once.
"""

from collections.abc import Iterator

from dbarchitect.checks._settings import known, number
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import Table, TableKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import set_storage_parameters, storage_parameters

CODES = ("OPS-02", "OPS-03")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_SCALE = "autovacuum_vacuum_scale_factor"
_CHANGED_SHARE = 0.01


def _trigger_rows(snapshot: Snapshot, table: Table) -> float | None:
    """Dead rows at which autovacuum starts on the table."""
    own, facts = storage_parameters(table), snapshot.postgres
    scale = float(own[_SCALE]) if _SCALE in own else number(known(facts, _SCALE))
    base = (
        float(own["autovacuum_vacuum_threshold"])
        if "autovacuum_vacuum_threshold" in own
        else number(known(facts, "autovacuum_vacuum_threshold"))
    )
    if scale is None or base is None or table.rows is None:
        return None
    most = number(known(facts, "autovacuum_vacuum_max_threshold"))  # from PostgreSQL 18 on
    rows = base + scale * table.rows
    return min(rows, most) if most is not None and most >= 0 else rows


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table that is updated or deleted from and waits for more dead rows than a large table has rows."""
    for table in snapshot.catalog.tables:
        if table.kind is not TableKind.TABLE or table.usage is None or not table.rows:
            continue
        changed = (table.usage.rows_updated or 0) + (table.usage.rows_deleted or 0)
        trigger = _trigger_rows(snapshot, table)
        if trigger is None or trigger < limits.large_table_rows or changed < _CHANGED_SHARE * table.rows:
            continue
        scale = max(0.001, round(limits.large_table_rows / 10 / table.rows, 3))
        yield Finding(
            subject=table_subject(table.name),
            title=f"autovacuum waits for {trigger:,.0f} dead rows in {table.name.name}",
            claim=f"{table.name} ({table_facts(snapshot, table)}) is vacuumed only when {trigger:,.0f} rows are dead; {changed:,} rows were updated or deleted "
            "in the counting window.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"threshold and scale factor in force times {table.rows:,.0f} rows give {trigger:,.0f}",
                    "SELECT name, setting FROM pg_settings WHERE name LIKE 'autovacuum_vacuum_%'",
                ),
            ),
            change=set_storage_parameters(table, ((_SCALE, f"{scale:g}"),)),
            severity=Severity.WARNING,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit=f"it is vacuumed at about {scale * table.rows:,.0f} dead rows, in smaller pieces",
        )


_TABLE = """
CREATE TABLE carts (id bigint PRIMARY KEY, state int NOT NULL);
INSERT INTO carts SELECT i, 0 FROM generate_series(1, 20000) i;
UPDATE carts SET state = 1 WHERE id <= 1000;
ANALYZE carts;
SELECT pg_stat_force_next_flush();
"""
_LIMITS = Limits(large_table_rows=3_000)
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE,
        good=_TABLE
        + """ALTER TABLE carts SET (autovacuum_vacuum_scale_factor = 0.05);
CREATE TABLE log (id bigint PRIMARY KEY);
INSERT INTO log SELECT generate_series(1, 20000);
ANALYZE log;
SELECT pg_stat_force_next_flush();""",
        yields=("table public.carts",),
        limits=_LIMITS,
    ),
)
