"""Pages carry no checksums.

A page that the disk, the controller or the memory has changed is then read as if it were right, copied to standbys and into backups, and
noticed when it is too late. Version 18 switches checksums on for new clusters.

Ignore it on file systems that check what they read, such as ZFS. Small databases are left out.
"""

from collections.abc import Iterator

from dbarchitect.checks._settings import in_development, is_off, known, setting_subject, show
from dbarchitect.model.change import ChangeKind, Risk, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("OPS-21",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when the cluster has none."""
    setting = known(snapshot.postgres, "data_checksums")
    if setting is None or not is_off(setting) or in_development(snapshot, limits):
        return
    yield Finding(
        subject=setting_subject(setting.name),
        title="pages carry no checksums",
        claim="data_checksums is off: a page that storage or memory has changed is read as if it were right.",
        evidence=(Evidence(EvidenceKind.OBSERVED, "pg_settings: off", show(setting.name)),),
        change=advice(
            ChangeKind.CONFIGURATION,
            "Stop the server and run pg_checksums --enable (it reads and writes every file), on a standby first, then fail over to it.",
            risk=Risk.HIGH,
            verify=Verification("SELECT current_setting('data_checksums')", "on"),
        ),
        severity=Severity.NOTICE,
        weight=0.5,
        benefit="a damaged page is noticed when it is read",
    )


EXAMPLES: tuple[Example, ...] = ()
UNSHOWN = "checksums are chosen when a cluster is made; the servers of the examples have them"
