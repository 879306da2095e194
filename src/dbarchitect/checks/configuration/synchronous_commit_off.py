"""The server reports commits that are not on disk yet.

With `synchronous_commit = off` for everybody, a crash loses the transactions of the last moments (up to three times wal_writer_delay, 0.6
seconds by default) although clients were told that they are committed. The data stays consistent.

Ignore it when nothing is written that may not be lost. Where only some writes may be, set it for those roles or transactions.
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
    """One finding when it is off for the whole server."""
    setting = known(snapshot.postgres, "synchronous_commit")
    if setting is None or not is_off(setting) or setting.source in ("database", "user", "database user"):
        return
    yield Finding(
        subject=setting_subject(setting.name),
        title="commits are reported before they are on disk",
        claim=f"synchronous_commit is off for the whole server, from {setting.source}: a crash loses transactions that clients believe to be committed.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_settings: off, from {setting.source}", show(setting.name)),),
        change=replace(
            change_setting(setting, "on"),
            hazards=("each commit waits for the disk: small transactions take longer",),
        ),
        severity=Severity.WARNING,
        weight=0.8,
        benefit="what was committed survives a crash",
    )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="ALTER SYSTEM SET synchronous_commit = off;",
        good="ALTER SYSTEM SET synchronous_commit = on; ALTER ROLE postgres SET synchronous_commit = off;",
        yields=("setting synchronous_commit",),
    ),
)
