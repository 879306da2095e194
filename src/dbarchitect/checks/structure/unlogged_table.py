"""Unlogged table.

Its rows are not in the write-ahead log: after a crash of the server the table is empty, no replica has them, and a restore to a point in time does not
bring them back.

Ignore it for contents that can be made again at any time; tables named as caches, staging or temporary data are not reported.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import has_word
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import Persistence, Table, TableKind
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import ACCESS_EXCLUSIVE, advice
from dbarchitect.sql.identifiers import quote_literal, quote_qualified

CODES = ("SCH-28",)
ENGINES = (Engine.POSTGRESQL,)
PG = Engine.POSTGRESQL
_REPLACEABLE = frozenset(
    "cache caches cached staging stage stg tmp temp temporary scratch import imports load loading session sessions work buffer".split()
)


def _change(snapshot: Snapshot, table: Table) -> Change:
    name = quote_qualified(PG, table.name)
    others = [
        k.target
        for k in table.foreign_keys
        if k.target != table.name and (t := snapshot.table(k.target)) is not None and t.persistence is Persistence.UNLOGGED
    ]
    if others:
        return advice(
            ChangeKind.SCHEMA,
            f"{others[0]}, which it refers to, is unlogged too: set that one LOGGED first, then `ALTER TABLE {name} SET LOGGED`.",
        )
    verify = f"SELECT relpersistence = 'p' FROM pg_class WHERE oid = to_regclass({quote_literal(PG, name)})"
    return Change(
        ChangeKind.SCHEMA, Strategy.STANDARD, (Step(f"ALTER TABLE {name} SET LOGGED"),), (Step(f"ALTER TABLE {name} SET UNLOGGED"),),
        ACCESS_EXCLUSIVE, "as long as writing the table, its indexes and their WAL anew", Verification(verify, "t"),
        online=False, risk=Risk.MEDIUM, hazards=("from then on each write goes to the WAL and to the replicas",),
    )  # fmt: skip


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each unlogged table that does not say by its name that its contents are replaceable."""
    for table in snapshot.catalog.tables:
        if (
            table.persistence is not Persistence.UNLOGGED
            or table.kind is not TableKind.TABLE
            or has_word(table.name.name, _REPLACEABLE)
        ):
            continue
        yield Finding(
            subject=table_subject(table.name),
            title="unlogged table",
            claim=(
                f"{table.name} ({table_facts(snapshot, table)}) is unlogged: a crash of the server empties it, and no replica or backup of the "
                "WAL has its rows."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, "its persistence is unlogged"),),
            change=_change(snapshot, table),
            severity=Severity.WARNING,
            confidence=Confidence.LIKELY,
            weight=max(0.3, share_of_database(snapshot, table)),
            benefit="rows survive a crash and reach replicas",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE UNLOGGED TABLE payments (id bigint PRIMARY KEY, amount numeric); INSERT INTO payments VALUES (1, 2);",
        good="CREATE TABLE payments (id bigint PRIMARY KEY); CREATE UNLOGGED TABLE price_cache (id bigint PRIMARY KEY);",
        yields=("table public.payments",),
    ),
    Example(
        Engine.POSTGRESQL,
        name="two that refer to each other",
        bad="""
CREATE UNLOGGED TABLE orders (id bigint PRIMARY KEY);
CREATE UNLOGGED TABLE lines (id bigint PRIMARY KEY, order_id bigint REFERENCES orders);
""",
        good="CREATE TABLE orders (id bigint PRIMARY KEY);",
        yields=("table public.lines", "table public.orders"),
        rehearse=False,
        why_not="an unlogged table that a logged one comes to refer to cannot be made unlogged again",
    ),
)
