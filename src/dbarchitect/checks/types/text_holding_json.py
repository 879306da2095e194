"""JSON documents kept in a text column.

Text takes any byte sequence, so the first broken document is stored without an error and breaks its reader; reaching into a document needs
a cast in every query, and no index can search inside it.

Ignore it when the text must come back byte for byte: signed payloads, raw requests.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import has_word
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.types._retype import retype
from dbarchitect.checks.types._shapes import shaped_columns
from dbarchitect.model.check import Example
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.questions import TextShape
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import Retype, bare_literal

CODES = ("TYP-13",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_VERBATIM = frozenset("raw signed signature original verbatim".split())
_SCALARS = (TextShape.INTEGER, TextShape.DECIMAL, TextShape.BOOLEAN)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each text column whose values are all JSON objects or arrays."""
    for shaped in shaped_columns(snapshot, limits):
        table, column = shaped.table, shaped.column
        if not shaped.all_are(TextShape.JSON) or any(shaped.answer.count(s) for s in _SCALARS) or has_word(column.name, _VERBATIM):
            continue
        every = "every value" if shaped.answer.reach.complete else "every value of the sample"
        yield Finding(
            subject=column_subject(table.name, column.name),
            title=f"{column.name} holds JSON as text",
            claim=(
                f"{column.name} of {table.name} ({table_facts(snapshot, table)}) is {column.type.text}, and {every} is a JSON document: "
                "a broken one would be stored without an error, and no index can search inside."
            ),
            evidence=(shaped.evidence,),
            change=retype(
                snapshot, limits, table,
                (Retype(column, "jsonb", "{}::jsonb", "{}::text", bare_literal(column.default) if column.default else None),),
                hazards=shaped.hazards,
                assumptions=("spaces, key order and repeated keys carry no meaning",),
                no_undo="undo gives the type back; spaces, key order and repeated keys do not come back",
            ),
            severity=Severity.NOTICE,
            confidence=shaped.confidence,
            weight=share_of_database(snapshot, table),
            benefit="broken documents are refused, and an index can search inside",
        )  # fmt: skip


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE hooks (id bigint PRIMARY KEY, payload text NOT NULL DEFAULT '{}');
INSERT INTO hooks SELECT i, json_build_object('n', i)::text FROM generate_series(1, 3000) i;
ANALYZE;
""",
        good="""
CREATE TABLE hooks (id bigint PRIMARY KEY, payload jsonb NOT NULL, raw_body text, template text);
INSERT INTO hooks SELECT i, '{}', '{"n": 1}', '{name}, ' || i FROM generate_series(1, 3000) i;
ANALYZE;
""",
        yields=("column public.hooks.payload",),
    ),
)
