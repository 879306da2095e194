"""The planner believes that the machine caches little.

`effective_cache_size` tells the planner how much of the data is likely to be in memory, in the server's cache and the operating system's
together. When it is too low, index scans seem dearer than they are. It takes no memory.

Ignore it when many other programs share the machine. Small databases are left out.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._settings import in_development, known, megabytes, memory, setting_bytes, setting_subject, show
from dbarchitect.checks._weigh import in_bytes
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import change_setting

CODES = ("CPG-02",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_SMALL_SHARE, _GOOD_SHARE = 0.4, 0.65


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when it is below shared_buffers, or far below the machine's memory and the data is larger."""
    setting, total = known(snapshot.postgres, "effective_cache_size"), memory(snapshot)
    size, buffers = setting_bytes(setting), setting_bytes(known(snapshot.postgres, "shared_buffers"))
    if setting is None or size is None or in_development(snapshot, limits):
        return
    below_buffers = buffers is not None and size < buffers
    below_memory = total is not None and size < _SMALL_SHARE * total and (snapshot.catalog.size_bytes or 0) > size
    if not (below_buffers or below_memory):
        return
    wanted = _GOOD_SHARE * total if total else 3 * (buffers or 0)
    beside = f"of {in_bytes(total)} of memory" if total else f"less than shared_buffers ({in_bytes(buffers or 0)})"
    yield Finding(
        subject=setting_subject(setting.name),
        title=f"effective_cache_size is {in_bytes(size)}",
        claim=f"effective_cache_size is {in_bytes(size)}, {beside}: the planner takes index scans for dearer than they are.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_settings: {setting.value} × {setting.unit}", show(setting.name)),),
        change=replace(
            change_setting(setting, megabytes(wanted)), hazards=("plans change: compare the slowest statements before and after",)
        ),
        severity=Severity.NOTICE,
        confidence=Confidence.LIKELY,
        weight=0.5,
        benefit="the planner's costs fit the machine",
    )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="ALTER SYSTEM SET effective_cache_size = '8MB';",
        good="ALTER SYSTEM SET effective_cache_size = '4000GB';",
        yields=("setting effective_cache_size",),
        limits=Limits(development_bytes=0),
    ),
)
