"""A table takes far more pages than its rows need.

The rest is room of rows that are gone. VACUUM lets it be used again but seldom gives it back, so that scans, caches and backups carry it.

Ignore it when the table will grow into it again soon. The figure is an estimate from the planner's statistics, made with room to spare;
tables whose statistics do not cover every column are left out.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._weigh import in_bytes, share_of_database, table_facts
from dbarchitect.model.catalog import Table, TableKind
from dbarchitect.model.change import Change, Risk, Step, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import analyze, literal, qualified, storage_parameters, vacuum

CODES = ("OPS-06",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_PAGE, _PAGE_HEADER, _ROW_HEADER = 8192, 24, 28  # a row: 23 bytes rounded up, and its line pointer
_SPARE = 1.2


def _needed_bytes(snapshot: Snapshot, table: Table) -> float | None:
    """Bytes of pages that the rows need, generously: each column padded to 8 bytes when wider than 4. None: statistics are missing."""
    widths = []
    for column in table.columns:
        known = snapshot.column_statistics(table.name, column.name)
        if known is None or not known.average_bytes:
            return None
        width = known.average_bytes * (1 - known.null_fraction)
        widths.append(width if (column.type.bytes or 8) <= 4 else width + 4)
    bitmap = len(table.columns) / 8
    row = _ROW_HEADER + bitmap + sum(widths) + 8
    fill = float(storage_parameters(table).get("fillfactor", "100")) / 100
    return (table.rows or 0) * row / ((_PAGE - _PAGE_HEADER) * fill) * _PAGE * _SPARE


def _change(snapshot: Snapshot, table: Table, needed: float) -> Change:
    name = qualified(table.name)
    fresh = analyze(table.name, since=snapshot.taken_at)
    half = int((needed + (table.size.heap_bytes if table.size else 0)) / 2)
    test = f"{fresh.verify.sql if fresh.verify else 'SELECT true'} AND pg_relation_size(to_regclass({literal(name)})) < {half}"
    return replace(
        vacuum(table.name, since=snapshot.taken_at),
        steps=(Step(f"VACUUM (FULL, ANALYZE) {name}", alone=True),),
        lock="ACCESS EXCLUSIVE on the table: reads and writes wait until the end",
        duration=f"one copy of the table and a rebuild of its indexes ({table_facts(snapshot, table)}); needs that much free disk",
        verify=Verification(test, "t"),
        online=False,
        risk=Risk.HIGH,
        hazards=("pg_repack does the same while reads and writes go on, where that extension can be installed",),
        no_undo="the rows and definitions stay as they are; the room cannot be given back to the file",
        size_bytes=int(needed - (table.size.heap_bytes if table.size else 0)),
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table with that much room to spare."""
    for table in snapshot.catalog.tables:
        if table.kind is not TableKind.TABLE or table.size is None or not table.rows or table.size.heap_bytes < limits.bloat_bytes:
            continue
        needed = _needed_bytes(snapshot, table)
        if needed is None:
            continue
        room = table.size.heap_bytes - needed
        dead = (table.usage.dead_rows or 0) if table.usage else 0
        if (
            room < limits.bloat_bytes
            or room < limits.bloat_share * table.size.heap_bytes
            or dead > limits.dead_row_share * table.rows
        ):
            continue
        yield Finding(
            subject=table_subject(table.name),
            title=f"{table.name.name} is about {room / table.size.heap_bytes:.0%} empty",
            claim=f"{table.name} takes {in_bytes(table.size.heap_bytes)} for rows that need about {in_bytes(int(needed))}: some {in_bytes(int(room))} are room of "
            "rows that are gone.",
            evidence=(
                Evidence(
                    EvidenceKind.ESTIMATED,
                    f"{table.rows:,.0f} rows of the average widths in pg_stats, a fifth added, against the size of the file; where the extension "
                    "pgstattuple is installed, pgstattuple_approx counts",
                    f"SELECT pg_relation_size(oid), reltuples FROM pg_class WHERE oid = to_regclass({literal(qualified(table.name))})",
                ),
            ),
            change=_change(snapshot, table, needed),
            severity=Severity.WARNING if room >= limits.large_table_bytes else Severity.NOTICE,
            confidence=Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table),
            benefit=f"about {in_bytes(int(room))} are given back",
        )


_TABLE = """
CREATE TABLE carts (id bigint PRIMARY KEY, note text NOT NULL, flag boolean, at timestamptz) WITH (autovacuum_enabled = off);
INSERT INTO carts SELECT i, repeat('x', i % 100), true, now() FROM generate_series(1, 60000) i;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + "DELETE FROM carts WHERE id % 5 <> 0; SELECT pg_stat_force_next_flush(); VACUUM ANALYZE carts;",
        good=_TABLE
        + """CREATE TABLE loose (id bigint, a boolean, b bigint, c boolean, d bigint, e smallint, f numeric) WITH (fillfactor = 50);
INSERT INTO loose SELECT i, true, i, false, i, 1, i / 7.0 FROM generate_series(1, 60000) i;
VACUUM ANALYZE carts; VACUUM ANALYZE loose;""",
        yields=("table public.carts",),
        limits=Limits(bloat_bytes=1_000_000),
    ),
)
