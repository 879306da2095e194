"""Large table whose primary key is a random UUID.

Each insert lands on another page of the index: the whole index must stay in memory, pages split half empty, and after each
checkpoint most inserts log a full page. UUIDs of version 7 begin with the time and are inserted at the end.

Ignore it while the index fits in memory with ease, and where the time of a row's birth must not be readable from its key.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import in_bytes, share_of_database, table_facts
from dbarchitect.checks._window import window
from dbarchitect.model.catalog import Column, Table, TypeFamily
from dbarchitect.model.change import Change, ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.key_changes import set_default

CODES = ("SCH-05",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_RANDOM = ("gen_random_uuid()", "uuid_generate_v4()", "uuidv4()")


def _random_key(table: Table) -> Column | None:
    key = table.primary_key
    column = table.column(key.columns[0]) if key and len(key.columns) == 1 else None
    if column is None or column.type.family is not TypeFamily.UUID:
        return None
    return column if (column.default or "").split(".")[-1] in _RANDOM else None


def _change(snapshot: Snapshot, table: Table, column: Column) -> Change:
    if snapshot.catalog.version.major >= 18:
        return set_default(table, column, "uuidv7()")
    return advice(ChangeKind.SCHEMA, "Let the application make UUIDs of version 7 (RFC 9562); PostgreSQL 18 has uuidv7() built in.")


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each large table keyed by random UUIDs that still gets rows."""
    for table in snapshot.catalog.tables:
        column = None if table.is_partition else _random_key(table)
        inserted = table.usage.rows_inserted or 0 if table.usage else 0
        if column is None or (snapshot.rows(table) or 0) < limits.large_table_rows or (not inserted and not table.partition_key):
            continue
        index = next((i for i in table.indexes if i.primary), None)
        size = f", its index {in_bytes(index.bytes)}" if index and index.bytes else ""
        yield Finding(
            subject=column_subject(table.name, column.name),
            title=f"{table.name.name} is keyed by random UUIDs",
            claim=(
                f"{table.name} ({table_facts(snapshot, table)}{size}) draws its key from {column.default}: {inserted:,} rows inserted "
                f"{window(snapshot)} went to random places of the index."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"default of {column.name}: {column.default}"),),
            change=_change(snapshot, table, column),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="new rows go to the end of the index",
        )


_TABLE = """
CREATE TABLE events (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), note text);
CREATE TABLE few (id uuid PRIMARY KEY DEFAULT gen_random_uuid());
INSERT INTO events (note) SELECT 'x' FROM generate_series(1, 5000) i;
ANALYZE; SELECT pg_stat_force_next_flush();
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE,
        good=_TABLE + "ALTER TABLE events ALTER COLUMN id SET DEFAULT uuidv7();",
        yields=("column public.events.id",),
        limits=Limits(large_table_rows=2_000),
    ),
)
