"""Sessions: which look like an application, and how long they have been at it."""

from datetime import datetime

from dbarchitect.model.postgres import PostgresFacts, Session
from dbarchitect.model.snapshot import Snapshot

# client programs of people and of maintenance; what a session calls itself is all that can be seen
_BY_HAND = ("psql", "pgcli", "pgadmin", "dbeaver", "datagrip", "pg_dump", "pg_restore", "pg_basebackup", "pg_receivewal", "pgbackrest",
            "barman", "walreceiver", "dbarchitect", "pg_cron", "check_postgres", "postgres_exporter", "pgbench", "vacuumdb")  # fmt: skip


def clients(facts: PostgresFacts | None) -> list[Session]:
    """The client sessions."""
    return [s for s in facts.sessions if s.backend_type == "client backend"] if facts else []


def looks_like_application(session: Session) -> bool:
    """True for a client session that is not known as a tool for people or maintenance."""
    return session.user is not None and not session.application.lower().startswith(_BY_HAND)


def application_sessions(facts: PostgresFacts | None, role: str) -> list[Session]:
    """A role's sessions that look like an application."""
    return [s for s in clients(facts) if s.user == role and looks_like_application(s)]


def seconds_since(snapshot: Snapshot, moment: datetime | None) -> float:
    """Seconds from a moment to the reading; 0 when unknown."""
    return max(0.0, (snapshot.taken_at - moment).total_seconds()) if moment else 0.0


def in_time(seconds: float) -> str:
    """`42 s`, `3.5 min`, `7.2 h`, `12 d`."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.0f} s"


def named(session: Session) -> str:
    """`pid 4711 (app, shop-web)`."""
    return f"pid {session.pid} ({', '.join(p for p in (session.user or 'unknown', session.application) if p)})"
