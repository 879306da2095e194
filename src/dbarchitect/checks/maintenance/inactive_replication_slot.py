"""A replication slot that nobody reads keeps the WAL.

The server may not remove WAL, nor dead rows of the catalogues, that a slot still needs. When its consumer is gone for good, the disk fills
up and the server stops.

Ignore it while the consumer is being repaired and there is room on the disk. Temporary slots are left out.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._sessions import in_time, seconds_since
from dbarchitect.checks._weigh import in_bytes
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, global_subject
from dbarchitect.model.postgres import ReplicationSlot
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import literal

CODES = ("OPS-19", "NEW-34")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def _rate(snapshot: Snapshot) -> float | None:
    """WAL bytes per hour since the counters were reset."""
    server = snapshot.postgres.server if snapshot.postgres else None
    hours = seconds_since(snapshot, server.wal_reset) / 3600 if server and server.wal_reset else 0
    return server.wal_bytes / hours if server and server.wal_bytes and hours >= 1 else None


def _change(slot: ReplicationSlot) -> Change:
    name = literal(slot.name)
    back = (
        f"SELECT pg_create_logical_replication_slot({name}, {literal(slot.plugin or '')})"
        if slot.kind == "logical"
        else f"SELECT pg_create_physical_replication_slot({name}, true)"
    )
    change = Change(
        ChangeKind.MAINTENANCE, Strategy.STANDARD, (Step(f"SELECT pg_drop_replication_slot({name})"),), (Step(back),), "none", "milliseconds",
        Verification(f"SELECT NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = {name})", "t"), risk=Risk.HIGH,
    )  # fmt: skip
    return replace(
        change,
        assumptions=("the consumer is gone for good",),
        hazards=("a consumer that comes back has to be built again from a full copy",),
        no_undo="a new slot of that name starts at the present position; what the old one kept is gone",
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each inactive slot that retains more WAL than the limit, or is lost."""
    rate = _rate(snapshot)
    for slot in snapshot.postgres.slots if snapshot.postgres else ():
        retained = slot.retained_bytes or 0
        if slot.active or slot.temporary or (retained < limits.slot_retained_bytes and slot.wal_status != "lost"):
            continue
        since = f" since {in_time(seconds_since(snapshot, slot.inactive_since))}" if slot.inactive_since else ""
        growth = f"; at the present rate it grows by {in_bytes(int(24 * rate))} a day" if rate else ""
        held = (
            "has lost the WAL that it needed and cannot be used again"
            if slot.wal_status == "lost"
            else f"keeps {in_bytes(retained)} of WAL{growth}"
        )
        yield Finding(
            subject=global_subject(SubjectKind.SLOT, slot.name),
            title=f"replication slot {slot.name} is read by nobody",
            claim=f"The {slot.kind} slot {slot.name} has been inactive{since} and {held}.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"pg_replication_slots: active false, wal_status {slot.wal_status}, {in_bytes(retained)} behind",
                    f"SELECT active, wal_status, restart_lsn FROM pg_replication_slots WHERE slot_name = {literal(slot.name)}",
                ),
            ),
            change=_change(slot),
            severity=Severity.CRITICAL if retained >= 10 * limits.slot_retained_bytes > 0 else Severity.WARNING,
            weight=0.7,
            benefit="the WAL can be removed",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="SELECT pg_create_physical_replication_slot('dbarchitect_gone', true);"
        "SELECT pg_create_logical_replication_slot('dbarchitect_feed', 'test_decoding');",
        good="SELECT pg_create_physical_replication_slot('dbarchitect_brief', true, true);",
        yields=("slot dbarchitect_gone", "slot dbarchitect_feed"),
        limits=Limits(slot_retained_bytes=0),
    ),
)
