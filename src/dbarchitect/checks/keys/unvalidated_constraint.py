"""Constraint that was never checked against the rows that were there before it.

New rows are held to it, old ones may break it, and the planner cannot rely on it. VALIDATE CONSTRAINT reads the table once while
reads and writes go on.

Ignore it while the old rows are being corrected.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted, is_are
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.keys._orphans import orphan_query
from dbarchitect.model.catalog import CheckConstraint, ForeignKey, Table
from dbarchitect.model.change import Change, ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, constraint_subject
from dbarchitect.model.questions import InclusionAnswer, InclusionQuestion
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.constraint_changes import validate_constraint

CODES = ("KEY-08",)
ENGINES = (Engine.POSTGRESQL,)


def _constraints(table: Table) -> Iterator[ForeignKey | CheckConstraint]:
    for key in table.foreign_keys:
        if not key.validated and key.enforced and not key.inherited:
            yield key
    for check in table.checks:
        if not check.validated and check.enforced and not check.inherited:
            yield check


def _answer(snapshot: Snapshot, table: Table, constraint: ForeignKey | CheckConstraint) -> InclusionAnswer | None:
    if not isinstance(constraint, ForeignKey):
        return None
    question = InclusionQuestion(table.name, constraint.columns, constraint.target, constraint.target_columns)
    answer = snapshot.answer(question)
    return answer if isinstance(answer, InclusionAnswer) else None


def _change(table: Table, constraint: ForeignKey | CheckConstraint, answer: InclusionAnswer | None) -> Change:
    if answer is not None and answer.orphans:
        return advice(
            ChangeKind.SCHEMA,
            f"VALIDATE CONSTRAINT {constraint.name} fails until the rows without a parent are given one, set to NULL or deleted; list them with "
            f"{orphan_query(answer.question)}",
        )
    return validate_constraint(table, constraint)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each enforced constraint that is marked as not validated."""
    for table in snapshot.catalog.tables:
        for constraint in _constraints(table):
            answer = _answer(snapshot, table, constraint)
            broken = (
                f" Of {counted(answer.values, 'row')} looked up {answer.orphans:,} {is_are(answer.orphans)} without a parent."
                if answer and answer.orphans
                else ""
            )
            clean = (
                f" No orphan among {counted(answer.values, 'row')} looked up."
                if answer and answer.values and not answer.orphans
                else ""
            )
            orphans = (
                Evidence(EvidenceKind.OBSERVED, counted(answer.orphans, "orphan"), orphan_query(answer.question))
                if answer
                else None
            )
            yield Finding(
                subject=constraint_subject(table.name, constraint.name),
                title=f"{constraint.name} was never validated",
                claim=(
                    f"{constraint.name} on {table.name} ({table_facts(snapshot, table)}) holds for new rows only; older ones were never "
                    f"checked.{broken}{clean}"
                ),
                evidence=(
                    Evidence(EvidenceKind.OBSERVED, f"convalidated is false: {constraint.definition}"),
                    *((orphans,) if orphans else ()),
                ),
                change=_change(table, constraint, answer),
                severity=Severity.WARNING,
                weight=share_of_database(snapshot, table),
                benefit="the constraint can be relied on for every row",
            )


_TABLES = """
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total int);
INSERT INTO customers SELECT i FROM generate_series(1, 50) i;
INSERT INTO orders SELECT i, 1 + i % 50, i FROM generate_series(1, 2000) i;
ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total > 0) NOT VALID;
ALTER TABLE orders ADD CONSTRAINT customer FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLES + "COMMENT ON CONSTRAINT customer ON orders IS 'who ordered';",
        good=_TABLES + "ALTER TABLE orders VALIDATE CONSTRAINT total_positive; ALTER TABLE orders VALIDATE CONSTRAINT customer;",
        yields=("constraint public.orders.total_positive", "constraint public.orders.customer"),
    ),
    Example(
        Engine.POSTGRESQL,
        name="old rows break it",
        bad="""
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);
INSERT INTO orders VALUES (1, 7);
ALTER TABLE orders ADD CONSTRAINT customer FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;
""",
        good="""
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);
ALTER TABLE orders ADD CONSTRAINT customer FOREIGN KEY (customer_id) REFERENCES customers (id) NOT ENFORCED;
""",
        yields=("constraint public.orders.customer",),
    ),
)
