"""Replication slots may keep WAL without limit.

With `max_slot_wal_keep_size = -1` a standby or consumer that stops reading fills the primary's disk, and the primary stops. With a limit the
slot is given up instead, and only that consumer has to be built again.

Ignore it when a consumer must never lose its place and the disk is watched. It is reported only where slots exist.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._counts import counted, is_are
from dbarchitect.checks._settings import known, setting_subject, show
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import change_setting

CODES = ("OPS-19", "CPG-07")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_LIMIT = "50GB"


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when there are lasting slots and no limit."""
    setting = known(snapshot.postgres, "max_slot_wal_keep_size")
    slots = [s for s in (snapshot.postgres.slots if snapshot.postgres else ()) if not s.temporary]
    if setting is None or setting.value != "-1" or not slots:
        return
    names = ", ".join(s.name for s in slots[:5])
    yield Finding(
        subject=setting_subject(setting.name),
        title="slots may keep WAL until the disk is full",
        claim=f"max_slot_wal_keep_size is -1 and there {is_are(len(slots))} {counted(len(slots), 'slot')} ({names}): when one of their consumers stops, WAL piles up until the disk is full.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_settings: -1; pg_replication_slots lists {names}", show(setting.name)),),
        change=replace(
            change_setting(setting, _LIMIT),
            assumptions=(f"{_LIMIT} fit on the disk of pg_wal beside what is there: choose a size that does",),
            hazards=("a slot that falls further behind is lost, and its consumer must be built again",),
        ),
        severity=Severity.NOTICE,
        benefit="a stopped consumer cannot stop the primary",
    )


_SLOT = "SELECT pg_create_physical_replication_slot('dbarchitect_standby');"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_SLOT,
        good="ALTER SYSTEM SET max_slot_wal_keep_size = '10GB';" + _SLOT,
        yields=("setting max_slot_wal_keep_size",),
    ),
)
