"""No copy of the data is being kept up to date, as far as the server shows.

There is no standby, no replication slot, and the WAL is not archived. When the machine is lost, everything since the last full backup is lost
with it.

Ignore it when the storage is replicated or copied by other means. Dumps and snapshots of volumes cannot be seen from here. Small databases are
left out.
"""

from collections.abc import Iterator

from dbarchitect.checks._settings import in_development, is_off, known
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, server_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("OPS-20", "OPS-21")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
# vendors that back up outside of the server leave settings of these names
_MANAGED = ("rds.", "cloudsql.", "azure.", "alloydb.", "aurora", "neon.", "supautils.")


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for a primary without archive, standby and slot."""
    facts = snapshot.postgres
    if facts is None or facts.in_recovery or facts.replicas or facts.slots or in_development(snapshot, limits):
        return
    if not is_off(known(facts, "archive_mode")) or any(s.name.startswith(_MANAGED) for s in facts.settings):
        return
    yield Finding(
        subject=server_subject("copies"),
        title="no standby and no WAL archive",
        claim="archive_mode is off and neither a standby nor a replication slot is there: changes since the last full backup exist on this machine alone.",
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED,
                "archive_mode off, pg_stat_replication and pg_replication_slots empty",
                "SELECT current_setting('archive_mode'), (SELECT count(*) FROM pg_stat_replication), (SELECT count(*) FROM pg_replication_slots)",
            ),
        ),
        change=advice(
            ChangeKind.CONFIGURATION,
            "Set up continuous archiving with a tool that is made for it (pgBackRest, Barman, WAL-G), add a standby when minutes of downtime matter, and try a "
            "restore.",
            risk=Risk.MEDIUM,
        ),
        severity=Severity.NOTICE,
        confidence=Confidence.POSSIBLE,
        weight=0.9,
        benefit="the loss of the machine loses seconds or minutes, not a day",
    )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="SELECT 1;",
        good="SELECT pg_create_physical_replication_slot('dbarchitect_standby');",
        yields=("server copies",),
        limits=Limits(development_bytes=0),
    ),
)
