"""Many reads do not find their page in the server's cache.

Such a page comes from the operating system or the disk. When the share is high over a long time, the pages in daily use do not fit into
shared_buffers, or statements read far more than they need.

Ignore it for reports that read whole tables. A page that the operating system had in its cache counts as a miss too.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import in_bytes
from dbarchitect.model.change import ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, server_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("OPS-15",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def _most_read(snapshot: Snapshot) -> str:
    read = [(t.usage.heap_blocks_read or 0, str(t.name)) for t in snapshot.catalog.tables if t.usage]
    listed = [f"{name} ({in_bytes(8192 * blocks)})" for blocks, name in sorted(read, reverse=True)[:3] if blocks]
    return f" Most was read of {', '.join(listed)}." if listed else ""


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when enough blocks were asked for and too few of them were in the cache."""
    activity = snapshot.postgres.database if snapshot.postgres else None
    asked = activity.blocks_hit + activity.blocks_read if activity else 0
    if activity is None or asked < limits.cache_blocks or activity.blocks_hit >= limits.cache_hit_share * asked:
        return
    share = activity.blocks_hit / asked
    yield Finding(
        subject=server_subject("cache"),
        title=f"{share:.0%} of the block reads hit the cache",
        claim=f"Of {asked:,} blocks asked for in this database, {activity.blocks_read:,} ({1 - share:.0%}) were not in shared_buffers.{_most_read(snapshot)}",
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED,
                f"pg_stat_database: blks_hit {activity.blocks_hit:,}, blks_read {activity.blocks_read:,}",
                "SELECT blks_hit, blks_read, stats_reset FROM pg_stat_database WHERE datname = current_database()",
            ),
        ),
        change=advice(
            ChangeKind.CONFIGURATION,
            "First look for statements that read whole tables (missing indexes); then give shared_buffers more of the machine's memory.",
        ),
        severity=Severity.NOTICE,
        confidence=Confidence.POSSIBLE,
        weight=0.7,
    )


_TABLE = """
CREATE EXTENSION pg_buffercache;
CREATE TABLE log (id bigint, note text) WITH (autovacuum_enabled = off);
INSERT INTO log SELECT i, repeat('x', 500) FROM generate_series(1, 20000) i;
CHECKPOINT;
SELECT pg_stat_force_next_flush();
SELECT pg_stat_reset();
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE
        + "SELECT pg_buffercache_evict_all(); SELECT count(*) FROM log; SELECT pg_buffercache_evict_all(); SELECT count(*) FROM log; SELECT pg_stat_force_next_flush();",
        good=_TABLE
        + "SELECT count(*) FROM log; SELECT count(*) FROM log; SELECT count(*) FROM log; SELECT pg_stat_force_next_flush();",
        yields=("server cache",),
        limits=Limits(cache_blocks=1_000, cache_hit_share=0.5),
    ),
)
