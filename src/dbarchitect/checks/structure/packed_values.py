"""Several values packed into one text.

'3,17,42' in one column cannot have a foreign key, finds 7 within 17, needs string surgery for each change, and no index finds one of its
values. A table of its own with one row for each value does all of this.

Ignore it when the list is only ever read and written whole.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import has_word
from dbarchitect.checks._tables import known_values
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.types._shapes import LEAST_VALUES, LISTS, Shaped, shaped_columns
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, column_subject
from dbarchitect.model.questions import TextShape
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SCH-14",)
ENGINES = RELATIONAL
NEEDS_LIVE = True
_MOST = 0.5
_ELEMENT_CHARACTERS = 24


def _packed(snapshot: Snapshot, shaped: Shaped) -> int:
    """How many values are lists of short elements; 0 unless these are most of them and the name or the elements say list."""
    lists = shaped.answer.count(TextShape.SEPARATED_LIST)
    if shaped.answer.values < LEAST_VALUES or lists < _MOST * shaped.answer.values:
        return 0
    if shaped.answer.count(TextShape.JSON) == shaped.answer.values:
        return 0  # an array of JSON is text_holding_json's
    values = known_values(snapshot, shaped.table, shaped.column)
    elements = [e.strip() for v in values for e in v.replace(";", ",").replace("|", ",").split(",")]
    short = bool(elements) and all(len(e) <= _ELEMENT_CHARACTERS and " " not in e for e in elements)
    numbers = short and all(e.isdigit() for e in elements)
    # two numbers with a comma are a decimal number or a coordinate
    many = any(v.count(",") >= 2 for v in values)
    named = has_word(shaped.column.name, LISTS) or shaped.column.name.endswith("_ids")
    return lists if (named and (short or not values)) or (numbers and many) else 0


_HOW = {
    Engine.POSTGRESQL: " with string_to_table({}, ',')",
    Engine.MARIADB: "",
    Engine.MYSQL: "",
}
_SMALLER = {
    Engine.POSTGRESQL: " A smaller step, when elements need no foreign key: make it an array with string_to_array and index it with GIN.",
    Engine.MARIADB: " Until then FIND_IN_SET finds whole elements, though by no index.",
    Engine.MYSQL: " A smaller step, when elements need no foreign key: make it a JSON array with a multi-valued index.",
}


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each text column of which most values are lists of short elements."""
    for shaped in shaped_columns(snapshot, limits):
        table, column = shaped.table, shaped.column
        lists = _packed(snapshot, shaped)
        if not lists:
            continue
        yield Finding(
            subject=column_subject(table.name, column.name),
            title=f"{column.name} packs several values into one text",
            claim=(
                f"{lists:,} of {shaped.answer.values:,} values read of {column.name} in {table.name} ({table_facts(snapshot, table)}) are "
                "lists with a separator: no foreign key, no index and no plain comparison reaches their elements."
            ),
            evidence=(shaped.evidence,),
            change=advice(
                ChangeKind.MIGRATION,
                f"The application reads and writes the lists. Create a table with the key of {table.name.name} and one element for each row, "
                f"primary key on both; write to both; copy in batches{_HOW[snapshot.engine].format(column.name)}; switch the readers; drop the column."
                + _SMALLER[snapshot.engine],
                risk=Risk.MEDIUM,
            ),
            severity=Severity.WARNING,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="elements can be searched by index, tied by a foreign key and changed one by one",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE posts (id bigint PRIMARY KEY, tags text, related_ids text);
INSERT INTO posts SELECT i, 'red,green' || repeat(',blue', i % 3), i || ',' || i + 1 || ',' || i + 7 FROM generate_series(1, 3000) i;
ANALYZE;
""",
        good="""
CREATE TABLE posts (id bigint PRIMARY KEY, tags text[], title text, name text, position text, labels text);
INSERT INTO posts SELECT i, '{red,green}', 'Well, post ' || i || ', again', 'Miller, Ann', '12,5', 'red' FROM generate_series(1, 3000) i;
ANALYZE;
""",
        yields=("column public.posts.related_ids", "column public.posts.tags"),
    ),
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE posts (id bigint PRIMARY KEY, tags varchar(200), related_ids text);
INSERT INTO posts SELECT seq, concat('red,green', repeat(',blue', seq % 3)), concat_ws(',', seq, seq + 1, seq + 7) FROM seq_1_to_3000;
""",
        good="""
CREATE TABLE posts (id bigint PRIMARY KEY, title text, name text, position text, labels text);
INSERT INTO posts SELECT seq, concat('Well, post ', seq, ', again'), 'Miller, Ann', '12,5', 'red' FROM seq_1_to_3000;
""",
        yields=("column {database}.posts.related_ids", "column {database}.posts.tags"),
    ),
)
