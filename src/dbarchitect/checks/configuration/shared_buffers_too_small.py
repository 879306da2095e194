"""The server's cache is small for the machine and the data.

`shared_buffers` is where pages are kept between statements. The default of 128 MB is made to start anywhere; on a machine of its own a quarter
of the memory is the usual beginning.

Ignore it when other programs need the memory, or the whole database fits. Small databases are left out.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._settings import in_development, known, megabytes, memory, setting_bytes, setting_subject, show
from dbarchitect.checks._weigh import in_bytes
from dbarchitect.model.change import Change, ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.postgres import Setting
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.postgres_changes import change_setting

CODES = ("CPG-01",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_DEFAULT_BYTES = 128 * 1024**2
_SMALL_SHARE, _GOOD_SHARE = 0.1, 0.25


def _change(setting: Setting, total: int | None) -> Change:
    if total is None:
        return advice(
            ChangeKind.CONFIGURATION,
            "Set shared_buffers to about a quarter of the machine's memory, which could not be read, and restart the server.",
        )
    return replace(
        change_setting(setting, megabytes(_GOOD_SHARE * total)),
        assumptions=("the machine is there for this server",),
        hazards=("the server must be able to get that much shared memory at its restart",),
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when it is below a tenth of the memory, or the default where that is unknown, and the data is larger."""
    setting, data, total = known(snapshot.postgres, "shared_buffers"), snapshot.catalog.size_bytes or 0, memory(snapshot)
    size = setting_bytes(setting)
    if setting is None or size is None or in_development(snapshot, limits) or data <= size:
        return
    if size >= (_SMALL_SHARE * total if total else _DEFAULT_BYTES + 1):
        return
    beside = f"{size / total:.1%} of the machine's {in_bytes(total)}" if total else "the default"
    yield Finding(
        subject=setting_subject(setting.name),
        title=f"shared_buffers is {in_bytes(size)}",
        claim=f"shared_buffers is {in_bytes(size)}, {beside}, for a database of {in_bytes(data)}.",
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED,
                f"pg_settings: {setting.value} × {setting.unit}; pg_database_size {in_bytes(data)}",
                show(setting.name),
            ),
        ),
        change=_change(setting, total),
        severity=Severity.WARNING,
        confidence=Confidence.LIKELY if total else Confidence.POSSIBLE,
        weight=0.8,
        benefit="more pages stay in the server's own cache",
    )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="ALTER SYSTEM SET shared_buffers = '1MB'; CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 1000);",
        good="ALTER SYSTEM SET shared_buffers = '64MB'; CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 1000);",
        yields=("setting shared_buffers",),
        limits=Limits(development_bytes=1_000_000),
    ),
)
