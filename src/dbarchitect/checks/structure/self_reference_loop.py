"""Row that is its own parent.

A foreign key to the same table lets a row point at itself; a recursive query then never ends, and a tree has a branch without a root.

Ignore it where pointing at itself is the convention for "no parent".
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.structure._loops import loop_condition, loop_question, self_references
from dbarchitect.model.catalog import ForeignKey, Table
from dbarchitect.model.change import Change, ChangeKind, Step, Strategy
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, constraint_subject
from dbarchitect.model.questions import UniquenessAnswer
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import ACCESS_EXCLUSIVE, advice, constraint_missing, drop_constraint_statement
from dbarchitect.sql.identifiers import quote_name, quote_qualified, shorten_name

CODES = ("SCH-16",)
ENGINES = RELATIONAL
NEEDS_LIVE = True
PG = Engine.POSTGRESQL


def _change(table: Table, key: ForeignKey) -> Change:
    name = shorten_name(PG, table.name.name, key.columns[0], "not_itself")
    mine, its = quote_name(PG, key.columns[0]), quote_name(PG, key.target_columns[0])
    add = f"ALTER TABLE {quote_qualified(PG, table.name)} ADD CONSTRAINT {quote_name(PG, name)} CHECK ({mine} <> {its}) NOT VALID"
    missing = constraint_missing(PG, table.name, name)
    return Change(
        ChangeKind.SCHEMA, Strategy.STANDARD, (Step(add),), (Step(drop_constraint_statement(PG, table.name, name)),),
        ACCESS_EXCLUSIVE, "milliseconds: NOT VALID reads no rows", type(missing)(missing.sql, "f"),
        hazards=("rows that exist keep their loop until they are given their true parent; an update of such a row fails until then",),
        assumptions=("no parent is meant by NULL, not by the row itself",),
    )  # fmt: skip


def _by_hand(snapshot: Snapshot, table: Table, key: ForeignKey) -> Change:
    """MySQL and MariaDB take no check on a numbered column, nor one that rows break."""
    condition = loop_condition(snapshot, key)
    return advice(
        ChangeKind.SCHEMA,
        f'Give the rows of {table.name} with {condition} their true parent, or NULL where that says "none"; then refuse it before INSERT and UPDATE '
        "by a trigger with SIGNAL, or in the application: a CHECK cannot name an AUTO_INCREMENT column.",
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each reference of a table to itself in which rows were seen that point at themselves."""
    for table, key in self_references(snapshot):
        answer = snapshot.answer(loop_question(snapshot, table, key))
        if not isinstance(answer, UniquenessAnswer) or not answer.values:
            continue
        condition = loop_condition(snapshot, key)
        all_of_them = answer.reach.rows_read and answer.values >= (snapshot.rows(table) or 0) / 10
        yield Finding(
            subject=constraint_subject(table.name, key.name),
            title="rows that are their own parent",
            claim=(
                f"{counted(answer.values, 'row')} of {table.name} ({table_facts(snapshot, table)}) with {condition}: a recursive query over them does "
                "not end by itself."
            ),
            evidence=(
                Evidence(EvidenceKind.OBSERVED, f"{counted(answer.values, 'row')} counted",
                         f"SELECT count(*) FROM {quote_qualified(snapshot.engine, table.name)} WHERE {condition}"),
            ),
            change=_change(table, key) if snapshot.engine is PG else _by_hand(snapshot, table, key),
            severity=Severity.NOTICE,
            confidence=Confidence.POSSIBLE if all_of_them else Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="no further row can be its own parent",
        )  # fmt: skip


_TREE = "CREATE TABLE folders (id bigint PRIMARY KEY, parent_id bigint CONSTRAINT in_folder REFERENCES folders); INSERT INTO folders SELECT i, nullif(i / 2, 0) FROM generate_series(1, 100) i;"
_MARIADB = """
CREATE TABLE folders (id bigint AUTO_INCREMENT PRIMARY KEY, parent_id bigint, CONSTRAINT in_folder FOREIGN KEY (parent_id) REFERENCES folders (id));
INSERT INTO folders SELECT seq, nullif(seq DIV 2, 0) FROM seq_1_to_100;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TREE + "UPDATE folders SET parent_id = id WHERE id IN (17, 18); ANALYZE;",
        good=_TREE + "ANALYZE;",
        yields=("constraint public.folders.in_folder",),
    ),
    Example(
        Engine.MARIADB,
        bad=_MARIADB + "UPDATE folders SET parent_id = id WHERE id IN (17, 18);",
        good=_MARIADB,
        yields=("constraint {database}.folders.in_folder",),
    ),
)
