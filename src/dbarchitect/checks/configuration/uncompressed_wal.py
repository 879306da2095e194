"""Much WAL is written, and whole pages in it are not compressed.

After each checkpoint the first change of a page writes the whole page to the WAL. Compressed, these pages take a half or less of the room on
disk, on the network to standbys and in the archive, for a little processor time.

Ignore it when the processor is the limit, or the file system compresses.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._sessions import seconds_since
from dbarchitect.checks._settings import is_off, known, setting_subject, show
from dbarchitect.checks._weigh import in_bytes
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import change_setting

CODES = ("CPG-07",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when it is off and more WAL than the limit is written a day."""
    setting, server = known(snapshot.postgres, "wal_compression"), snapshot.postgres.server if snapshot.postgres else None
    if setting is None or not is_off(setting) or server is None or not server.wal_bytes or server.wal_reset is None:
        return
    days = seconds_since(snapshot, server.wal_reset) / 86_400
    rate = server.wal_bytes / max(days, 1 / 24)  # an hour at least: a burst is not a day
    if rate < limits.wal_bytes_per_day:
        return
    yield Finding(
        subject=setting_subject(setting.name),
        title=f"{in_bytes(int(rate))} of WAL a day without compression",
        claim=f"The server writes about {in_bytes(int(rate))} of WAL a day, and wal_compression is off.",
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED,
                f"pg_stat_wal: {in_bytes(server.wal_bytes)} in {days:.2g} days; wal_compression off",
                show(setting.name)
                if snapshot.catalog.version.major < 14
                else "SELECT wal_bytes, wal_fpi, stats_reset FROM pg_stat_wal",
            ),
        ),
        change=replace(
            change_setting(setting, "on"),
            hazards=("compressing takes processor time; lz4, where the server was built with it, takes less",),
        ),
        severity=Severity.NOTICE,
        confidence=Confidence.LIKELY,
        benefit="whole pages take less room in the WAL",
    )


_WRITE = "CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 20000); SELECT pg_stat_force_next_flush(); SELECT pg_sleep(0.2);"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_WRITE,
        good="ALTER SYSTEM SET wal_compression = pglz; SELECT pg_reload_conf();" + _WRITE,
        yields=("setting wal_compression",),
        limits=Limits(wal_bytes_per_day=1_000_000),
    ),
)
