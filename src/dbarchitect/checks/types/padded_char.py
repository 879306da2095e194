"""Text of varying length in a char(n) column.

`char(n)` fills every value with blanks to its full length, on disk and in memory, and then ignores them in comparisons but not in LIKE,
regular expressions or clients. It is never faster than varchar or text in PostgreSQL.

Ignore it for codes that always fill the column (currency, country, hashes): those are not reported.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import is_are
from dbarchitect.checks._names import has_word, listed
from dbarchitect.checks._tables import known_values, own_tables
from dbarchitect.checks._weigh import is_small, share_of_database, table_facts
from dbarchitect.checks.types._retype import retype
from dbarchitect.model.catalog import Column, Table, TypeFamily
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import Retype, bare_literal

CODES = ("TYP-03",)
ENGINES = (Engine.POSTGRESQL,)
_VARYING = frozenset(
    "name title city street address email mail description comment note text status state label url path login".split()
)


def _short(snapshot: Snapshot, table: Table, column: Column) -> list[str]:
    length = column.type.length or 1
    return [v for v in known_values(snapshot, table, column) if len(v.rstrip(" ")) < length]


def _evidence(snapshot: Snapshot, table: Table, column: Column) -> Evidence | None:
    """What says that values vary in length; None when nothing does."""
    length = column.type.length or 1
    if column.type.family is not TypeFamily.CHAR or length < 2:
        return None
    values, short = known_values(snapshot, table, column), _short(snapshot, table, column)
    if short:
        seen = f"{len(short)} of {len(values)} values of {column.name} in the planner's statistics are shorter than {length}"
        return Evidence(EvidenceKind.OBSERVED, seen)
    if values or length < 5 or not has_word(column.name, _VARYING):
        return None
    return Evidence(EvidenceKind.OBSERVED, f"{column.name} is declared as {column.type.text}; its name says text of varying length")


def _retype(column: Column) -> Retype:
    default = bare_literal(column.default) or column.default if column.default else None
    varying = f"character varying({column.type.length or 1})"
    return Retype(column, varying, f"rtrim({{}})::{varying}", None, default)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table, with its columns of char(n) whose known values do not fill them, or whose names say so."""
    for table in own_tables(snapshot):
        seen = {c.name: found for c in table.columns if (found := _evidence(snapshot, table, c))}
        columns = [c for c in table.columns if c.name in seen]
        if not columns:
            continue
        short = any(_short(snapshot, table, c) for c in columns)
        names = listed([c.name for c in columns])
        yield Finding(
            subject=column_subject(table.name, *seen),
            title=f"{names} {is_are(len(columns))} filled with blanks",
            claim=(
                f"{names} of {table.name} ({table_facts(snapshot, table)}) {is_are(len(columns))} {listed([c.type.text for c in columns])}: shorter "
                "values are stored with blanks to full length, which count in LIKE and in clients and are ignored in comparisons."
            ),
            evidence=tuple(seen.values()),
            change=retype(
                snapshot, limits, table, tuple(_retype(c) for c in columns),
                assumptions=("blanks at the end of a value carry no meaning",),
            ),
            severity=Severity.NOTICE if is_small(snapshot, table, limits) or not short else Severity.WARNING,
            confidence=Confidence.PROVEN if short else Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table),
            benefit="no blanks stored, LIKE and clients see the value as it was written",
        )  # fmt: skip


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE places (id bigint PRIMARY KEY, kind char(12) NOT NULL DEFAULT 'shop', currency char(3) NOT NULL, size char(8));
INSERT INTO places SELECT i, CASE WHEN i % 2 = 0 THEN 'shop' ELSE 'warehouse' END, 'EUR', 'small' FROM generate_series(1, 3000) i;
ANALYZE;
""",
        good="""
CREATE TABLE places (id bigint PRIMARY KEY, kind varchar(12) NOT NULL, currency char(3) NOT NULL, digest char(32), flag char(1));
INSERT INTO places SELECT i, 'shop', CASE WHEN i % 2 = 0 THEN 'EUR' ELSE 'USD' END, md5(i::text), 'Y' FROM generate_series(1, 3000) i;
ANALYZE;
""",
        yields=("column public.places.kind,size",),
    ),
)
