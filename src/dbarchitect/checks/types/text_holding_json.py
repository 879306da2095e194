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
from dbarchitect.model.catalog import Column
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
_VERBATIM = frozenset("raw signed signature original verbatim".split())
_SCALARS = (TextShape.INTEGER, TextShape.DECIMAL, TextShape.BOOLEAN)


# MariaDB's json is the text as it was written, with a check; PostgreSQL's and MySQL's are parsed
_PARSED = (
    "spaces, key order and repeated keys carry no meaning",
    "undo gives the type back; spaces, key order and repeated keys do not come back",
)
_LOSSES: dict[Engine, tuple[str, ...]] = {Engine.POSTGRESQL: _PARSED, Engine.MYSQL: _PARSED, Engine.MARIADB: ()}


def _retype(engine: Engine, column: Column) -> Retype:
    if engine is not Engine.POSTGRESQL:
        return Retype(column, "json", default=column.default)
    return Retype(column, "jsonb", "{}::jsonb", "{}::text", bare_literal(column.default) if column.default else None)


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
                "a broken one would be stored without an error."
            ),
            evidence=(shaped.evidence,),
            change=retype(
                snapshot, limits, table,
                (_retype(snapshot.engine, column),),
                hazards=shaped.hazards,
                assumptions=_LOSSES[snapshot.engine][:1], no_undo="; ".join(_LOSSES[snapshot.engine][1:]) or None,
            ),
            severity=Severity.NOTICE,
            confidence=shaped.confidence,
            weight=share_of_database(snapshot, table),
            benefit="broken documents are refused" + (", and an index can search inside" if snapshot.engine is Engine.POSTGRESQL else ""),
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
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE hooks (id bigint PRIMARY KEY, payload_list text NOT NULL DEFAULT '[]' COMMENT 'JSON', options_list varchar(200));
INSERT INTO hooks SELECT seq, json_array(seq), json_array(seq, 'x') FROM seq_1_to_3000;
ANALYZE TABLE hooks PERSISTENT FOR ALL;
""",
        good="""
CREATE TABLE hooks (id bigint PRIMARY KEY, payload json NOT NULL, raw_body text, template_list text);
INSERT INTO hooks SELECT seq, '{}', '{"n": 1}', concat('{name}, ', seq) FROM seq_1_to_3000;
ANALYZE TABLE hooks PERSISTENT FOR ALL;
""",
        yields=("column {database}.hooks.payload_list", "column {database}.hooks.options_list"),
    ),
)
