"""Numbers kept in a text column.

As text, '10' sorts before '9', sums need a cast in every query, an index cannot serve a range of numbers, and nothing stops the first value
that is no number.

Ignore it for identifiers made of digits, which nobody adds up: telephone and account numbers, postal codes. Columns named like these, and
columns with any leading zero, are not reported.
"""

from collections.abc import Iterator

from dbarchitect.checks._tables import distinct_values, known_values
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.types._retype import retype
from dbarchitect.checks.types._shapes import LEAST_VALUES, Shaped, is_code, is_quantity, shaped_columns
from dbarchitect.model.check import Example
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, column_subject
from dbarchitect.model.questions import TextShape
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import Retype, bare_literal

CODES = ("TYP-13",)
ENGINES = RELATIONAL
NEEDS_LIVE = True


def _is_number(snapshot: Snapshot, shaped: Shaped) -> bool:
    answer, column = shaped.answer, shaped.column
    numbers = max(answer.count(TextShape.INTEGER), answer.count(TextShape.DECIMAL))
    if (
        numbers < answer.values
        or not numbers
        or answer.count(TextShape.LEADING_ZERO)
        or answer.count(TextShape.BOOLEAN) == answer.values
    ):
        return False
    if is_quantity(column):
        return True
    widths = {len(v) for v in known_values(snapshot, shaped.table, column)}
    return not is_code(column) and len(widths) > 1 and (distinct_values(snapshot, shaped.table, column) or 0) >= 20


def _retype(snapshot: Snapshot, shaped: Shaped, whole: bool) -> Retype:
    column = shaped.column
    if snapshot.engine is Engine.POSTGRESQL:
        new = "bigint" if whole else "numeric"
        return Retype(column, new, f"{{}}::{new}", "{}::text", bare_literal(column.default) if column.default else None)
    digits = [len(v.partition(".")[2]) for v in known_values(snapshot, shaped.table, column)]
    return Retype(column, "bigint" if whole else f"decimal(30,{min(10, max([4, *digits]))})", default=column.default)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each text column whose values are all numbers."""
    for shaped in shaped_columns(snapshot, limits):
        table, column = shaped.table, shaped.column
        if shaped.answer.values < LEAST_VALUES or not _is_number(snapshot, shaped):
            continue
        whole = shaped.answer.count(TextShape.INTEGER) == shaped.answer.values
        change = _retype(snapshot, shaped, whole)
        named = is_quantity(column)
        every = "every value" if shaped.answer.reach.complete else "every value of the sample"
        yield Finding(
            subject=column_subject(table.name, column.name),
            title=f"{column.name} holds numbers as text",
            claim=(
                f"{column.name} of {table.name} ({table_facts(snapshot, table)}) is {column.type.text}, and {every} is "
                f"{'a whole number' if whole else 'a number'}: it sorts as text, every sum needs a cast, and anything else could be stored."
            ),
            evidence=(shaped.evidence,),
            change=retype(
                snapshot, limits, table,
                (change,),
                hazards=(*shaped.hazards, "spellings such as +5 come back as 5"),
                assumptions=()
                if whole or snapshot.engine is Engine.POSTGRESQL
                else (f"no value has more digits behind the point than {change.type} keeps: they would be rounded away without an error",),
            ),
            severity=Severity.WARNING if named else Severity.NOTICE,
            confidence=shaped.confidence,
            weight=share_of_database(snapshot, table),
            benefit="sorted and summed as numbers; a value that is none is refused",
        )  # fmt: skip


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE parcels (id bigint PRIMARY KEY, weight text NOT NULL DEFAULT '0', price varchar(20));
INSERT INTO parcels SELECT i, (i % 700)::text, (i / 100.0)::numeric(10, 2)::text FROM generate_series(1, 3000) i;
ANALYZE;
""",
        good="""
CREATE TABLE parcels (id bigint PRIMARY KEY, phone text NOT NULL, zip text, account_number text, year_code text, quantity_code text,
  weight text, amount text);
INSERT INTO parcels SELECT i, 4900000 + i, lpad((i % 99999)::text, 5, '0'), i * 31, i, lpad(i::text, 6, '0'),
  CASE WHEN i = 7 THEN 'unknown' ELSE i::text END, lpad(i::text, 9, '0') FROM generate_series(1, 3000) i;
ANALYZE;
""",
        yields=("column public.parcels.price", "column public.parcels.weight"),
    ),
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE parcels (id bigint PRIMARY KEY, weight varchar(9) NOT NULL DEFAULT '0', price varchar(20) CHARACTER SET latin1, KEY (weight));
INSERT INTO parcels SELECT seq, seq % 700, CAST(seq / 100 AS decimal(10, 2)) FROM seq_1_to_3000;
""",
        good="""
CREATE TABLE parcels (id bigint PRIMARY KEY, phone text NOT NULL, zip text, account_number text, year_code text, quantity_code text,
  weight text, amount text);
INSERT INTO parcels SELECT seq, 4900000 + seq, lpad(seq % 99999, 5, '0'), seq * 31, seq, lpad(seq, 6, '0'),
  IF(seq = 7, 'unknown', seq), lpad(seq, 9, '0') FROM seq_1_to_3000;
""",
        yields=("column {database}.parcels.price", "column {database}.parcels.weight"),
    ),
)
