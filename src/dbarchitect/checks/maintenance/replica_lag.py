"""A standby is far behind its primary.

Reads on it see old data, and a fail-over to it loses what it has not received. Usually the network, the standby's disk or a long query on it
holds the replay up.

Ignore it for a standby that is delayed on purpose (recovery_min_apply_delay).
"""

from collections.abc import Iterator

from dbarchitect.checks._sessions import in_time
from dbarchitect.checks._weigh import in_bytes
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, server_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("OPS-18",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each standby that is further behind than the limit."""
    for replica in snapshot.postgres.replicas if snapshot.postgres else ():
        behind = replica.replay_lag_bytes or 0
        if behind < limits.replica_lag_bytes:
            continue
        time = f", {in_time(replica.replay_lag_ms / 1000)}" if replica.replay_lag_ms else ""
        yield Finding(
            subject=server_subject(f"standby {replica.application}"),
            title=f"standby {replica.application} is {in_bytes(behind)} behind",
            claim=f"The standby {replica.application} ({replica.state}, {replica.sync_state}) has still to replay {in_bytes(behind)} of WAL{time}.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"pg_stat_replication at {snapshot.taken_at:%Y-%m-%d %H:%M} UTC: {in_bytes(behind)} between the primary and replay_lsn",
                    "SELECT application_name, state, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), replay_lag FROM pg_stat_replication",
                ),
            ),
            change=advice(
                ChangeKind.MAINTENANCE,
                "Compare sent_lsn, flush_lsn and replay_lsn: behind at sent or flush it is the network or the standby's disk, at replay a long query on the "
                "standby (max_standby_streaming_delay) or a single busy process.",
                risk=Risk.MEDIUM,
            ),
            severity=Severity.CRITICAL if behind >= 100 * limits.replica_lag_bytes else Severity.WARNING,
            confidence=Confidence.LIKELY,
            weight=0.7,
            benefit="reads on the standby and a fail-over see the present",
        )


EXAMPLES: tuple[Example, ...] = ()
UNSHOWN = "a standby is a second server, which the examples do not start"
