"""WAL is not being archived.

`archive_command` fails. The archive has a gap from there on, a restore ends before it, and the server keeps all WAL until the disk is full.

Ignore it when it failed once and has succeeded since; that is not reported.
"""

from collections.abc import Iterator

from dbarchitect.checks._sessions import in_time, seconds_since
from dbarchitect.model.change import ChangeKind, Risk, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, server_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("OPS-21",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_BETTER = "SELECT coalesce(last_archived_time > last_failed_time, last_failed_time IS NULL) FROM pg_stat_archiver"


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when the last attempt failed."""
    server = snapshot.postgres.server if snapshot.postgres else None
    if server is None or server.last_archive_failed is None:
        return
    if server.last_archived is not None and server.last_archived >= server.last_archive_failed:
        return
    ago = in_time(seconds_since(snapshot, server.last_archive_failed))
    success = (
        f"the last success was {in_time(seconds_since(snapshot, server.last_archived))} ago"
        if server.last_archived
        else "none has ever succeeded"
    )
    yield Finding(
        subject=server_subject("archiver"),
        title="WAL archiving fails",
        claim=f"The last attempt to archive WAL failed {ago} ago ({server.archive_failed_count or 0:,} failures counted); {success}.",
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED, f"pg_stat_archiver: last failure {ago} ago, {success}", "SELECT * FROM pg_stat_archiver"
            ),
        ),
        change=advice(
            ChangeKind.MAINTENANCE,
            "Read the error of archive_command in the server's log, mend the command or its target, wait until last_archived_time passes last_failed_time, then "
            "make a new full backup if WAL was lost.",
            risk=Risk.MEDIUM,
            verify=Verification(_BETTER, "t"),
        ),
        severity=Severity.CRITICAL,
        weight=0.9,
        benefit="restores reach the present again, and the disk of pg_wal empties",
    )


EXAMPLES: tuple[Example, ...] = ()
UNSHOWN = "archive_mode needs a restart, after which a script of an example cannot make it fail"
