"""A two-phase transaction was prepared and never ended.

It survives restarts, keeps its locks and holds back the removal of dead rows until somebody commits or rolls it back. Usually the
transaction manager that prepared it died or forgot it.

Ignore it when the transaction manager is known to come back.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted
from dbarchitect.checks._sessions import in_time, seconds_since
from dbarchitect.model.change import ChangeKind, Risk, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, global_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.postgres_changes import literal

CODES = ("OPS-14",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each prepared transaction beyond the limit."""
    for prepared in snapshot.postgres.prepared_transactions if snapshot.postgres else ():
        age = seconds_since(snapshot, prepared.prepared)
        if age < limits.prepared_transaction_seconds:
            continue
        gid = literal(prepared.identity)
        yield Finding(
            subject=global_subject(SubjectKind.SESSION, f"prepared {prepared.identity}"),
            title=f"transaction {prepared.identity} was prepared {in_time(age)} ago and left open",
            claim=f"{prepared.owner} prepared {prepared.identity} in {prepared.database} {in_time(age)} ago; it keeps its locks and holds VACUUM back by "
            f"{counted(prepared.age, 'transaction')}.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"pg_prepared_xacts: prepared {prepared.prepared:%Y-%m-%d %H:%M} UTC",
                    "SELECT * FROM pg_prepared_xacts",
                ),
            ),
            change=advice(
                ChangeKind.MAINTENANCE,
                f"Ask the transaction manager whether the whole was committed, then run COMMIT PREPARED {gid} or ROLLBACK PREPARED {gid} in {prepared.database}.",
                risk=Risk.HIGH,
                verify=Verification(f"SELECT NOT EXISTS (SELECT FROM pg_prepared_xacts WHERE gid = {gid})", "t"),
            ),
            severity=Severity.WARNING if age < 86_400 else Severity.CRITICAL,
            weight=0.7,
            benefit="its locks are given back and vacuum can go on",
        )


_OPEN = "CREATE TABLE orders (id bigint); BEGIN; INSERT INTO orders VALUES (1); PREPARE TRANSACTION 'order-1';"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_OPEN,
        good=_OPEN + "COMMIT PREPARED 'order-1';",
        yields=("session prepared order-1",),
        limits=Limits(prepared_transaction_seconds=0),
    ),
)
