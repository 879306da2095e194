"""Key column whose type differs from the table that it names.

`customer_id` is an integer in most tables and a text in one: the two cannot be tied by a foreign key, every join between them needs a cast,
and the cast keeps an index on the cast side from being used.

Ignore it when the column names something else that happens to share the word: an outside system's customer.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import listed, singular
from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import share_of_database, weigh
from dbarchitect.checks.types._retype import retype
from dbarchitect.model.catalog import TEXTUAL, Column, Table, TypeFamily
from dbarchitect.model.change import Change, ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, QualifiedName, column_subject
from dbarchitect.model.questions import ShapeAnswer, ShapeQuestion, TextShape
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.columns import Retype, bare_literal

CODES = ("TYP-12",)
ENGINES = RELATIONAL
_KEYS = (TypeFamily.INTEGER, TypeFamily.UUID, *TEXTUAL)


def _kind(column: Column) -> str:
    return "text" if column.type.family in TEXTUAL else column.type.family.value


def _targets(snapshot: Snapshot) -> dict[tuple[str, str], tuple[Table, Column]]:
    """(schema, column name such as customer_id) → the table of that name with a single-column key, and that key."""
    found: dict[tuple[str, str], tuple[Table, Column]] = {}
    for table in own_tables(snapshot):
        key = table.primary_key
        column = table.column(key.columns[0]) if key and len(key.columns) == 1 else None
        if column and column.type.family in _KEYS:
            found[table.name.schema, f"{singular(table.name.name)}_id"] = (table, column)
    return found


def _agreeing(snapshot: Snapshot) -> dict[tuple[QualifiedName, str], int]:
    """(referenced table, column name) → how many foreign keys of that name point at it."""
    counts: dict[tuple[QualifiedName, str], int] = {}
    for _, key in snapshot.catalog.references():
        if len(key.columns) == 1 and not key.inherited:
            counts[key.target, key.columns[0]] = counts.get((key.target, key.columns[0]), 0) + 1
    return counts


def _retype(engine: Engine, column: Column, wanted: Column) -> Retype:
    if engine is not Engine.POSTGRESQL:
        return Retype(column, wanted.type.text, default=column.default)
    default = bare_literal(column.default) if column.default else None
    return Retype(column, wanted.type.text, f"{{}}::{wanted.type.text}", "{}::text", default)


def _change(
    snapshot: Snapshot, limits: Limits, table: Table, column: Column, wanted: Column
) -> tuple[Change, tuple[Evidence, ...]]:
    answer = snapshot.answer(ShapeQuestion(table.name, column.name))
    shape = TextShape.INTEGER if wanted.type.family is TypeFamily.INTEGER else TextShape.UUID
    if isinstance(answer, ShapeAnswer) and answer.values and answer.count(shape) == answer.values and _kind(wanted) != "text":
        change = retype(
            snapshot, limits, table,
            (_retype(snapshot.engine, column, wanted),),
            hazards=("a value that does not convert makes the change fail and leaves the table as it was",),
        )  # fmt: skip
        return change, (
            Evidence(EvidenceKind.OBSERVED, f"all {answer.values:,} values that were read are spelled as {shape.value}"),
        )
    why = (
        f"Whether {column.name} means the same key is yours to say. When it does: add a column of type {wanted.type.text}, fill it in "
        "batches, switch readers and writers, drop the old one; when it does not, give it another name."
    )
    return advice(ChangeKind.MIGRATION, why, risk=Risk.MEDIUM), ()


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each `x_id` column whose kind of type differs from table x's key, while foreign keys of that name agree with it."""
    targets, agreeing = _targets(snapshot), _agreeing(snapshot)
    for table in own_tables(snapshot):
        for column in table.columns:
            target = targets.get((table.name.schema, column.name))
            if target is None or target[0] is table or column.type.family not in _KEYS or _kind(column) == _kind(target[1]):
                continue
            parent, key = target
            count = agreeing.get((parent.name, column.name), 0)
            if not count or any(column.name in k.columns for k in table.foreign_keys):
                continue
            change, seen = _change(snapshot, limits, table, column, key)
            yield Finding(
                subject=column_subject(table.name, column.name),
                title=f"{column.name} is {column.type.text} here and {key.type.text} elsewhere",
                claim=(
                    f"{column.name} of {table.name} is {column.type.text}, while {listed([str(parent.name)])}.{key.name} and {count} foreign "
                    f"{'key' if count == 1 else 'keys'} of that name are {key.type.text}: joins need a cast and no foreign key is possible."
                ),
                evidence=(Evidence(EvidenceKind.OBSERVED, f"declared as {column.type.text} and {key.type.text}"), *seen),
                change=change,
                severity=weigh(snapshot, table, limits),
                confidence=Confidence.LIKELY if seen else Confidence.POSSIBLE,
                weight=share_of_database(snapshot, table),
                benefit="joins use indexes on both sides, and a foreign key becomes possible",
            )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers);
CREATE TABLE visits (id bigint PRIMARY KEY, customer_id text NOT NULL);
INSERT INTO customers SELECT i FROM generate_series(1, 2000) i;
INSERT INTO visits SELECT i, (1 + i % 2000)::text FROM generate_series(1, 3000) i;
ANALYZE;
""",
        good="""
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers);
CREATE TABLE visits (id bigint PRIMARY KEY, customer_id int, external_customer_id text);
CREATE TABLE sessions (id uuid PRIMARY KEY);
CREATE TABLE requests (id bigint PRIMARY KEY, session_id text);
""",
        yields=("column public.visits.customer_id",),
    ),
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE customers (id bigint unsigned PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint unsigned, FOREIGN KEY (customer_id) REFERENCES customers (id));
CREATE TABLE visits (id bigint PRIMARY KEY, customer_id varchar(20) NOT NULL);
INSERT INTO customers SELECT seq FROM seq_1_to_2000;
INSERT INTO visits SELECT seq, 1 + seq % 2000 FROM seq_1_to_3000;
ANALYZE TABLE visits PERSISTENT FOR ALL;
""",
        good="""
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, FOREIGN KEY (customer_id) REFERENCES customers (id));
CREATE TABLE visits (id bigint PRIMARY KEY, customer_id int, external_customer_id text);
CREATE TABLE sessions (id uuid PRIMARY KEY);
CREATE TABLE requests (id bigint PRIMARY KEY, session_id text);
""",
        yields=("column {database}.visits.customer_id",),
    ),
)
