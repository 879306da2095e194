"""Autovacuum is switched off for a table.

Its dead rows are never removed and its statistics never renewed, except by hand or when transaction numbers run out. Such a switch is
usually left over from a bulk load.

Ignore it when a job of your own vacuums and analyses the table, or it is never changed. Small tables are left out.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import is_small, share_of_database, table_facts
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import literal, qualified, reset_storage_parameters, storage_parameters

CODES = ("OPS-03",)
ENGINES = (Engine.POSTGRESQL,)
_OFF = ("false", "off", "0", "no", "f", "n")


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table with autovacuum_enabled off."""
    for table in snapshot.catalog.tables:
        if storage_parameters(table).get("autovacuum_enabled", "on").lower() not in _OFF or is_small(snapshot, table, limits):
            continue
        usage = table.usage
        dead = f"; it has {usage.dead_rows:,} dead rows" if usage and usage.dead_rows else ""
        yield Finding(
            subject=table_subject(table.name),
            title=f"autovacuum is off for {table.name.name}",
            claim=f"{table.name} ({table_facts(snapshot, table)}) has autovacuum_enabled = off: nothing removes its dead rows or renews its statistics{dead}.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    "pg_class.reloptions has autovacuum_enabled off",
                    f"SELECT reloptions FROM pg_class WHERE oid = to_regclass({literal(qualified(table.name))})",
                ),
            ),
            change=reset_storage_parameters(table, ("autovacuum_enabled",)),
            severity=Severity.WARNING,
            weight=share_of_database(snapshot, table),
            benefit="the table is vacuumed and analysed as it changes",
        )


_ROWS = "INSERT INTO orders SELECT generate_series(1, 5000); ANALYZE;"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE orders (id bigint PRIMARY KEY) WITH (autovacuum_enabled = off, fillfactor = 90);" + _ROWS,
        good="CREATE TABLE orders (id bigint PRIMARY KEY) WITH (fillfactor = 90); CREATE TABLE tiny (id int) WITH (autovacuum_enabled = off);"
        + _ROWS,
        yields=("table public.orders",),
    ),
)
