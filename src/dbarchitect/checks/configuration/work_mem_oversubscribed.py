"""The sessions together may use more memory than the machine has.

Each sort or hash of each statement may take `work_mem`. When all connections do so at once, the operating system runs out of memory and kills
the server, or everything slows down in swap.

Ignore it when a pool keeps the number of busy connections far below max_connections.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._settings import known, megabytes, memory, number, setting_bytes, setting_subject
from dbarchitect.checks._weigh import in_bytes
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import change_setting

CODES = ("CPG-03", "OPS-24")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_DEFAULT_BYTES = 4 * 1024**2
_LEFT_FOR_SYSTEM = 0.25


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when shared_buffers and one work_mem for each connection exceed the memory."""
    facts, total = snapshot.postgres, memory(snapshot)
    setting, buffers = known(facts, "work_mem"), setting_bytes(known(facts, "shared_buffers"))
    size, connections = setting_bytes(setting), number(known(facts, "max_connections"))
    if setting is None or not size or not connections or not total or buffers is None or size <= _DEFAULT_BYTES:
        return
    worst = buffers + int(connections * size)
    if worst <= total:
        return
    wanted = max(_DEFAULT_BYTES, ((1 - _LEFT_FOR_SYSTEM) * total - buffers) / connections)
    yield Finding(
        subject=setting_subject(setting.name),
        title=f"work_mem of {in_bytes(size)} × {connections:.0f} connections exceeds the memory",
        claim=f"shared_buffers ({in_bytes(buffers)}) and one sort of work_mem ({in_bytes(size)}) in each of {connections:.0f} connections come to {in_bytes(worst)}; "
        f"the machine has {in_bytes(total)}.",
        evidence=(
            Evidence(
                EvidenceKind.ESTIMATED,
                f"{in_bytes(buffers)} + {connections:.0f} × {in_bytes(size)} = {in_bytes(worst)}, at one sort or hash per connection",
                "SELECT name, setting, unit FROM pg_settings WHERE name IN ('work_mem', 'max_connections', 'shared_buffers')",
            ),
        ),
        change=replace(
            change_setting(setting, megabytes(wanted)),
            hazards=(
                "large sorts and hashes go to temporary files: give the roles that need it more by ALTER ROLE … SET work_mem",
            ),
        ),
        severity=Severity.WARNING,
        confidence=Confidence.POSSIBLE,
        weight=0.8,
        benefit="the sessions fit into the memory",
    )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="ALTER SYSTEM SET work_mem = '64GB';",
        good="ALTER SYSTEM SET work_mem = '5MB';",
        yields=("setting work_mem",),
    ),
)
