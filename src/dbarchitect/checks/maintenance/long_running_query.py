"""A statement has been running for a long time.

It holds its locks and its snapshot all the while: schema changes queue behind it, and everybody behind them. Often nobody waits for its
result any more.

Ignore it for reports, backups and maintenance that are known to take long.
"""

from collections.abc import Iterator

from dbarchitect.checks._sessions import clients, in_time, looks_like_application, named, seconds_since
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, global_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.postgres_changes import name

CODES = ("OPS-09",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each role and application: its longest running statement that waits for nobody."""
    seen: set[str] = set()
    for session in sorted(clients(snapshot.postgres), key=lambda s: -seconds_since(snapshot, s.query_start)):
        running = seconds_since(snapshot, session.query_start)
        subject = global_subject(SubjectKind.SESSION, f"{session.user or 'unknown'} {session.application}".strip())
        if (
            session.state != "active"
            or session.blocked_by
            or running < limits.long_query_seconds
            or not looks_like_application(session)
        ):
            continue
        if subject.key in seen:
            continue
        seen.add(subject.key)
        text = f": {session.query[:200]}" if session.query else ""
        yield Finding(
            subject=subject,
            title=f"a statement of {session.user} has been running for {in_time(running)}",
            claim=f"{named(session)} has been running one statement for {in_time(running)}{text}",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"pg_stat_activity at {snapshot.taken_at:%Y-%m-%d %H:%M} UTC: active since {in_time(running)}",
                    "SELECT pid, now() - query_start AS running, query FROM pg_stat_activity WHERE state = 'active' ORDER BY query_start",
                ),
            ),
            change=advice(
                ChangeKind.QUERY,
                f"If nobody waits for it, cancel it: SELECT pg_cancel_backend({session.pid}). Look at its plan, and give the role a limit that its work "
                f"allows: ALTER ROLE {name(session.user or '')} SET statement_timeout = …",
                risk=Risk.MEDIUM,
            ),
            severity=Severity.WARNING,
            confidence=Confidence.LIKELY,
            benefit="locks and snapshot are given back",
        )


_CONNECT = """
CREATE EXTENSION dblink;
-- session app
SELECT dblink_connect('a', format('host=%s port=%s dbname=%s user=postgres application_name=%s',
    trim('"' FROM current_setting('unix_socket_directories')), current_setting('port'), current_database(), 'report'));
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_CONNECT + "SELECT dblink_send_query('a', 'SELECT pg_sleep(20)'); SELECT pg_sleep(1.2);",
        good=_CONNECT + "SELECT dblink_send_query('a', 'SELECT pg_sleep(0.1)'); SELECT pg_sleep(1.2);",
        yields=("session postgres report",),
        limits=Limits(long_query_seconds=1),
    ),
)
