"""Index of a partitioned table that some partitions lack.

An index made ON ONLY the partitioned table stays invalid until every partition has its part attached. Until then the partitions
without it are read whole, a unique one promises nothing, and foreign keys cannot point at it.

Ignore it while the parts are being built one after the other, which is how it is done without stopping writes.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted
from dbarchitect.checks._names import listed
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import Index, Table
from dbarchitect.model.change import Change, ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, index_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.index_changes import attach_partition_indexes

CODES = ("IDX-05", "NEW-08")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True  # files make the index of the parent; the parts are built by whoever makes the partitions


def _without(snapshot: Snapshot, table: Table, index: Index) -> tuple[Table, ...]:
    return tuple(part for part in snapshot.partitions(table.name) if not any(i.parent == index.name for i in part.indexes))


def _change(parts: tuple[Table, ...], index: Index) -> Change:
    if any(part.partition_key for part in parts) or index.constraint:
        return advice(
            ChangeKind.INDEX,
            f"Add the missing part to each of {listed([str(p.name) for p in parts])}, then attach it with ALTER INDEX … ATTACH PARTITION.",
        )
    return attach_partition_indexes(index, parts)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each invalid index of a partitioned table."""
    for table, index in snapshot.catalog.indexes():
        if index.valid or not table.partition_key or index.parent is not None:
            continue
        parts = _without(snapshot, table, index)
        if not parts:
            continue
        names = listed([p.name.name for p in parts])
        yield Finding(
            subject=index_subject(table.name, index.name.name),
            title=f"index {index.name.name} is missing on {counted(len(parts), 'partition')}",
            claim=(
                f"{index.name.name} on {table.name} ({table_facts(snapshot, table)}) is invalid because {names} have no part of it; "
                "statements on these partitions cannot use it."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"no index of {names} is attached to {index.name.name}"),),
            change=_change(parts, index),
            severity=Severity.WARNING,
            weight=share_of_database(snapshot, table),
            benefit="every partition is read through the index",
        )


_TABLE = """
CREATE TABLE readings (device_id bigint NOT NULL, taken date NOT NULL) PARTITION BY RANGE (taken);
CREATE TABLE readings_a PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE readings_b PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX readings_device ON ONLY readings (device_id);
CREATE INDEX readings_a_device ON readings_a (device_id);
ALTER INDEX readings_device ATTACH PARTITION readings_a_device;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE,
        good=_TABLE
        + "CREATE INDEX readings_b_device ON readings_b (device_id); ALTER INDEX readings_device ATTACH PARTITION readings_b_device;",
        yields=("index public.readings.readings_device",),
    ),
)
