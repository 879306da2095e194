"""Index that takes far more room than its entries need.

Pages of a B-tree that lost most of their entries (mass deletes, moving windows, updates of random keys) stay allocated; scans and
the cache carry them along. The size that a fresh index would have is predicted from the planner's statistics, on the large
side, so that only a wide gap is reported.

Ignore it for indexes whose table is about to grow into the room again. Predictions rest on ANALYZE; run it first when rows
changed much since the last one.
"""

from collections.abc import Iterator

from dbarchitect.checks._btree import fresh_index_bytes
from dbarchitect.checks._weigh import in_bytes, share_of_database
from dbarchitect.model.catalog import Index, Table
from dbarchitect.model.change import Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, index_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_literal, quote_qualified
from dbarchitect.sql.index_changes import rebuild_index

CODES = ("IDX-18",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_MARGIN = 1.2  # the prediction of a fresh index was within 15 % of the real one in every trial of its test


def _excess(snapshot: Snapshot, table: Table, index: Index, limits: Limits) -> int | None:
    predicted = fresh_index_bytes(snapshot, table, index) if index.valid and index.ready else None
    if predicted is None or index.bytes is None:
        return None
    excess = int(index.bytes - predicted * _MARGIN)
    return excess if excess >= limits.bloat_bytes and excess >= limits.bloat_share * index.bytes else None


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each B-tree that is far larger than a fresh one would be."""
    for table, index in snapshot.catalog.indexes():
        if (index.bytes or 0) < limits.bloat_bytes:
            continue
        excess = _excess(snapshot, table, index, limits)
        if excess is None or index.bytes is None:
            continue
        name = quote_literal(snapshot.engine, quote_qualified(snapshot.engine, index.name))
        size = f"pg_relation_size(to_regclass({name}))"
        yield Finding(
            subject=index_subject(table.name, index.name.name),
            title=f"index {index.name.name} is mostly empty",
            claim=(
                f"{index.name.name} on {table.name} takes {in_bytes(index.bytes)} for {index.rows or 0:,.0f} entries; "
                f"a fresh one is estimated at {in_bytes(index.bytes - excess)} at most."
            ),
            evidence=(
                Evidence(EvidenceKind.OBSERVED, f"{index.bytes:,} bytes on disk", f"SELECT {size}"),
                Evidence(
                    EvidenceKind.ESTIMATED,
                    "entries × width from pg_stats, pages filled as the index asks for, equal keys in posting lists, 20 % on top; "
                    "pgstattuple's pgstatindex(…) would measure it",
                ),
            ),
            change=rebuild_index(
                table, index, Verification(f"SELECT coalesce({size} < {index.bytes - excess // 2}, false)", "t"), saves_bytes=excess
            ),
            severity=Severity.WARNING if excess >= limits.large_table_bytes // 10 else Severity.NOTICE,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit=f"frees some {in_bytes(excess)} (estimated)",
        )


_TABLE = """
CREATE TABLE events (id bigint PRIMARY KEY, kind int NOT NULL, code text NOT NULL) WITH (autovacuum_enabled = off);
INSERT INTO events SELECT i, i % 5, md5(i::text) FROM generate_series(1, 120000) i;
CREATE INDEX events_code ON events (code);
CREATE INDEX events_kind ON events (kind);
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + "DELETE FROM events WHERE id % 10 > 0; VACUUM ANALYZE events;",
        good=_TABLE + "DELETE FROM events WHERE id % 10 = 0; VACUUM ANALYZE events;",
        yields=("index public.events.events_code", "index public.events.events_pkey"),
        limits=Limits(bloat_bytes=1_000_000),
    ),
)
