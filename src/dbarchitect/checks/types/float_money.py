"""Money kept in a floating-point column.

Binary floating point cannot hold most decimal fractions: 0.10 is stored as a value close to it, sums drift from the cents that
were booked, and comparisons for equality fail. The error grows with every addition and shows up in accounts that do not balance.

Ignore it for values that are measured, not counted: prices of a model, scores, ratios, statistics.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import listed, words
from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import share_of_database, table_facts, weigh
from dbarchitect.checks.types._retype import retype
from dbarchitect.model.catalog import Column, TypeFamily
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import Retype, bare_literal

CODES = ("TYP-01",)
ENGINES = (Engine.POSTGRESQL,)
MONEY = frozenset(
    """amount price cost balance fee fees tax taxes vat salary wage payment revenue turnover discount refund deposit credit debit
    subtotal gross net commission budget invoice charge surcharge earnings payout""".split()
)
# a price that is none: a count, a share or a measure of something
_OTHERWISE = frozenset(
    "rate ratio percent percentage pct share factor score index elasticity weight count seconds minutes ms kg km".split()
)
_TOTALS = frozenset("total totals sum".split())
_PRECISE = frozenset("order invoice cart bill grand".split())


def is_money(column: Column) -> bool:
    """True when a column's name says that it holds an amount of money."""
    parts = set(words(column.name))
    named = bool(parts & MONEY) or (bool(parts & _TOTALS) and (len(parts) == 1 or bool(parts & _PRECISE)))
    return named and not parts & _OTHERWISE


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table, with its columns of money in floating point."""
    for table in own_tables(snapshot):
        columns = [c for c in table.columns if c.type.family is TypeFamily.FLOAT and is_money(c)]
        if not columns:
            continue
        retypes = tuple(
            Retype(c, "numeric", f"{{}}::{'numeric' if c.type.name != 'float4' else 'text::numeric'}", f"{{}}::{c.type.text}",
                   bare_literal(c.default) or c.default if c.default else None)
            for c in columns
        )  # fmt: skip
        names = [c.name for c in columns]
        types = listed(sorted({c.type.text for c in columns}))
        yield Finding(
            subject=column_subject(table.name, *names),
            title=f"money in {types}: {listed(names)}",
            claim=(
                f"{listed(names)} of {table.name} ({table_facts(snapshot, table)}) {'is' if len(names) == 1 else 'are'} {types}, which "
                "cannot hold most decimal fractions: sums drift and equal amounts compare as different."
            ),
            evidence=(
                Evidence(EvidenceKind.OBSERVED, f"declared as {types}; the names say money"),
                Evidence(EvidenceKind.VERIFIED, "0.1 + 0.2 = 0.3 is false in double precision, true in numeric",
                         "SELECT 0.1::float8 + 0.2::float8 = 0.3::float8, 0.1 + 0.2 = 0.3"),
            ),
            change=retype(
                snapshot, limits, table, retypes,
                assumptions=("the columns hold money; add a scale, such as numeric(12,2), once the smallest unit is decided",),
                hazards=("numeric takes 15 significant digits of a double, so that noise behind them goes away",),
            ),
            severity=weigh(snapshot, table, limits),
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="sums and comparisons are exact",
        )  # fmt: skip


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE invoices (id bigint PRIMARY KEY, unit_price double precision NOT NULL DEFAULT 0, tax real, conversion_rate double precision);
INSERT INTO invoices SELECT i, i / 10.0, i / 100.0, 1.1 FROM generate_series(1, 3000) i;
ANALYZE;
""",
        good="""
CREATE TABLE invoices (id bigint PRIMARY KEY, unit_price numeric(12, 2) NOT NULL, tax_rate double precision, net_weight_kg real,
  total_seconds double precision);
INSERT INTO invoices SELECT i, i / 10.0, 0.19, 1.5, 2 FROM generate_series(1, 3000) i;
ANALYZE;
""",
        yields=("column public.invoices.unit_price,tax",),
    ),
)
