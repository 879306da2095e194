"""Checkpoints write in a burst instead of spreading their work.

With `checkpoint_completion_target` below 0.9 the pages of a checkpoint are written in a shorter part of the interval than they could be, and
statements wait for the busy disk. Version 14 raised the default from 0.5 to 0.9.

Ignore it on disks that never wait. Small databases are left out.
"""

from collections.abc import Iterator

from dbarchitect.checks._settings import in_development, known, number, setting_subject, show
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import change_setting

CODES = ("CPG-08",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_TARGET = 0.9


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when the target is below 0.9."""
    setting = known(snapshot.postgres, "checkpoint_completion_target")
    value = number(setting)
    if setting is None or value is None or value >= _TARGET or in_development(snapshot, limits):
        return
    yield Finding(
        subject=setting_subject(setting.name),
        title=f"checkpoints write within {value:.0%} of their interval",
        claim=f"checkpoint_completion_target is {setting.value}: each checkpoint writes its pages within {value:.0%} of the interval instead of 90%.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_settings: {setting.value}, from {setting.source}", show(setting.name)),),
        change=change_setting(setting, str(_TARGET)),
        severity=Severity.NOTICE,
        confidence=Confidence.LIKELY,
        benefit="writes are spread more evenly",
    )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="ALTER SYSTEM SET checkpoint_completion_target = 0.5;",
        good="SELECT 1;",
        yields=("setting checkpoint_completion_target",),
        limits=Limits(development_bytes=0),
    ),
)
