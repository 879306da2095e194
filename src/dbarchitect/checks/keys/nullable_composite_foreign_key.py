"""Composite foreign key that one NULL switches off.

Under MATCH SIMPLE, the default, a row in which any column of the key is NULL is not checked at all, so that a half-filled
reference can point at nothing. A check that the nullable columns are all set or all NULL closes the hole.

Ignore it when only one column may be NULL: that is how "no parent" is said, and it is not reported.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import ForeignKey, ReferentialAction, Table
from dbarchitect.model.change import Change, ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, constraint_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.constraint_changes import add_check
from dbarchitect.sql.identifiers import quote_columns, quote_name, shorten_name

CODES = ("KEY-05",)
ENGINES = RELATIONAL


def _nullable(table: Table, key: ForeignKey) -> tuple[str, ...]:
    columns = (table.column(c) for c in key.columns)
    return tuple(c.name for c in columns if c is not None and c.nullable)


def _closed(table: Table, columns: tuple[str, ...]) -> bool:
    """True when a check of the table speaks of the nulls of all these columns."""
    return any("null" in c.expression.lower() and all(name in c.expression for name in columns) for c in table.checks)


def _change(engine: Engine, table: Table, key: ForeignKey, nullable: tuple[str, ...]) -> Change:
    name = shorten_name(engine, table.name.name, *nullable, "all_or_none")
    if engine is Engine.POSTGRESQL:
        return add_check(table, name, f"num_nulls({quote_columns(engine, nullable)}) IN (0, {len(nullable)})")
    nulls = " + ".join(f"({quote_name(engine, column)} IS NULL)" for column in nullable)
    expression = f"{nulls} IN (0, {len(nullable)})"
    # error 1901 (MariaDB), 3823 (MySQL): the server itself would write these columns without asking the check
    if not {key.on_delete, key.on_update} <= {ReferentialAction.NO_ACTION, ReferentialAction.RESTRICT}:
        return advice(
            ChangeKind.SCHEMA,
            "The server takes no check on columns that a foreign key's action writes: refuse half-filled references in a trigger, unless "
            f"{expression}, or let the foreign key restrict instead.",
        )
    return add_check(table, name, expression, engine=engine)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each composite foreign key with two or more nullable columns and no check on them."""
    for table, key in snapshot.catalog.references():
        nullable = _nullable(table, key)
        if len(key.columns) < 2 or len(nullable) < 2 or key.match_full or key.inherited or _closed(table, nullable):
            continue
        yield Finding(
            subject=constraint_subject(table.name, key.name),
            title=f"one NULL switches {key.name} off",
            claim=(
                f"{key.name} on {table.name} ({table_facts(snapshot, table)}) is MATCH SIMPLE and {', '.join(nullable)} may be NULL: a row "
                "with one of them set and another NULL is not checked."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"{key.definition}; nullable: {', '.join(nullable)}"),),
            change=_change(snapshot.engine, table, key, nullable),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="a reference is whole or absent",
        )


_TABLES = "CREATE TABLE a (x int, y int, PRIMARY KEY (x, y));"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLES + "CREATE TABLE b (id int PRIMARY KEY, x int, y int, FOREIGN KEY (x, y) REFERENCES a (x, y));",
        good=_TABLES
        + """
CREATE TABLE b (id int PRIMARY KEY, x int NOT NULL, y int, FOREIGN KEY (x, y) REFERENCES a (x, y));
CREATE TABLE c (id int PRIMARY KEY, x int, y int, FOREIGN KEY (x, y) REFERENCES a (x, y) MATCH FULL);
CREATE TABLE d (id int PRIMARY KEY, x int, y int, FOREIGN KEY (x, y) REFERENCES a (x, y), CHECK ((x IS NULL) = (y IS NULL)));
""",
        yields=("constraint public.b.b_x_y_fkey",),
    ),
    Example(
        Engine.MARIADB,
        bad=_TABLES
        + """
CREATE TABLE b (id int PRIMARY KEY, x int, y int, CONSTRAINT of_a FOREIGN KEY (x, y) REFERENCES a (x, y));
CREATE TABLE c (id int PRIMARY KEY, x int, y int, CONSTRAINT also_a FOREIGN KEY (x, y) REFERENCES a (x, y) ON DELETE SET NULL);
""",
        good=_TABLES
        + """
CREATE TABLE b (id int PRIMARY KEY, x int NOT NULL, y int, FOREIGN KEY (x, y) REFERENCES a (x, y));
CREATE TABLE d (id int PRIMARY KEY, x int, y int, FOREIGN KEY (x, y) REFERENCES a (x, y), CHECK ((x IS NULL) = (y IS NULL)));
""",
        yields=("constraint {database}.b.of_a", "constraint {database}.c.also_a"),
    ),
)
