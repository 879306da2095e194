"""Autovacuum is switched off for the whole server.

Nothing removes dead rows, keeps the planner's statistics up to date or freezes old rows until the server is in danger of stopping:
tables and indexes grow and plans get worse. Without track_counts autovacuum does not know what to do either.

Ignore it while a bulk load is running, and switch it on afterwards.
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

CODES = ("OPS-03", "CPG-17")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each of the two settings that is off."""
    for name in ("autovacuum", "track_counts"):
        setting = known(snapshot.postgres, name)
        if setting is None or not is_off(setting):
            continue
        yield Finding(
            subject=setting_subject(name),
            title=f"{name} is off",
            claim=f"{name} is off, from {setting.source}: dead rows stay, statistics grow old and rows are frozen only in an emergency, in all databases.",
            evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_settings: off, from {setting.source}", show(name)),),
            change=change_setting(setting, "on"),
            severity=Severity.CRITICAL,
            weight=1.0,
            benefit="tables are vacuumed and analysed as they change",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="ALTER SYSTEM SET autovacuum = off; SELECT pg_reload_conf(); SELECT pg_sleep(0.2);",
        good="SELECT 1;",
        yields=("setting autovacuum",),
    ),
)
