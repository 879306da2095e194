"""Pages were read whose checksums were wrong.

The storage, the controller or the memory has changed data. What else it has changed is not known yet.

Do not ignore it. The counter stays until the statistics are reset, also when the page was mended since.
"""

from collections.abc import Iterator

from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, server_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("OPS-21", "IDX-26")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when any failure was counted."""
    failures = snapshot.postgres.database.checksum_failures if snapshot.postgres and snapshot.postgres.database else None
    if not failures:
        return
    yield Finding(
        subject=server_subject("checksums"),
        title=f"{failures:,} damaged pages were read",
        claim=f"The server has counted {failures:,} pages of this database whose checksum was wrong.",
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED,
                f"pg_stat_database.checksum_failures is {failures:,}",
                "SELECT checksum_failures, checksum_last_failure FROM pg_stat_database WHERE datname = current_database()",
            ),
        ),
        change=advice(
            ChangeKind.MAINTENANCE,
            "Copy the data folder before anything else, check disk and memory, find the pages in the server's log, and restore them from a backup or fail over to "
            "a standby whose pages are sound (pg_amcheck tells).",
            risk=Risk.HIGH,
        ),
        severity=Severity.CRITICAL,
        weight=1.0,
        benefit="the damage does not spread into backups",
    )


EXAMPLES: tuple[Example, ...] = ()
UNSHOWN = "an example cannot damage a page without damaging the server for the others"
