"""Connections live for a moment only.

To open a connection the server starts a process, checks the password (SCRAM is slow on purpose) and builds its caches: milliseconds that
every request pays again. A pool keeps connections open.

Ignore it when the sessions are those of scripts and checks.
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

CODES = ("OPS-12",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when many sessions lasted for less than the limit on average."""
    activity = snapshot.postgres.database if snapshot.postgres else None
    if activity is None or not activity.sessions or activity.session_ms is None or activity.sessions < limits.sessions:
        return
    mean_ms = activity.session_ms / activity.sessions
    if mean_ms >= limits.short_session_ms:
        return
    yield Finding(
        subject=server_subject("connections"),
        title=f"connections live for {mean_ms:.0f} ms on average",
        claim=f"{activity.sessions:,} sessions of this database lasted {mean_ms:.0f} ms on average: clients connect for each request.",
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED,
                f"pg_stat_database: sessions {activity.sessions:,}, session_time {activity.session_ms:,.0f} ms",
                "SELECT sessions, session_time, stats_reset FROM pg_stat_database WHERE datname = current_database()",
            ),
        ),
        change=advice(
            ChangeKind.CONFIGURATION,
            "Let the application keep its connections (its framework's pool), or put PgBouncer between it and the server.",
        ),
        severity=Severity.WARNING,
        confidence=Confidence.LIKELY,
        benefit="requests no longer wait for a new process and a login",
    )


_CONNECT = """
CREATE EXTENSION dblink;
DO $$ DECLARE place text := format('host=%s port=%s dbname=%s user=postgres', trim('"' FROM current_setting('unix_socket_directories')), current_setting('port'),
    current_database());
BEGIN FOR i IN 1..{times} LOOP PERFORM dblink_connect('a', place); PERFORM dblink_disconnect('a'); END LOOP; END $$;
SELECT pg_sleep(0.5);
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_CONNECT.format(times=60),
        good=_CONNECT.format(times=5),
        yields=("server connections",),
        limits=Limits(sessions=40),
    ),
)
