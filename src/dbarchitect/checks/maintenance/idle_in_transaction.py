"""Sessions keep a transaction open and do nothing.

Such a session holds its locks, and no row that died since its snapshot can be removed, anywhere in the database. Usually the application
waits for something else, or lost its way, between BEGIN and COMMIT.

Ignore it for a person at a prompt who is still working. The timeout ends later sessions of the role; the sessions of now have to be ended
by hand.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._counts import counted
from dbarchitect.checks._sessions import clients, in_time, named, seconds_since
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, global_subject
from dbarchitect.model.postgres import Session
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import literal, set_role_setting

CODES = ("OPS-10",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_SETTING = "idle_in_transaction_session_timeout"
_TIMEOUT = "5min"
_STATES = ("idle in transaction", "idle in transaction (aborted)")


def _long_idle(snapshot: Snapshot, limits: Limits) -> dict[str, list[Session]]:
    """By role: the sessions that have been idle in a transaction for too long, the longest first."""
    found: dict[str, list[Session]] = {}
    for session in sorted(clients(snapshot.postgres), key=lambda s: (-seconds_since(snapshot, s.state_change), s.pid)):
        if (
            session.user
            and session.state in _STATES
            and seconds_since(snapshot, session.state_change) >= limits.idle_in_transaction_seconds
        ):
            found.setdefault(session.user, []).append(session)
    return found


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each role with such sessions."""
    for role, sessions in _long_idle(snapshot, limits).items():
        scoped = snapshot.postgres.scoped_settings if snapshot.postgres else ()
        before = next((s.value for s in scoped if s.role == role and s.database is None and s.name == _SETTING), None)
        longest = in_time(seconds_since(snapshot, sessions[0].state_change))
        pids = ", ".join(str(s.pid) for s in sessions[:10])
        yield Finding(
            subject=global_subject(SubjectKind.ROLE, role),
            title=f"{counted(len(sessions), 'session')} of {role} idle in transaction",
            claim=f"{role} has {counted(len(sessions), 'session')} idle inside a transaction, for up to {longest}, the longest is {named(sessions[0])}: "
            "they keep their locks and stop the removal of dead rows.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"pg_stat_activity at {snapshot.taken_at:%Y-%m-%d %H:%M} UTC: state idle in transaction for up to {longest}",
                    "SELECT pid, state, now() - state_change AS since, query FROM pg_stat_activity "
                    f"WHERE state LIKE 'idle in transaction%' AND usename = {literal(role)} ORDER BY state_change",
                ),
            ),
            change=replace(
                set_role_setting(role, _SETTING, _TIMEOUT, before=before),
                assumptions=(f"no transaction of {role} waits for something else for more than five minutes on purpose",),
                hazards=(
                    f"the sessions of now stay until they are ended: SELECT pg_terminate_backend(pid), pid {pids}; their work is rolled back",
                ),
            ),
            severity=Severity.CRITICAL if seconds_since(snapshot, sessions[0].state_change) >= 3600 else Severity.WARNING,
            weight=0.7,
            benefit="the server ends such sessions by itself after five minutes",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE orders (id bigint PRIMARY KEY);
-- session app
BEGIN;
SELECT count(*) FROM orders;
""",
        good="""
CREATE TABLE orders (id bigint PRIMARY KEY);
-- session app
SELECT count(*) FROM orders;
""",
        yields=("role postgres",),
        limits=Limits(idle_in_transaction_seconds=0),
        rehearse=False,
        why_not="the timeout is for sessions to come; the one that is idle now stays until it is ended",
    ),
)
