"""Checkpoints come because the WAL is full, not because it is time.

When more is written between two checkpoints than `max_wal_size` allows, the next one comes early: pages are written more often, and after
each checkpoint the first change of a page writes the whole page to the WAL again.

Ignore it when the counters were filled by a bulk load or a backup.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._settings import known, megabytes, setting_bytes, setting_subject
from dbarchitect.checks._weigh import in_bytes
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import change_setting

CODES = ("CPG-07", "CPG-08")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_SHARE = 0.3
_MOST_BYTES = 64 * 1024**3


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when there were enough checkpoints and a large share of them was requested."""
    server, setting = snapshot.postgres.server if snapshot.postgres else None, known(snapshot.postgres, "max_wal_size")
    size = setting_bytes(setting)
    if server is None or setting is None or not size or server.requested_checkpoints is None or server.timed_checkpoints is None:
        return
    total = server.requested_checkpoints + server.timed_checkpoints
    if total < limits.checkpoints or server.requested_checkpoints < _SHARE * total or size >= _MOST_BYTES:
        return
    share = server.requested_checkpoints / total
    yield Finding(
        subject=setting_subject(setting.name),
        title=f"{share:.0%} of the checkpoints come early",
        claim=f"{server.requested_checkpoints:,} of {total:,} checkpoints were requested before their time; max_wal_size is {in_bytes(size)}.",
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED,
                f"requested {server.requested_checkpoints:,}, timed {server.timed_checkpoints:,} since the counters were reset",
                "SELECT num_requested, num_timed FROM pg_stat_checkpointer"
                if snapshot.catalog.version.major >= 17
                else "SELECT checkpoints_req, checkpoints_timed FROM pg_stat_bgwriter",
            ),
        ),
        change=replace(
            change_setting(setting, megabytes(min(_MOST_BYTES, 4 * size))),
            assumptions=(
                "the disk of pg_wal has room for it",
                "the requests came from writing, not from backups or CHECKPOINT commands",
            ),
            hazards=("recovery after a crash takes longer, as more WAL is replayed",),
        ),
        severity=Severity.WARNING,
        confidence=Confidence.LIKELY,
        weight=0.7,
        benefit="fewer checkpoints and less WAL for the same changes",
    )


_WRITE = "CREATE TABLE t (id int); " + "INSERT INTO t VALUES (1); CHECKPOINT; " * 6
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_WRITE,
        good="CREATE TABLE t (id int); INSERT INTO t VALUES (1);",
        yields=("setting max_wal_size",),
        limits=Limits(checkpoints=5),
        rehearse=False,
        why_not="the counters keep what was before; whether checkpoints come on time shows only after a while",
    ),
)
