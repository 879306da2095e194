"""A crash can leave half-written pages that recovery cannot mend.

With `full_page_writes = off` a page of which only a part reached the disk when the machine failed stays damaged: recovery has changes to
apply, but no whole page to apply them to.

Ignore it on file systems that never write half a page, such as ZFS, and for servers whose data can be made again.
"""

from collections.abc import Iterator
from dataclasses import replace

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
    """One finding when full_page_writes is off."""
    setting = known(snapshot.postgres, "full_page_writes")
    if setting is None or not is_off(setting):
        return
    yield Finding(
        subject=setting_subject(setting.name),
        title="full_page_writes is off",
        claim=f"full_page_writes is off, from {setting.source}: a page that is half written when the machine fails cannot be recovered.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_settings: off, from {setting.source}", show(setting.name)),),
        change=replace(change_setting(setting, "on"), hazards=("more WAL is written after each checkpoint",)),
        severity=Severity.CRITICAL,
        weight=1.0,
        benefit="recovery has a whole page to start from",
    )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="ALTER SYSTEM SET full_page_writes = off;",
        good="ALTER SYSTEM SET full_page_writes = on;",
        yields=("setting full_page_writes",),
    ),
)
