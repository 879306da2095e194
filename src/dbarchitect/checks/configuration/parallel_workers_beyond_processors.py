"""One statement may start more parallel workers than there are processors.

The workers then wait for each other, and one report slows down everybody else.

Ignore it when the processors were counted wrongly: in a container, look at its limit.
"""

from collections.abc import Iterator

from dbarchitect.checks._settings import known, number, setting_subject, show
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import change_setting

CODES = ("CPG-13",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_DEFAULT = 2


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when more workers per statement are allowed than there are processors, and more than the default."""
    setting = known(snapshot.postgres, "max_parallel_workers_per_gather")
    value, most = number(setting), number(known(snapshot.postgres, "max_parallel_workers"))
    processors = snapshot.postgres.host.processors if snapshot.postgres and snapshot.postgres.host else None
    if setting is None or value is None or most is None or not processors or min(value, most) <= max(processors, _DEFAULT):
        return
    wanted = max(_DEFAULT, processors // 2)
    yield Finding(
        subject=setting_subject(setting.name),
        title=f"{value:.0f} parallel workers per statement on {processors} processors",
        claim=f"max_parallel_workers_per_gather is {value:.0f} (max_parallel_workers {most:.0f}) on {processors} processors: one statement can take all of them.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_settings: {setting.value}; {processors} processors", show(setting.name)),),
        change=change_setting(setting, str(wanted)),
        severity=Severity.NOTICE,
        confidence=Confidence.LIKELY,
        weight=0.5,
        benefit="one statement leaves processors to the others",
    )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="ALTER SYSTEM SET max_parallel_workers_per_gather = 1000; ALTER SYSTEM SET max_parallel_workers = 1000;",
        good="SELECT 1;",
        yields=("setting max_parallel_workers_per_gather",),
    ),
)
