"""Nearly all connections are in use.

When the last one is taken, everybody else is turned away: "sorry, too many clients already". Each connection is a process with memory of
its own, so that raising the limit only moves the wall; a pool keeps few connections busy.

Ignore it when a pool in front of the server opens that many on purpose and no more.
"""

from collections.abc import Iterator

from dbarchitect.checks._sessions import clients
from dbarchitect.checks._settings import known, number, setting_subject
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.postgres import PostgresFacts
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("OPS-11",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def usable_connections(facts: PostgresFacts | None) -> float | None:
    """Connections that an ordinary role can get; None when the settings are unknown."""
    limit = number(known(facts, "max_connections"))
    if limit is None:
        return None
    return (
        limit - (number(known(facts, "superuser_reserved_connections")) or 0) - (number(known(facts, "reserved_connections")) or 0)
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when the share in use is above the limit."""
    sessions, usable = clients(snapshot.postgres), usable_connections(snapshot.postgres)
    if not usable or len(sessions) < limits.connections_share * usable:
        return
    idle = sum(1 for s in sessions if s.state == "idle")
    users = sorted({s.user or "unknown" for s in sessions}, key=lambda u: -sum(1 for s in sessions if s.user == u))
    yield Finding(
        subject=setting_subject("max_connections"),
        title=f"{len(sessions) / usable:.0%} of the connections are in use",
        claim=f"{len(sessions)} of {usable:.0f} connections are in use, {idle} of them idle; most belong to {users[0]}. When they are gone, new clients are "
        "turned away.",
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED,
                f"{len(sessions)} client backends at {snapshot.taken_at:%Y-%m-%d %H:%M} UTC, {idle} idle",
                "SELECT usename, application_name, state, count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' GROUP BY 1, 2, 3 ORDER BY 4 DESC",
            ),
        ),
        change=advice(
            ChangeKind.CONFIGURATION,
            "Put a pool (PgBouncer in transaction mode, or the framework's own with a lower maximum) before the server, so that the sum of all pools stays "
            "below the limit; raise max_connections only when the machine has memory for it.",
            risk=Risk.MEDIUM,
        ),
        severity=Severity.CRITICAL if len(sessions) >= 0.95 * usable else Severity.WARNING,
        weight=0.9,
        benefit="clients are no longer turned away at peaks",
    )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="\n".join(f"-- session s{i}\nSELECT 1;" for i in range(12)),
        good="-- session one\nSELECT 1;",
        yields=("setting max_connections",),
        limits=Limits(connections_share=0.1),
    ),
)
