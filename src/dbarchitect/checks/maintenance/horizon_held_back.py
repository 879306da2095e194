"""Something old keeps dead rows from being removed.

VACUUM may only remove rows that nobody can still see. An open transaction, a replication slot or a prepared transaction that is many
transactions old holds that horizon back for every table: dead rows pile up although vacuum runs.

Ignore it while a backup or a long report that is known to end is running.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dbarchitect.checks._sessions import in_time, named, seconds_since
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, Subject, SubjectKind, global_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("OPS-05",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


@dataclass(frozen=True, slots=True)
class _Holder:
    age: int
    subject: Subject
    what: str
    remedy: str
    repeat: str


def _holders(snapshot: Snapshot) -> Iterator[_Holder]:
    facts = snapshot.postgres
    if facts is None:
        return
    for s in facts.sessions:
        if s.horizon_age is not None:
            since = in_time(seconds_since(snapshot, s.transaction_start))
            who = global_subject(SubjectKind.SESSION, f"{s.user or 'unknown'} {s.application}".strip())
            remedy = f"Let the transaction end, or end its session: SELECT pg_terminate_backend({s.pid})."
            yield _Holder(
                s.horizon_age,
                who,
                f"{named(s)}, in a transaction for {since}",
                remedy,
                "SELECT pid, age(backend_xmin) FROM pg_stat_activity",
            )
    for slot in facts.slots:
        if slot.xmin_age is not None:
            remedy = f"Let its consumer catch up, or drop it: SELECT pg_drop_replication_slot('{slot.name}')."
            repeat = "SELECT slot_name, age(xmin), age(catalog_xmin) FROM pg_replication_slots"
            yield _Holder(
                slot.xmin_age, global_subject(SubjectKind.SLOT, slot.name), f"replication slot {slot.name}", remedy, repeat
            )
    for p in facts.prepared_transactions:
        who = global_subject(SubjectKind.SESSION, f"prepared {p.identity}")
        remedy = f"COMMIT PREPARED or ROLLBACK PREPARED '{p.identity}' in database {p.database}."
        yield _Holder(
            p.age, who, f"prepared transaction {p.identity}", remedy, "SELECT gid, age(transaction) FROM pg_prepared_xacts"
        )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for the oldest holder beyond the limit."""
    oldest = max((h for h in _holders(snapshot) if h.age >= limits.horizon_age_transactions), key=lambda h: h.age, default=None)
    if oldest is None:
        return
    yield Finding(
        subject=oldest.subject,
        title="the cleanup of dead rows is held back",
        claim=f"{oldest.what} holds the horizon of VACUUM {oldest.age:,} transactions back: rows that died since cannot be removed from any table.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"its xmin is {oldest.age:,} transactions old", oldest.repeat),),
        change=advice(ChangeKind.MAINTENANCE, oldest.remedy + " Then find out why it stayed open.", risk=Risk.MEDIUM),
        severity=Severity.CRITICAL if oldest.age >= 10 * limits.horizon_age_transactions else Severity.WARNING,
        weight=0.8,
        benefit="vacuum can remove what is dead",
    )


_BURN = "DO $$ BEGIN FOR i IN 1..60 LOOP BEGIN INSERT INTO orders VALUES (i); EXCEPTION WHEN unique_violation THEN NULL; END; END LOOP; END $$;"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=f"""
CREATE TABLE orders (id bigint);
-- session report
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM orders;
-- session main
{_BURN}
""",
        good=f"""
CREATE TABLE orders (id bigint);
-- session report
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM orders;
COMMIT;
-- session main
{_BURN}
""",
        yields=("session postgres report",),
        limits=Limits(horizon_age_transactions=50),
    ),
)
