"""Transactions have met in deadlocks.

Two transactions took the same locks in different order; the server waited for a second and then ended one of them with an error.

Ignore it when the application repeats such transactions and they are rare. Fewer than one a day is not reported.
"""

from collections.abc import Iterator

from dbarchitect.checks._sessions import seconds_since
from dbarchitect.model.change import ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, server_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("OPS-13",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when there were several, and more than one a day."""
    activity = snapshot.postgres.database if snapshot.postgres else None
    if activity is None or activity.deadlocks < limits.deadlocks:
        return
    since = activity.statistics_reset or snapshot.counters_since or (snapshot.postgres.started_at if snapshot.postgres else None)
    days = seconds_since(snapshot, since) / 86_400
    if activity.deadlocks < days:
        return
    window = f"in {days:.1f} days" if days >= 1 else "in the counting window"
    yield Finding(
        subject=server_subject("deadlocks"),
        title=f"{activity.deadlocks:,} deadlocks {window}",
        claim=f"The server has ended {activity.deadlocks:,} transactions of this database to resolve deadlocks {window}.",
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED,
                f"pg_stat_database.deadlocks is {activity.deadlocks:,}",
                "SELECT deadlocks, stats_reset FROM pg_stat_database WHERE datname = current_database()",
            ),
        ),
        change=advice(
            ChangeKind.QUERY,
            "The server's log names both statements of each deadlock: let all transactions touch rows in one order (ORDER BY the key in SELECT … FOR UPDATE), "
            "keep them short, and repeat those that fail with SQLSTATE 40P01.",
        ),
        severity=Severity.NOTICE if activity.deadlocks < 24 * max(days, 1) else Severity.WARNING,
        benefit="fewer transactions fail and wait",
    )


_TABLE = "CREATE TABLE stock (id bigint PRIMARY KEY, n int); INSERT INTO stock VALUES (1, 0), (2, 0);"
_CROSS = """
-- session b
BEGIN;
UPDATE stock SET n = 2 WHERE id = 2;
-- session a
-- wait
DO $$ BEGIN UPDATE stock SET n = 1 WHERE id = 1; UPDATE stock SET n = 1 WHERE id = 2; EXCEPTION WHEN deadlock_detected THEN NULL; END $$;
-- session b
DO $$ BEGIN UPDATE stock SET n = 2 WHERE id = 1; EXCEPTION WHEN deadlock_detected THEN NULL; END $$;
COMMIT;
-- session a
SELECT pg_stat_force_next_flush();
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + _CROSS,
        good=_TABLE + "UPDATE stock SET n = 1;",
        yields=("server deadlocks",),
        limits=Limits(deadlocks=1),
    ),
)
