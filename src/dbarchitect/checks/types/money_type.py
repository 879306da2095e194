"""Column of the type money.

`money` rounds to the smallest unit of the server's locale and prints with its sign: the same bytes read as another currency, with another
number of decimals, after lc_monetary changes or in another session, and no currency is stored beside them. numeric has none of these.

Ignore it when the whole installation has one currency and one locale for ever, and clients already depend on the printed form.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import listed
from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.types._retype import retype
from dbarchitect.model.catalog import Column, TypeFamily
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import Retype

CODES = ("TYP-09",)
ENGINES = (Engine.POSTGRESQL,)


def _retype(column: Column) -> Retype:
    default = f"({column.default})::numeric" if column.default else None
    return Retype(column, "numeric", "{}::numeric", "{}::numeric::money", default)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table that has such columns."""
    for table in own_tables(snapshot):
        columns = [c for c in table.columns if c.type.family is TypeFamily.MONEY]
        if not columns:
            continue
        names = [c.name for c in columns]
        yield Finding(
            subject=column_subject(table.name, *names),
            title=f"type money: {listed(names)}",
            claim=(
                f"{listed(names)} of {table.name} ({table_facts(snapshot, table)}) {'has' if len(names) == 1 else 'have'} the type money, "
                "whose decimals and currency sign follow each session's lc_monetary."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, "declared as money", "SHOW lc_monetary"),),
            change=retype(
                snapshot, limits, table, tuple(_retype(c) for c in columns),
                hazards=("clients that parse the printed form, such as $1,234.50, get 1234.50 instead",),
                assumptions=("all rows were written under the present lc_monetary; run it with that setting",),
            ),
            severity=Severity.WARNING,
            weight=share_of_database(snapshot, table),
            benefit="the value no longer depends on a locale",
        )  # fmt: skip


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE bills (id bigint PRIMARY KEY, due money NOT NULL DEFAULT 0, paid money); INSERT INTO bills VALUES (1, 12.5, 3);",
        good="CREATE TABLE bills (id bigint PRIMARY KEY, due numeric(12, 2) NOT NULL, money text); INSERT INTO bills VALUES (1, 12.5, 'EUR');",
        yields=("column public.bills.due,paid",),
    ),
)
