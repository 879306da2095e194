"""The server's log keeps what explains slowness to itself.

Slow statements, waits for locks and spills to temporary files leave no trace unless they are logged. When something was slow last night,
there is then nothing to look at.

Ignore it when another tool collects the same. Small databases are left out.
"""

from collections.abc import Iterator

from dbarchitect.checks._settings import in_development, known
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, server_subject
from dbarchitect.model.postgres import Setting
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import change_settings

CODES = ("CPG-16", "OPS-27")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_WANTED = (
    ("log_min_duration_statement", "-1", "1000"),
    ("log_lock_waits", "off", "on"),
    ("log_temp_files", "-1", "10240"),
    ("track_io_timing", "off", "on"),
)
_ENOUGH = 2


def _silent(snapshot: Snapshot) -> list[tuple[Setting, str]]:
    """Settings that hide something, with the value that shows it."""
    loaded = known(snapshot.postgres, "shared_preload_libraries")
    explained = loaded is not None and "auto_explain" in loaded.value
    sampled = known(snapshot.postgres, "log_min_duration_sample")
    found = []
    for name, silent, value in _WANTED:
        setting = known(snapshot.postgres, name)
        covered = name == "log_min_duration_statement" and (explained or (sampled is not None and sampled.value != "-1"))
        if setting and setting.value == silent and not covered:
            found.append((setting, value))
    return found


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when at least two of them are silent on a database that matters."""
    silent = _silent(snapshot)
    if len(silent) < _ENOUGH or in_development(snapshot, limits):
        return
    names = ", ".join(f"{s.name} = {s.value}" for s, _ in silent)
    yield Finding(
        subject=server_subject("log"),
        title="slow statements and waits leave no trace",
        claim=f"The server logs too little to explain slowness afterwards: {names}.",
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED,
                f"pg_settings: {names}",
                "SELECT name, setting FROM pg_settings WHERE name LIKE 'log_%' OR name = 'track_io_timing'",
            ),
        ),
        change=change_settings(silent),
        severity=Severity.NOTICE,
        weight=0.4,
        benefit="statements over a second, waits over deadlock_timeout and spills over 10 MB are in the log",
    )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="SELECT 1;",
        good="ALTER SYSTEM SET log_min_duration_statement = '2s'; ALTER SYSTEM SET log_lock_waits = on; ALTER SYSTEM SET track_io_timing = on;",
        yields=("server log",),
        limits=Limits(development_bytes=0),
    ),
)
