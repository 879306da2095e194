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
from dbarchitect.model.names import MYSQL_FAMILY, RELATIONAL, Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import Retype, bare_literal

CODES = ("TYP-01",)
ENGINES = RELATIONAL
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


def _retype(engine: Engine, column: Column) -> Retype:
    if engine is not Engine.POSTGRESQL:
        return Retype(column, "decimal(19,4)", default=column.default)
    using = f"{{}}::{'numeric' if column.type.name != 'float4' else 'text::numeric'}"
    default = bare_literal(column.default) or column.default if column.default else None
    return Retype(column, "numeric", using, f"{{}}::{column.type.text}", default)


_EXACT = {
    Engine.POSTGRESQL: (
        "the columns hold money; add a scale, such as numeric(12,2), once the smallest unit is decided",
        "numeric takes 15 significant digits of a double, so that noise behind them goes away",
    ),
    **dict.fromkeys(
        MYSQL_FAMILY,
        (
            "the columns hold money, of which no amount has more than four digits behind the point",
            "digits behind the fourth are rounded away, without an error",
        ),
    ),
}


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table, with its columns of money in floating point."""
    for table in own_tables(snapshot):
        columns = [c for c in table.columns if c.type.family is TypeFamily.FLOAT and is_money(c)]
        if not columns:
            continue
        retypes = tuple(_retype(snapshot.engine, c) for c in columns)
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
                Evidence(EvidenceKind.VERIFIED, "0.1 + 0.2 = 0.3 is false in binary floating point, true in decimal numbers",
                         "SELECT 0.1::float8 + 0.2::float8 = 0.3::float8, 0.1 + 0.2 = 0.3"
                         if snapshot.engine is Engine.POSTGRESQL else "SELECT 0.1e0 + 0.2e0 = 0.3e0, 0.1 + 0.2 = 0.3"),
            ),
            change=retype(
                snapshot, limits, table, retypes,
                assumptions=_EXACT[snapshot.engine][:1], hazards=_EXACT[snapshot.engine][1:],
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
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE invoices (id bigint PRIMARY KEY, unit_price double NOT NULL DEFAULT 0 COMMENT 'double, NOT NULL', tax float, fee double(10,2) unsigned,
  conversion_rate double);
INSERT INTO invoices SELECT seq, seq / 10.0, seq / 100.0, 1, 1.1 FROM seq_1_to_3000;
""",
        good="""
CREATE TABLE invoices (id bigint PRIMARY KEY, unit_price decimal(12, 2) NOT NULL, tax_rate double, net_weight_kg float, total_seconds double);
INSERT INTO invoices SELECT seq, seq / 10.0, 0.19, 1.5, 2 FROM seq_1_to_3000;
""",
        yields=("column {database}.invoices.unit_price,tax,fee",),
    ),
)
