"""The planner takes random reads for four times as dear as others.

`random_page_cost = 4` describes turning disks. On SSDs and network storage a random read costs little more than another, and with 4 the planner
avoids index scans that would be faster.

Ignore it when the data lies on turning disks. What the storage is cannot be seen from the server: check before you change it. Small databases
are left out.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._settings import in_development, known, number, setting_bytes, setting_subject, show
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import change_setting

CODES = ("CPG-10",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_DISKS, _SOLID = 4.0, "1.1"


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when the ratio to seq_page_cost is that of disks and the data does not fit into shared_buffers."""
    setting, sequential = known(snapshot.postgres, "random_page_cost"), number(known(snapshot.postgres, "seq_page_cost")) or 1.0
    value, buffers = number(setting), setting_bytes(known(snapshot.postgres, "shared_buffers")) or 0
    if setting is None or value is None or value < _DISKS * sequential or in_development(snapshot, limits):
        return
    if limits.development_bytes and (snapshot.catalog.size_bytes or 0) <= buffers:
        return
    yield Finding(
        subject=setting_subject(setting.name),
        title=f"random_page_cost is {value:g}, as for turning disks",
        claim=f"random_page_cost is {value:g}: on SSDs the planner then avoids index scans that would be faster.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_settings: {setting.value}, from {setting.source}", show(setting.name)),),
        change=replace(
            change_setting(setting, _SOLID),
            assumptions=("the data lies on SSDs or comparable storage",),
            hazards=("plans change: compare the slowest statements before and after",),
        ),
        severity=Severity.NOTICE,
        confidence=Confidence.POSSIBLE,
        weight=0.6,
        benefit="the planner's costs fit the storage",
    )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="SELECT 1;",
        good="ALTER SYSTEM SET random_page_cost = 1.5;",
        yields=("setting random_page_cost",),
        limits=Limits(development_bytes=0),
    ),
)
