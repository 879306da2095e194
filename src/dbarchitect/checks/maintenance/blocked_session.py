"""Sessions wait for a lock that another session holds.

The work of those who wait stands still, and whoever asks for the same lock queues behind them. Usually one session forgot to commit, or
runs DDL or a long change in the middle of the day.

Ignore it when it lasts for seconds.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted
from dbarchitect.checks._sessions import in_time, named, seconds_since
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, global_subject
from dbarchitect.model.postgres import Session
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("OPS-13",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def _roots(session: Session, by_pid: dict[int, Session], seen: frozenset[int] = frozenset()) -> set[int]:
    """The sessions at the head of the queue: they block and are not blocked themselves."""
    found: set[int] = set()
    for pid in session.blocked_by:
        blocker = by_pid.get(pid)
        if pid in seen:
            continue
        found |= _roots(blocker, by_pid, seen | {session.pid}) if blocker and blocker.blocked_by else {pid}
    return found


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each session at the head of a queue, with those who wait for it."""
    by_pid = {s.pid: s for s in (snapshot.postgres.sessions if snapshot.postgres else ())}
    waiting: dict[int, list[Session]] = {}
    for session in by_pid.values():
        if session.blocked_by and seconds_since(snapshot, session.query_start) >= limits.blocked_seconds:
            for root in sorted(_roots(session, by_pid)):
                waiting.setdefault(root, []).append(session)
    for pid, sessions in waiting.items():
        blocker = by_pid.get(pid)
        longest = max(sessions, key=lambda s: seconds_since(snapshot, s.query_start))
        waited = in_time(seconds_since(snapshot, longest.query_start))
        who = named(blocker) if blocker else f"pid {pid}"
        state = (
            f"{blocker.state}, its transaction is {in_time(seconds_since(snapshot, blocker.transaction_start))} old"
            if blocker
            else "not visible"
        )
        name = f"{blocker.user or 'unknown'} {blocker.application}".strip() if blocker else f"pid {pid}"
        yield Finding(
            subject=global_subject(SubjectKind.SESSION, name),
            title=f"{counted(len(sessions), 'session')} held up by a lock of {name}",
            claim=f"{who} ({state}) blocks {counted(len(sessions), 'session')}; {named(longest)} has been waiting for {waited}.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"pg_blocking_pids at {snapshot.taken_at:%Y-%m-%d %H:%M} UTC names pid {pid}",
                    "SELECT pid, pg_blocking_pids(pid), now() - query_start AS waits, query FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
                ),
            ),
            change=advice(
                ChangeKind.MAINTENANCE,
                f"Let {who} commit or roll back, or end it: SELECT pg_terminate_backend({pid}); its work is rolled back. Then set lock_timeout for DDL and "
                "shorten the transaction that held the lock.",
                risk=Risk.MEDIUM,
            ),
            severity=Severity.CRITICAL
            if len(sessions) >= 10 or seconds_since(snapshot, longest.query_start) >= 300
            else Severity.WARNING,
            weight=0.8,
            benefit="those who wait go on",
        )


_TABLE = "CREATE TABLE orders (id bigint PRIMARY KEY, state int); INSERT INTO orders VALUES (1, 0), (2, 0);"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE
        + """
-- session holder
BEGIN;
UPDATE orders SET state = 1 WHERE id = 1;
-- session waiter
-- wait
UPDATE orders SET state = 2 WHERE id = 1;
""",
        good=_TABLE
        + """
-- session holder
BEGIN;
UPDATE orders SET state = 1 WHERE id = 1;
-- session waiter
UPDATE orders SET state = 2 WHERE id = 2;
""",
        yields=("session postgres holder",),
        limits=Limits(blocked_seconds=0),
    ),
)
