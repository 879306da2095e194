"""A large share of the transactions is rolled back.

Each of them did its work for nothing and left dead rows behind. It points to errors that the application meets all day, to lost races, or
to a framework that ends reads with ROLLBACK.

Ignore it when a driver or pool is known to end each read with ROLLBACK.
"""

from collections.abc import Iterator

from dbarchitect.model.change import ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, server_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("OPS-16",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when many transactions and a large share of them were rolled back."""
    activity = snapshot.postgres.database if snapshot.postgres else None
    if activity is None or activity.rollbacks < limits.rollbacks:
        return
    share = activity.rollbacks / (activity.rollbacks + activity.commits)
    if share < limits.rollback_share:
        return
    yield Finding(
        subject=server_subject("rollbacks"),
        title=f"{share:.0%} of the transactions are rolled back",
        claim=f"{activity.rollbacks:,} of {activity.rollbacks + activity.commits:,} transactions of this database were rolled back in the counting window.",
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED,
                f"pg_stat_database: xact_rollback {activity.rollbacks:,}, xact_commit {activity.commits:,}",
                "SELECT xact_commit, xact_rollback, stats_reset FROM pg_stat_database WHERE datname = current_database()",
            ),
        ),
        change=advice(
            ChangeKind.QUERY,
            "Look for the errors in the server's log (log_min_error_statement) and in the application, and let reads end with COMMIT.",
        ),
        severity=Severity.NOTICE,
        confidence=Confidence.LIKELY,
    )


_MANY = "DO $$ BEGIN FOR i IN 1..300 LOOP {word}; END LOOP; END $$; SELECT pg_stat_force_next_flush();"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_MANY.format(word="ROLLBACK"),
        good=_MANY.format(word="COMMIT"),
        yields=("server rollbacks",),
        limits=Limits(rollbacks=200),
    ),
)
