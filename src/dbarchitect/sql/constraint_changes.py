"""Changes of foreign keys and checks, in the forms that hold their locks briefly, with their undo: PostgreSQL's own here, those of
MySQL and MariaDB in `dbarchitect.sql.mysql_constraints`.

Source: the manual's page of ALTER TABLE (NOT VALID, VALIDATE CONSTRAINT, ALTER CONSTRAINT).
"""

from dbarchitect.model.catalog import CheckConstraint, ForeignKey, Table
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.sql.changes import (
    SHARE_UPDATE,
    add_constraint_definition,
    constraint_exists,
    constraint_missing,
    drop_constraint_statement,
)
from dbarchitect.sql.identifiers import quote_columns, quote_literal, quote_name, quote_qualified
from dbarchitect.sql.mysql_constraints import add_check as add_mysql_check
from dbarchitect.sql.mysql_constraints import add_foreign_key as add_mysql_foreign_key
from dbarchitect.sql.mysql_constraints import drop_foreign_key as drop_mysql_foreign_key

PG = Engine.POSTGRESQL
SHARE_ROW = "SHARE ROW EXCLUSIVE on both tables: writes wait, reads go on"
STAYS_UNVALIDATED = (
    "when VALIDATE fails on a row, the constraint stays, unvalidated: correct the rows and validate again, or roll back"
)
BRIEF = "milliseconds, once it has the lock: set lock_timeout, it queues behind running transactions"


def _table(table: QualifiedName) -> str:
    return quote_qualified(PG, table)


def add_foreign_key(
    table: Table,
    columns: tuple[str, ...],
    target: QualifiedName,
    target_columns: tuple[str, ...],
    name: str,
    *,
    validate: bool = True,
    engine: Engine = PG,
) -> Change:
    """Add a foreign key without scanning under the strong lock, then validate it (or leave that to the reader). MySQL always
    validates it, and wants the columns indexed before."""
    if engine is not PG:
        return add_mysql_foreign_key(engine, table, columns, target, target_columns, name)
    quoted, child = quote_name(PG, name), _table(table.name)
    reference = f"FOREIGN KEY ({quote_columns(PG, columns)}) REFERENCES {_table(target)} ({quote_columns(PG, target_columns)})"
    # in one transaction the lock of ADD would stop writes through the scan of VALIDATE
    steps = [Step(f"ALTER TABLE {child} ADD CONSTRAINT {quoted} {reference} NOT VALID", alone=validate)]
    steps += [Step(f"ALTER TABLE {child} VALIDATE CONSTRAINT {quoted}", alone=True)] if validate else []
    return Change(
        ChangeKind.SCHEMA,
        Strategy.ONLINE_DDL,
        tuple(steps),
        (Step(drop_constraint_statement(PG, table.name, name)),),
        SHARE_ROW + ("; VALIDATE: SHARE UPDATE EXCLUSIVE, writes go on" if validate else ""),
        f"{BRIEF}; VALIDATE reads the table once" if validate else BRIEF,
        constraint_exists(PG, table.name, name) if validate else _constraint_stands(table.name, name),
        hazards=(
            "code that writes children before parents, or deletes parents first, gets an error from then on",
            *((STAYS_UNVALIDATED,) if validate else ()),
        ),
    )


def _constraint_stands(table: QualifiedName, name: str) -> Verification:
    missing = constraint_missing(PG, table, name)
    return Verification(missing.sql.replace("NOT EXISTS", "EXISTS", 1), "t")


def _comment_again(table: Table, constraint: ForeignKey | CheckConstraint) -> tuple[Step, ...]:
    """The comment of a constraint that was dropped and added again."""
    if constraint.comment is None:
        return ()
    name = quote_name(PG, constraint.name)
    return (Step(f"COMMENT ON CONSTRAINT {name} ON {_table(table.name)} IS {quote_literal(PG, constraint.comment)}"),)


def validate_constraint(table: Table, constraint: ForeignKey | CheckConstraint) -> Change:
    """Check the rows that were there before the constraint; undo puts the unvalidated constraint back."""
    name = quote_name(PG, constraint.name)
    undo = (
        Step(drop_constraint_statement(PG, table.name, constraint.name)),
        Step(add_constraint_definition(constraint, PG, table.name)),
        *_comment_again(table, constraint),
    )
    return Change(
        ChangeKind.SCHEMA,
        Strategy.ONLINE_DDL,
        (Step(f"ALTER TABLE {_table(table.name)} VALIDATE CONSTRAINT {name}"),),
        undo,
        SHARE_UPDATE,
        "as long as one scan of the table",
        constraint_exists(PG, table.name, constraint.name),
        hazards=("it fails, and changes nothing, when rows break the constraint",),
    )


def add_check(table: Table, name: str, expression: str, *, engine: Engine = PG) -> Change:
    """Add a check without scanning under the strong lock, then validate it. MySQL copies the table for it."""
    if engine is not PG:
        return add_mysql_check(engine, table, name, expression)
    quoted, target = quote_name(PG, name), _table(table.name)
    return Change(
        ChangeKind.SCHEMA,
        Strategy.ONLINE_DDL,
        (
            Step(f"ALTER TABLE {target} ADD CONSTRAINT {quoted} CHECK ({expression}) NOT VALID", alone=True),
            Step(f"ALTER TABLE {target} VALIDATE CONSTRAINT {quoted}", alone=True),
        ),
        (Step(drop_constraint_statement(PG, table.name, name)),),
        f"ACCESS EXCLUSIVE for milliseconds; VALIDATE: {SHARE_UPDATE}",
        f"{BRIEF}; VALIDATE reads the table once",
        constraint_exists(PG, table.name, name),
        hazards=("VALIDATE fails when rows break the rule: correct them first",),
    )


def set_deferrable(table: Table, key: ForeignKey) -> Change:
    """Let a transaction postpone a foreign key's check to its end (SET CONSTRAINTS … DEFERRED); nothing else changes."""
    name, target = quote_name(PG, key.name), _table(table.name)
    where = f"conrelid = to_regclass({quote_literal(PG, target)}) AND conname = {quote_literal(PG, key.name)}"
    return Change(
        ChangeKind.SCHEMA,
        Strategy.ONLINE_DDL,
        (Step(f"ALTER TABLE {target} ALTER CONSTRAINT {name} DEFERRABLE INITIALLY IMMEDIATE"),),
        (Step(f"ALTER TABLE {target} ALTER CONSTRAINT {name} NOT DEFERRABLE"),),
        SHARE_ROW,
        BRIEF,
        Verification(f"SELECT coalesce((SELECT condeferrable FROM pg_constraint WHERE {where}), false)", "t"),
    )


def drop_foreign_key(table: Table, key: ForeignKey, *, engine: Engine = PG) -> Change:
    """Drop a foreign key that another one repeats; undo adds it as it was."""
    if engine is not PG:
        return drop_mysql_foreign_key(engine, table, key)
    add = add_constraint_definition(key, PG, table.name)
    staged = key.validated and table.partition_key is None and key.enforced
    undo = [Step(add + (" NOT VALID" if staged else ""))]
    undo += [Step(f"ALTER TABLE {_table(table.name)} VALIDATE CONSTRAINT {quote_name(PG, key.name)}")] if staged else []
    return Change(
        ChangeKind.SCHEMA,
        Strategy.ONLINE_DDL,
        (Step(drop_constraint_statement(PG, table.name, key.name, foreign=True)),),
        (*undo, *_comment_again(table, key)),
        "ACCESS EXCLUSIVE on both tables: reads and writes wait",
        BRIEF,
        constraint_missing(PG, table.name, key.name),
    )


def enforce_foreign_key(table: Table, key: ForeignKey) -> Change:
    """ALTER CONSTRAINT … ENFORCED (18): the server checks every row and every change from then on."""
    name, target = quote_name(PG, key.name), _table(table.name)
    return Change(
        ChangeKind.SCHEMA,
        Strategy.STANDARD,
        (Step(f"ALTER TABLE {target} ALTER CONSTRAINT {name} ENFORCED"),),
        (Step(f"ALTER TABLE {target} ALTER CONSTRAINT {name} NOT ENFORCED"),),
        SHARE_ROW,
        "as long as one scan of the table and a look-up of each value",
        constraint_exists(PG, table.name, key.name),
        online=False,
        risk=Risk.MEDIUM,
        hazards=("it fails, and changes nothing, when rows break the constraint",),
    )


def enforce_check(table: Table, check: CheckConstraint) -> Change:
    """Add the check again, enforced but unvalidated, and validate it; undo puts the unenforced one back."""
    name, target = quote_name(PG, check.name), _table(table.name)
    drop = Step(drop_constraint_statement(PG, table.name, check.name))
    enforced = check.definition.replace(" NOT ENFORCED", "").replace(" NOT VALID", "")
    return Change(
        ChangeKind.SCHEMA,
        Strategy.ONLINE_DDL,
        (
            drop,
            Step(f"ALTER TABLE {target} ADD CONSTRAINT {name} {enforced} NOT VALID"),
            *_comment_again(table, check),
            Step(f"ALTER TABLE {target} VALIDATE CONSTRAINT {name}", alone=True),
        ),
        (drop, Step(add_constraint_definition(check, PG, table.name)), *_comment_again(table, check)),
        f"ACCESS EXCLUSIVE for milliseconds; VALIDATE: {SHARE_UPDATE}",
        f"{BRIEF}; VALIDATE reads the table once",
        constraint_exists(PG, table.name, check.name),
        hazards=("VALIDATE fails when rows break the constraint: correct them first",),
    )
