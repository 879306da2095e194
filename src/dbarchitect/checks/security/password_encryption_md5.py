"""New passwords are stored as MD5 hashes.

With `password_encryption = md5` each password that is set from now on is stored in a form that is enough to log in and quick to break.
SCRAM-SHA-256 has been the default since PostgreSQL 14.

Ignore it when a driver in use is older than SCRAM and cannot be replaced.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._settings import known, setting_subject, show
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import change_setting

CODES = ("CPG-19",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when the setting is md5, or on, as it was spelled before version 14."""
    setting = known(snapshot.postgres, "password_encryption")
    if setting is None or setting.value not in ("md5", "on"):
        return
    yield Finding(
        subject=setting_subject(setting.name),
        title="new passwords are stored as MD5",
        claim=f"password_encryption is {setting.value}: each password set from now on is stored as an MD5 hash, which is enough to log in.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_settings: {setting.value}, from {setting.source}", show(setting.name)),),
        change=replace(
            change_setting(setting, "scram-sha-256"), assumptions=("every client's driver knows SCRAM (libpq 10 and later)",)
        ),
        severity=Severity.WARNING,
        benefit="passwords that are set from then on are stored as SCRAM-SHA-256",
    )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="ALTER SYSTEM SET password_encryption = md5; SELECT pg_reload_conf(); SELECT pg_sleep(0.2);",
        good="SELECT 1;",
        yields=("setting password_encryption",),
    ),
)
