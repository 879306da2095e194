"""Constraint that is declared but not enforced.

NOT ENFORCED (PostgreSQL 18) makes a constraint a remark: no row is ever checked, and readers of the schema, people and tools alike,
take it for a promise.

Ignore it where another system keeps the promise and the declaration is meant as documentation.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import CheckConstraint, ForeignKey, Table
from dbarchitect.model.change import Change, ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, constraint_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.constraint_changes import enforce_check, enforce_foreign_key

CODES = ("KEY-08",)
ENGINES = (Engine.POSTGRESQL,)


def _change(table: Table, constraint: ForeignKey | CheckConstraint) -> Change:
    if isinstance(constraint, ForeignKey):
        return enforce_foreign_key(table, constraint)
    if constraint.no_inherit or table.partition_key:
        return advice(
            ChangeKind.SCHEMA, f"Drop {constraint.name} and add it again without NOT ENFORCED, as NOT VALID, then validate it."
        )
    return enforce_check(table, constraint)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each foreign key or check that is not enforced."""
    for table in snapshot.catalog.tables:
        declared: tuple[ForeignKey | CheckConstraint, ...] = (*table.foreign_keys, *table.checks)
        for constraint in declared:
            if constraint.enforced or constraint.inherited:
                continue
            yield Finding(
                subject=constraint_subject(table.name, constraint.name),
                title=f"{constraint.name} is not enforced",
                claim=f"{constraint.name} on {table.name} ({table_facts(snapshot, table)}) is declared NOT ENFORCED: no row is ever checked.",
                evidence=(Evidence(EvidenceKind.OBSERVED, f"conenforced is false: {constraint.definition}"),),
                change=_change(table, constraint),
                severity=Severity.NOTICE,
                weight=share_of_database(snapshot, table),
                benefit="the declaration holds for every row",
            )


_TABLES = """
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id){words}, total int CHECK (total > 0){words});
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLES.format(words=" NOT ENFORCED"),
        good=_TABLES.format(words=""),
        yields=("constraint public.orders.orders_customer_id_fkey", "constraint public.orders.orders_total_check"),
    ),
)
