"""The server's version gets no more fixes.

The PostgreSQL project fixes a major version for five years. After that, faults that lose data and holes that are made public stay open.

Ignore it when a vendor has promised longer support in writing.
"""

from collections.abc import Iterator
from datetime import date

from dbarchitect.checks._counts import counted
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, server_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SEC-26",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
# https://www.postgresql.org/support/versioning/
LAST_RELEASE = {
    10: date(2022, 11, 10),
    11: date(2023, 11, 9),
    12: date(2024, 11, 21),
    13: date(2025, 11, 13),
    14: date(2026, 11, 12),
    15: date(2027, 11, 11),
    16: date(2028, 11, 9),
    17: date(2029, 11, 8),
    18: date(2030, 11, 14),
}
_NOTICE_DAYS = 180


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding from half a year before the version's last release on."""
    version, today = snapshot.catalog.version, snapshot.taken_at.date()
    end = LAST_RELEASE.get(version.major)
    if end is None or (end - today).days > _NOTICE_DAYS:
        return
    past = end <= today
    words = f"had its last fixes on {end}" if past else f"gets its last fixes on {end}, in {counted((end - today).days, 'day')}"
    yield Finding(
        subject=server_subject("version"),
        title=f"PostgreSQL {version.major} {'is' if past else 'soon is'} out of support",
        claim=f"The server runs PostgreSQL {version}, which {words}.",
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED,
                f"server_version is {version}; the project's versioning policy names {end}",
                "SHOW server_version",
            ),
        ),
        change=advice(
            ChangeKind.MIGRATION,
            "Plan the upgrade to a current major version: pg_upgrade --link in minutes, or logical replication with almost none. Rehearse it on a copy.",
            risk=Risk.HIGH,
        ),
        severity=Severity.WARNING if past else Severity.NOTICE,
        benefit="faults and holes that become known are fixed again",
    )


EXAMPLES: tuple[Example, ...] = ()
UNSHOWN = "the servers of the examples are of supported versions"
