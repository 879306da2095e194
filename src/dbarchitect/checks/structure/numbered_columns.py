"""Columns that repeat with a number.

phone1, phone2, phone3 are a list laid out sideways: a search must name each of them, a fourth needs a change of the schema, uniqueness over
all of them cannot be stated, and most rows leave the last ones empty.

Ignore it when the number is part of the thing and fixed for ever: two lines of a postal address, quarters of a year.
"""

import re
from collections.abc import Iterator

from dbarchitect.checks._names import listed
from dbarchitect.checks._tables import null_share, own_tables
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import Column, Table
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SCH-12",)
ENGINES = RELATIONAL
_NUMBERED = re.compile(r"(?P<stem>.*[A-Za-z])_?(?P<number>[1-9]\d?)(?P<rest>(_[a-z]+)*)\Z")
_FIXED = frozenset("address addr line street q quarter sha md h w x y z m ipv utf base iso week day month hour level l".split())


def _groups(table: Table) -> list[list[Column]]:
    """Columns of one type whose names differ by their number alone, three or more, counting up by one."""
    found: dict[tuple[str, str, str], list[tuple[int, Column]]] = {}
    for column in table.columns:
        match = _NUMBERED.match(column.name)
        if match and match["stem"].lower().split("_")[-1] not in _FIXED:
            found.setdefault((match["stem"], match["rest"], column.type.text), []).append((int(match["number"]), column))
    groups = []
    for members in found.values():
        numbers = sorted(n for n, _ in members)
        if len(numbers) >= 3 and numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] <= 2:
            groups.append([c for _, c in sorted(members, key=lambda m: m[0])])
    return groups


def _emptiness(snapshot: Snapshot, table: Table, columns: list[Column]) -> tuple[Evidence, ...]:
    share = null_share(snapshot, table, columns[-1])
    return (Evidence(EvidenceKind.OBSERVED, f"{share:.0%} of rows have no {columns[-1].name}"),) if share else ()


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each group of three or more numbered columns."""
    for table in own_tables(snapshot):
        for columns in _groups(table):
            names = [c.name for c in columns]
            yield Finding(
                subject=column_subject(table.name, *names),
                title=f"numbered columns: {listed(names)}",
                claim=(
                    f"{listed(names)} of {table.name} ({table_facts(snapshot, table)}) are one list in {len(names)} columns: a search must "
                    "name each of them, and one more value needs a change of the schema."
                ),
                evidence=(
                    Evidence(
                        EvidenceKind.OBSERVED, f"{len(names)} columns of type {columns[0].type.text} whose names differ by a number"
                    ),
                    *_emptiness(snapshot, table, columns),
                ),
                change=advice(
                    ChangeKind.MIGRATION,
                    f"The application reads and writes these columns. Create a table with the key of {table.name.name}, a position and the "
                    "value; write to both; copy the rows, one for each column that is not NULL; switch the readers; drop the columns.",
                    risk=Risk.MEDIUM,
                ),
                severity=Severity.NOTICE,
                confidence=Confidence.LIKELY,
                weight=share_of_database(snapshot, table),
                benefit="one search and one index for all values, and no limit on how many there are",
            )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE contacts (id bigint PRIMARY KEY, phone1 text, phone2 text, phone3 text, tag_1 int, tag_2 int);",
        good="""
CREATE TABLE contacts (id bigint PRIMARY KEY, address1 text, address2 text, address3 text, sha1 text, phone1 text, phone2 text,
  part1 int, part2 text, part3 date, q1 int, q2 int, q3 int, q4 int);
CREATE TABLE phones (contact_id bigint, position int, phone text, PRIMARY KEY (contact_id, position));
""",
        yields=("column public.contacts.phone1,phone2,phone3",),
    ),
    Example(
        Engine.MARIADB,
        bad="CREATE TABLE contacts (id bigint PRIMARY KEY, phone1 varchar(40), phone2 varchar(40), phone3 varchar(40));",
        good="CREATE TABLE contacts (id bigint PRIMARY KEY, address1 varchar(40), address2 varchar(40), address3 varchar(40));",
        yields=("column {database}.contacts.phone1,phone2,phone3",),
    ),
)
