"""Old rows come close to the end of the transaction numbers.

Transaction numbers are used again after about two thousand million. Before that, VACUUM must freeze every row; when it does not get to it,
the server refuses all writes three million transactions before the end. The same holds for multixact numbers (locks shared by several
transactions). Autovacuum starts at 200 million by default: a table far beyond that is not being frozen.

Ignore it while a vacuum of the table is running and its age falls. Look for what stops it first: see `horizon_held_back`.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._settings import known, number
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import Table, TableKind
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, database_subject, table_subject
from dbarchitect.model.postgres import PostgresTable
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import literal, qualified, vacuum

CODES = ("OPS-01",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
NUMBERS = 2**31
_MOST = 20
_CRITICAL_SHARE = 0.5


def _age(facts: PostgresTable | None) -> int:
    """The oldest of the table's transaction and multixact ages, its TOAST table included."""
    return (
        max((a for a in (facts.frozen_xid_age, facts.toast_frozen_xid_age, facts.multixact_age) if a is not None), default=0)
        if facts
        else 0
    )


def _severity(age: int) -> Severity:
    return Severity.CRITICAL if age > _CRITICAL_SHARE * NUMBERS else Severity.WARNING


def _freeze(snapshot: Snapshot, table: Table, age: int) -> Change:
    change = vacuum(table.name, "FREEZE", since=snapshot.taken_at)
    name = literal(qualified(table.name))
    younger = f" AND coalesce((SELECT greatest(age(relfrozenxid), mxid_age(relminmxid)) < {age} FROM pg_class WHERE oid = to_regclass({name})), false)"
    verify = Verification((change.verify.sql if change.verify else "SELECT true") + younger, "t")
    return replace(
        change,
        verify=verify,
        duration=f"one read of the whole table and its indexes ({table_facts(snapshot, table)}), and a write of each page that is not frozen",
        hazards=(
            "it writes WAL for every page that it freezes",
            "an old open transaction, slot or prepared transaction keeps the age up",
        ),
        no_undo="freezing changes no data and no definition",
    )


def _tables(snapshot: Snapshot, limits: Limits) -> list[tuple[int, Table]]:
    aged = [(_age(snapshot.postgres_table(t.name)), t) for t in snapshot.catalog.tables if t.kind is TableKind.TABLE]
    return sorted(((a, t) for a, t in aged if a > limits.wraparound_share * NUMBERS), key=lambda pair: (-pair[0], pair[1].name))


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each of the oldest tables; one for the database when none of them explains its age."""
    old = _tables(snapshot, limits)
    for age, table in old[:_MOST]:
        yield Finding(
            subject=table_subject(table.name),
            title=f"{table.name.name} uses up {age / NUMBERS:.0%} of the transaction numbers",
            claim=f"The oldest rows of {table.name} ({table_facts(snapshot, table)}) were written {age:,} transactions ago, {age / NUMBERS:.1%} of the way to "
            "where the server stops all writes.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"greatest of age(relfrozenxid), that of its TOAST table and mxid_age(relminmxid) is {age:,}",
                    f"SELECT age(relfrozenxid), mxid_age(relminmxid) FROM pg_class WHERE oid = to_regclass({literal(qualified(table.name))})",
                ),
            ),
            change=_freeze(snapshot, table, age),
            severity=_severity(age),
            weight=max(0.5, share_of_database(snapshot, table)),
            benefit="its rows no longer hold the database back",
        )
    if not old:
        yield from _database(snapshot, limits)


def _database(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    activity = snapshot.postgres.database if snapshot.postgres else None
    started = number(known(snapshot.postgres, "autovacuum_freeze_max_age")) or 200_000_000
    age = max(activity.frozen_xid_age, activity.multixact_age) if activity else 0
    if age <= max(limits.wraparound_share * NUMBERS, started):
        return
    test = f"SELECT greatest(age(datfrozenxid), mxid_age(datminmxid)) < {age} FROM pg_database WHERE datname = current_database()"
    yield Finding(
        subject=database_subject(snapshot.catalog.database),
        title=f"the database uses up {age / NUMBERS:.0%} of the transaction numbers",
        claim=f"The oldest rows of the database were written {age:,} transactions ago although none of its own tables is that old: they stand in system catalogues.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"age(datfrozenxid) or mxid_age(datminmxid) is {age:,}", test),),
        change=Change(
            ChangeKind.MAINTENANCE, Strategy.STANDARD, (Step("VACUUM (FREEZE)", alone=True),), (), "SHARE UPDATE EXCLUSIVE on one table at a time",
            "one read of the whole database", Verification(test, "t"), risk=Risk.MEDIUM, no_undo="freezing changes no data and no definition",
        ),
        severity=_severity(age),
        weight=1.0,
        benefit="no rows hold the transaction numbers back",
    )  # fmt: skip


_OLD = """
CREATE TABLE orders (id bigint PRIMARY KEY);
INSERT INTO orders SELECT generate_series(1, 100);
DO $$ BEGIN FOR i IN 1..120 LOOP BEGIN INSERT INTO orders VALUES (1000 + i); EXCEPTION WHEN unique_violation THEN NULL; END; END LOOP; END $$;
"""
_LIMITS = Limits(wraparound_share=100 / NUMBERS)
EXAMPLES = (
    Example(Engine.POSTGRESQL, bad=_OLD, good=_OLD + "VACUUM (FREEZE) orders;", yields=("table public.orders",), limits=_LIMITS),
)
