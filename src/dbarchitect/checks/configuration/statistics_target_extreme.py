"""The planner keeps far fewer or far more values per column than is of use.

With a `default_statistics_target` far below 100 the planner knows little of skewed columns; above a thousand each ANALYZE reads millions of rows
and each planning compares thousands of values, for all columns alike.

Ignore it when measured plans need it; raise it for single columns instead (ALTER TABLE … ALTER COLUMN … SET STATISTICS).
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

CODES = ("CPG-12",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_LEAST, _MOST = 50, 2_000


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when the target is below 50 or above 2,000."""
    setting = known(snapshot.postgres, "default_statistics_target")
    value = number(setting)
    if setting is None or value is None or _LEAST <= value <= _MOST:
        return
    effect = "the planner knows little of skewed columns" if value < _LEAST else "ANALYZE and planning take long for every column"
    yield Finding(
        subject=setting_subject(setting.name),
        title=f"default_statistics_target is {value:.0f}",
        claim=f"default_statistics_target is {value:.0f} (default 100), from {setting.source}: {effect}.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_settings: {setting.value}", show(setting.name)),),
        change=change_setting(setting, "100" if value < _LEAST else "500"),
        severity=Severity.NOTICE,
        confidence=Confidence.LIKELY,
        weight=0.5,
        benefit="statistics of a size that serves most columns, from the next ANALYZE on",
    )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="ALTER SYSTEM SET default_statistics_target = 10;",
        good="ALTER SYSTEM SET default_statistics_target = 500;",
        yields=("setting default_statistics_target",),
    ),
    Example(
        Engine.POSTGRESQL,
        name="too many",
        bad="ALTER SYSTEM SET default_statistics_target = 10000;",
        good="SELECT 1;",
        yields=("setting default_statistics_target",),
    ),
)
