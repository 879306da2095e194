"""Yes or no kept in a text column.

'Y' and 'N' are a convention that every query must know; the first 'y', '1' or 'yes' is neither. A boolean takes one byte, can stand alone
in WHERE, and admits nothing else.

Ignore it when more answers are about to come (unknown, pending): then a list of states is the better type.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.types._retype import retype
from dbarchitect.checks.types._shapes import Shaped, shaped_columns
from dbarchitect.model.change import Change, Risk, Step
from dbarchitect.model.check import Example
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, column_subject
from dbarchitect.model.questions import TextShape
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import Retype, bare_literal
from dbarchitect.sql.identifiers import quote_literal, quote_name, quote_qualified

CODES = ("TYP-13",)
ENGINES = RELATIONAL
NEEDS_LIVE = True
_TRUE = frozenset("t true y yes on 1".split())
_FALSE = frozenset("f false n no off 0".split())


def _words(snapshot: Snapshot, shaped: Shaped) -> tuple[str, str] | None:
    """The words for true and for false, when the column has just these two values."""
    row = snapshot.column_statistics(shaped.table.name, shaped.column.name)
    values = tuple(v.strip() for v in row.common_values) if row and not row.redacted and not row.histogram_bounds else ()
    yes = [v for v in values if v.lower() in _TRUE]
    no = [v for v in values if v.lower() in _FALSE]
    return (yes[0], no[0]) if len(values) == 2 and len(yes) == len(no) == 1 else None


def _retype(shaped: Shaped, yes: str, no: str) -> Retype:
    engine, literal = Engine.POSTGRESQL, bare_literal(shaped.column.default or "")
    default = {yes: "true", no: "false"}.get((literal or "").strip("'").strip())
    back = f"CASE WHEN {{}} THEN {quote_literal(engine, yes)} ELSE {quote_literal(engine, no)} END"
    # boolean has no default for null: CASE would make it the word for false
    back = f"CASE WHEN {{}} IS NULL THEN NULL ELSE {back} END"
    return Retype(shaped.column, "boolean", "trim({})::boolean", back, default)


def _change(snapshot: Snapshot, limits: Limits, shaped: Shaped, yes: str, no: str) -> Change:
    if snapshot.engine is Engine.POSTGRESQL:
        return retype(snapshot, limits, shaped.table, (_retype(shaped, yes, no),), hazards=shaped.hazards)
    engine, table, column = snapshot.engine, shaped.table, shaped.column
    literal = (column.default or "").strip("'").strip()
    default = {yes: "1", no: "0"}.get(literal)
    change = retype(snapshot, limits, table, (Retype(column, "tinyint(1)", default=default),), hazards=shaped.hazards)
    if not change.steps:
        return change
    target, name = quote_qualified(engine, table.name), quote_name(engine, column.name)
    # under one lock, so that nobody reads '1' for a word, or the other way round
    lock, unlock = Step(f"LOCK TABLES {target} WRITE"), Step("UNLOCK TABLES")
    words = (quote_literal(engine, yes), quote_literal(engine, no))
    there = Step(f"UPDATE {target} SET {name} = CASE {name} WHEN {words[0]} THEN '1' WHEN {words[1]} THEN '0' ELSE {name} END")
    back = Step(f"UPDATE {target} SET {name} = CASE {name} WHEN '1' THEN {words[0]} WHEN '0' THEN {words[1]} END")
    # statistics can be collected when others work again
    alter, analyze = [[s for s in change.steps if s.sql.startswith("ANALYZE ") is last] for last in (False, True)]
    alter_back = [s for s in change.undo if not s.sql.startswith("ANALYZE ")]
    return replace(
        change,
        steps=(lock, there, *alter, unlock, *analyze),
        undo=(lock, *alter_back, back, unlock, *analyze),
        lock="WRITE lock on the table: reads and writes wait",
        duration="as long as an update of all rows and a copy of the table take",
        hazards=("when a statement fails, run UNLOCK TABLES and the Rollback's UPDATE", *change.hazards),
        risk=Risk.HIGH,
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each text column that holds one word for true and one for false."""
    for shaped in shaped_columns(snapshot, limits):
        table, column = shaped.table, shaped.column
        found = _words(snapshot, shaped) if shaped.all_are(TextShape.BOOLEAN) else None
        if found is None:
            continue
        yes, no = found
        every = "every value" if shaped.answer.reach.complete else "every value of the sample"
        yield Finding(
            subject=column_subject(table.name, column.name),
            title=f"{column.name} holds yes or no as text",
            claim=(
                f"{column.name} of {table.name} ({table_facts(snapshot, table)}) is {column.type.text}, and {every} is '{yes}' or '{no}': "
                "every query must know the convention, and a third spelling could be stored."
            ),
            evidence=(shaped.evidence,),
            change=_change(snapshot, limits, shaped, yes, no),
            severity=Severity.NOTICE,
            confidence=shaped.confidence,
            weight=share_of_database(snapshot, table),
            benefit="one byte, no third spelling",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE members (id bigint PRIMARY KEY, active char(1) NOT NULL DEFAULT 'Y', paid text);
INSERT INTO members SELECT i, CASE WHEN i % 3 = 0 THEN 'N' ELSE 'Y' END, CASE i % 3 WHEN 0 THEN 'no' WHEN 1 THEN 'yes' END
  FROM generate_series(1, 3000) i;
ANALYZE;
""",
        good="""
CREATE TABLE members (id bigint PRIMARY KEY, active boolean NOT NULL, sex char(1), answer text, kind char(1));
INSERT INTO members SELECT i, true, CASE WHEN i % 2 = 0 THEN 'F' ELSE 'M' END, (ARRAY['yes', 'no', 'maybe'])[1 + i % 3],
  (ARRAY['t', 'f', 'n'])[1 + i % 3] FROM generate_series(1, 3000) i;
ANALYZE;
""",
        yields=("column public.members.active", "column public.members.paid"),
    ),
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE members (id bigint PRIMARY KEY, active char(1) NOT NULL DEFAULT 'Y' COMMENT 'Y or N', paid varchar(3));
INSERT INTO members SELECT seq, IF(seq % 3 = 0, 'N', 'Y'), CASE seq % 3 WHEN 0 THEN 'no' WHEN 1 THEN 'yes' END FROM seq_1_to_3000;
ANALYZE TABLE members PERSISTENT FOR ALL;
""",
        good="""
CREATE TABLE members (id bigint PRIMARY KEY, active boolean NOT NULL, sex char(1), is_answer varchar(5), is_kind char(1));
INSERT INTO members SELECT seq, 1, IF(seq % 2, 'F', 'M'), elt(1 + seq % 3, 'yes', 'no', 'maybe'), elt(1 + seq % 3, 't', 'f', 'n')
  FROM seq_1_to_3000;
ANALYZE TABLE members PERSISTENT FOR ALL;
""",
        yields=("column {database}.members.active", "column {database}.members.paid"),
    ),
)
