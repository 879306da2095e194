"""The server admits far more connections than it has processors for.

Each connection is a process. Beyond some tens per processor they wait for each other and not for work, and a storm of clients takes the
memory. A pool in front lets many clients share few connections.

Ignore it when nearly all connections are always idle and the memory suffices.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted
from dbarchitect.checks._sessions import clients
from dbarchitect.checks._settings import known, number, setting_subject, show
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("CPG-05", "OPS-12")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_PER_PROCESSOR = 50
_MANY = 500


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when there are more than 500 and more than 50 for each processor."""
    setting = known(snapshot.postgres, "max_connections")
    value = number(setting)
    processors = snapshot.postgres.host.processors if snapshot.postgres and snapshot.postgres.host else None
    if setting is None or value is None or processors is None or value <= max(_MANY, _PER_PROCESSOR * processors):
        return
    sessions = clients(snapshot.postgres)
    busy = sum(1 for s in sessions if s.state == "active")
    yield Finding(
        subject=setting_subject(setting.name),
        title=f"max_connections is {value:.0f} on {processors} processors",
        claim=f"max_connections is {value:.0f} on a machine with {processors} processors; {counted(len(sessions), 'session')} open and {busy} of them busy at the reading.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_settings: {setting.value}; {processors} processors", show(setting.name)),),
        change=advice(
            ChangeKind.CONFIGURATION,
            "Put a pool such as PgBouncer in transaction mode before the server, then lower max_connections to a few per processor and some for administration "
            "(takes a restart).",
            risk=Risk.MEDIUM,
        ),
        severity=Severity.NOTICE,
        confidence=Confidence.LIKELY,
        weight=0.6,
        benefit="a storm of clients waits in the pool instead of taking the server's memory",
    )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        # 50 for each processor of any machine that runs this
        bad="ALTER SYSTEM SET max_connections = 9000;",
        good="ALTER SYSTEM SET max_connections = 300;",
        yields=("setting max_connections",),
    ),
)
