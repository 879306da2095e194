"""Settings were changed and wait for a restart.

The files say one thing and the server does another. The next restart, perhaps after a crash at night, brings the change into force without
anybody looking.

Ignore it when the restart is planned.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted, is_are
from dbarchitect.model.change import ChangeKind, Risk, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, server_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("OPS-28",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for all settings that wait."""
    waiting = [s.name for s in (snapshot.postgres.settings if snapshot.postgres else ()) if s.pending_restart]
    if not waiting:
        return
    names = ", ".join(waiting)
    yield Finding(
        subject=server_subject("pending restart"),
        title=f"{counted(len(waiting), 'setting')} waiting for a restart",
        claim=f"{names} {'was' if len(waiting) == 1 else 'were'} changed in the server's files after its start and {is_are(len(waiting))} not in force.",
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED, f"pg_settings.pending_restart: {names}", "SELECT name FROM pg_settings WHERE pending_restart"
            ),
        ),
        change=advice(
            ChangeKind.CONFIGURATION,
            "Restart the server at a time of your choice, or take the change back, and look at what the new values do.",
            risk=Risk.MEDIUM,
            verify=Verification("SELECT NOT bool_or(pending_restart) FROM pg_settings", "t"),
        ),
        severity=Severity.NOTICE,
        benefit="the server does what its files say",
    )


# a line break inside ALTER SYSTEM keeps the restart away that the tests give other examples
_SET = "ALTER\nSYSTEM SET {name} = {value}; SELECT pg_reload_conf(); SELECT pg_sleep(0.3);"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_SET.format(name="max_connections", value="120"),
        good=_SET.format(name="work_mem", value="'5MB'"),
        yields=("server pending restart",),
    ),
)
