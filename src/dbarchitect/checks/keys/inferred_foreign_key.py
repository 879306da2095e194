"""Column that refers to another table without saying so.

Its name and type point at a key, and its values are found there. Without the constraint nothing keeps orphans out, deleted parents
leave their children behind, and the planner does not know that the join finds a row.

Ignore it where the rows must outlive their parents (logs, history). It is never reported by name alone: the values were looked up.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._counts import counted
from dbarchitect.checks._index_facts import indexed
from dbarchitect.checks._weigh import is_small, share_of_database, table_facts
from dbarchitect.checks.keys._candidates import Reference, inferred_references
from dbarchitect.checks.keys._orphans import orphan_query
from dbarchitect.checks.keys._remedies import same_type_as
from dbarchitect.model.catalog import TEXTUAL, Column, TypeFamily
from dbarchitect.model.change import Change, ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, column_subject
from dbarchitect.model.questions import InclusionAnswer
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice, create_index
from dbarchitect.sql.constraint_changes import add_foreign_key
from dbarchitect.sql.identifiers import shorten_name

CODES = ("KEY-01", "NEW-01")
ENGINES = RELATIONAL
NEEDS_LIVE = True
_FEW_VALUES = 20
_FEW_ORPHANS = 0.05


def _believable(answer: InclusionAnswer) -> bool:
    """True when enough values were looked up and hardly any is an orphan."""
    return answer.values >= _FEW_VALUES and answer.orphans <= _FEW_ORPHANS * answer.values


def _change(snapshot: Snapshot, limits: Limits, reference: Reference, answer: InclusionAnswer) -> Change:
    table, column, parent = reference.table, reference.column.name, reference.parent
    if snapshot.engine is not Engine.POSTGRESQL:
        return _mysql_change(snapshot, reference, answer)
    if table.partition_key and snapshot.catalog.version.major < 18:
        return advice(
            ChangeKind.SCHEMA,
            "Before PostgreSQL 18 a partitioned table takes no NOT VALID foreign key: add it to the partitions, or in a quiet hour.",
        )
    name = shorten_name(snapshot.engine, table.name.name, column, "fkey")
    key = add_foreign_key(table, (column,), parent.name, (reference.parent_column,), name, validate=not answer.orphans)
    if answer.orphans:
        waits = f"VALIDATE CONSTRAINT {name} fails because of {counted(answer.orphans, 'orphan')}: give each a parent, NULL it or delete it, then validate"
        key = replace(key, hazards=(*key.hazards, waits))
    if is_small(snapshot, table, limits) or indexed(snapshot, table, (column,)):
        return key
    index = create_index(snapshot.engine, table, shorten_name(snapshot.engine, "ix", table.name.name, column), (column,))
    return replace(key, steps=(*index.steps, *key.steps), undo=(*key.undo, *index.undo), hazards=(*index.hazards, *key.hazards))


def _mysql_obstacle(reference: Reference, answer: InclusionAnswer) -> str | None:
    """What keeps MySQL or MariaDB from taking the foreign key, as advice."""
    column, key = reference.column, reference.parent.column(reference.parent_column)
    if answer.orphans:
        return f"The server checks all rows: give each of the {counted(answer.orphans, 'orphan')} a parent, NULL it or delete it, then add the foreign key."
    if reference.table.partition_key or reference.parent.partition_key:
        return "Partitioned tables take no foreign keys: the application must keep orphans out."
    if key is not None and column.type.family is not TypeFamily.INTEGER and _kind(column) != _kind(key):
        return (
            f"The server wants both columns alike: {column.type.text} {column.collation or ''} here, {key.type.text} {key.collation or ''} there. "
            "Decide which is right, change the other one, then add the foreign key."
        )
    storage = {reference.table.access_method, reference.parent.access_method}
    return (
        "Both tables must be InnoDB first: other storage engines accept the declaration and keep nothing."
        if storage != {"innodb"}
        else None
    )


def _kind(column: Column) -> tuple[object, ...]:
    return (column.type.family in TEXTUAL or column.type.name, column.character_set, column.collation)


def _mysql_change(snapshot: Snapshot, reference: Reference, answer: InclusionAnswer) -> Change:
    table, column, parent = reference.table, reference.column, reference.parent
    obstacle, engine = _mysql_obstacle(reference, answer), snapshot.engine
    if obstacle is not None:
        return advice(ChangeKind.SCHEMA, obstacle)
    name = shorten_name(engine, table.name.name, column.name, "fkey")
    change = add_foreign_key(table, (column.name,), parent.name, (reference.parent_column,), name, engine=engine)
    before = []
    key = parent.column(reference.parent_column)
    retyped = same_type_as(snapshot, table, column, key) if key else None
    if retyped is not None:
        before.append(retyped)
    # whatever the size: the server would make an index by itself, which undo would leave behind
    if not any(i.visible and i.columns[:1] == (column.name,) and not i.entries[0].prefix_length for i in table.indexes):
        before.append(create_index(engine, table, shorten_name(engine, "ix", table.name.name, column.name), (column.name,)))
    steps = tuple(step for part in before for step in part.steps)
    undo = tuple(step for part in reversed(before) for step in part.undo)
    assumptions = tuple(text for part in before for text in part.assumptions)
    return replace(change, steps=(*steps, *change.steps), undo=(*change.undo, *undo), assumptions=assumptions)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each undeclared reference that the rows bear out, orphans counted."""
    for reference in inferred_references(snapshot):
        answer = snapshot.answer(reference.question)
        if not isinstance(answer, InclusionAnswer) or not _believable(answer):
            continue
        table, column = reference.table, reference.column
        parent = f"{reference.parent.name}.{reference.parent_column}"
        looked = "all rows read" if answer.reach.complete else f"a sample of {answer.reach.rows_read:,} rows"
        broken = f"; already without a parent: {answer.orphans:,}" if answer.orphans else ""
        yield Finding(
            subject=column_subject(table.name, column.name),
            title=f"{column.name} of {table.name.name} refers to {reference.parent.name.name} undeclared",
            claim=(
                f"{answer.values - answer.orphans:,} of {answer.values:,} values of {table.name}.{column.name} ({table_facts(snapshot, table)}) "
                f"are found in {parent} ({looked}){broken}; no foreign key keeps it so."
            ),
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"{counted(answer.orphans, 'orphan')} among {counted(answer.values, 'value')}, {looked}",
                    orphan_query(reference.question, snapshot.engine),
                ),
            ),
            change=_change(snapshot, limits, reference, answer),
            severity=Severity.WARNING,
            confidence=Confidence.LIKELY if answer.reach.complete else Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table),
            benefit="orphans are refused" if not answer.orphans else "new orphans are refused, the old ones are known",
        )


_TABLES = """
CREATE TABLE categories (id int PRIMARY KEY, parent_id int);
CREATE TABLE customers (id bigint PRIMARY KEY, legacy_id bigint);
CREATE TABLE legacies (id bigint PRIMARY KEY);
CREATE TABLE users (id uuid PRIMARY KEY);
INSERT INTO categories SELECT i, nullif(i / 2, 0) FROM generate_series(1, 200) i;
INSERT INTO customers SELECT i, i * 7 FROM generate_series(1, 2000) i;
INSERT INTO legacies SELECT i FROM generate_series(1, 300) i;
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint{customer}, "billingCustomerId" int{customer}, user_id bigint, owner_id bigint, owner_type text);
INSERT INTO orders SELECT i, 1 + i % 2000, CASE WHEN i < 10 THEN 5000 ELSE 1 + i % 1000 END, i, i, 'customer' FROM generate_series({first}, 5000) i;
"""
_MARIADB = """
CREATE TABLE categories (id int PRIMARY KEY, parent_id int);
CREATE TABLE customers (id bigint PRIMARY KEY, legacy_id bigint);
CREATE TABLE legacies (id bigint PRIMARY KEY);
CREATE TABLE users (id uuid PRIMARY KEY);
INSERT INTO categories SELECT seq, nullif(seq DIV 2, 0) FROM seq_1_to_200;
INSERT INTO customers SELECT seq, seq * 7 FROM seq_1_to_2000;
INSERT INTO legacies SELECT seq FROM seq_1_to_300;
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, billingCustomerId int DEFAULT 7 COMMENT 'int, who pays', user_id bigint,
  owner_id bigint, owner_type text{customer});
INSERT INTO orders SELECT seq, 1 + seq % 2000, IF(seq < 10, 5000, 1 + seq % 1000), seq, seq, 'customer' FROM seq_{first}_to_5000;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLES.format(customer="", first=1) + "ANALYZE;",
        good=_TABLES.format(customer=" REFERENCES customers (id)", first=10)
        + "ALTER TABLE categories ADD FOREIGN KEY (parent_id) REFERENCES categories (id); ANALYZE;",
        yields=("column public.orders.customer_id", "column public.orders.billingCustomerId", "column public.categories.parent_id"),
    ),
    Example(
        Engine.MARIADB,
        bad=_MARIADB.format(customer="", first=1),
        good=_MARIADB.format(customer=", FOREIGN KEY (customer_id) REFERENCES customers (id)", first=10)
        + "ALTER TABLE categories ADD FOREIGN KEY (parent_id) REFERENCES categories (id);"
        + "ALTER TABLE orders MODIFY billingCustomerId bigint, ADD FOREIGN KEY (billingCustomerId) REFERENCES customers (id);",
        yields=(
            "column {database}.orders.customer_id",
            "column {database}.orders.billingCustomerId",
            "column {database}.categories.parent_id",
        ),
    ),
    Example(
        Engine.MARIADB,
        name="a narrower column, no orphans",
        bad=_MARIADB.format(customer=", FOREIGN KEY (customer_id) REFERENCES customers (id)", first=10)
        + "ALTER TABLE categories ADD FOREIGN KEY (parent_id) REFERENCES categories (id);",
        good="CREATE TABLE customers (id bigint PRIMARY KEY); CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);",
        yields=("column {database}.orders.billingCustomerId",),
    ),
)
