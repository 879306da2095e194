"""The server does not wait for its writes to reach the disk.

With `fsync = off` a crash of the operating system or a power cut can leave the whole cluster damaged beyond repair: all databases of the
server, not only the last transactions.

Ignore it for servers whose data can be made again, such as those of tests.
"""

from collections.abc import Iterator

from dbarchitect.checks._settings import is_off, known, setting_subject, show
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import change_setting

CODES = ("CPG-09",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when fsync is off."""
    setting = known(snapshot.postgres, "fsync")
    if setting is None or not is_off(setting):
        return
    yield Finding(
        subject=setting_subject(setting.name),
        title="fsync is off",
        claim=f"fsync is off, from {setting.source}: a power cut or crash of the machine can damage all databases of the server beyond repair.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_settings: off, from {setting.source}", show(setting.name)),),
        change=change_setting(setting, "on"),
        severity=Severity.CRITICAL,
        weight=1.0,
        benefit="what was committed survives a crash",
    )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="ALTER SYSTEM SET fsync = off;",
        good="ALTER SYSTEM SET fsync = on;",
        yields=("setting fsync",),
    ),
)
