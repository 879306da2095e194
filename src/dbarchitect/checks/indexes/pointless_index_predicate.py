"""Partial index whose condition every row meets.

`WHERE c IS NOT NULL` on a column that is NOT NULL leaves no row out. The index is as large as a whole one, but the planner must
prove the condition first: it is not used to sort or count the whole table, and ON CONFLICT must repeat it.

Ignore it when the column is about to become nullable.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._index_facts import bound
from dbarchitect.checks._weigh import share_of_database
from dbarchitect.model.catalog import Index, Table
from dbarchitect.model.change import Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, index_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_literal, quote_name, quote_qualified
from dbarchitect.sql.index_changes import replace_index

CODES = ("IDX-14",)
ENGINES = (Engine.POSTGRESQL,)


def _always_true(table: Table, index: Index) -> str | None:
    """The NOT NULL column that the whole predicate asks to be not null."""
    predicate = (index.predicate or "").strip("() ")
    for column in table.columns:
        if (
            not column.nullable
            and column.not_null_validated
            and predicate == f"{quote_name(Engine.POSTGRESQL, column.name)} IS NOT NULL"
        ):
            return column.name
    return None


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each partial index that leaves nothing out."""
    for table, index in snapshot.catalog.indexes():
        column = _always_true(table, index) if index.predicate and index.valid and not bound(index) else None
        if column is None:
            continue
        name = quote_literal(snapshot.engine, quote_qualified(snapshot.engine, index.name))
        whole = f"SELECT coalesce((SELECT indpred IS NULL FROM pg_index WHERE indexrelid = to_regclass({name})), false)"
        yield Finding(
            subject=index_subject(table.name, index.name.name),
            title=f"the condition of index {index.name.name} is always true",
            claim=(
                f"{index.name.name} on {table.name} holds only rows where {column} is not null, but {column} is declared NOT NULL; "
                "the condition saves nothing and keeps the index from serving whole-table sorts and ON CONFLICT."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"{index.definition}; {table.name}.{column} is NOT NULL"),),
            change=replace_index(table, index, replace(index, predicate=None), Verification(whole, "t")),
            severity=Severity.NOTICE,
            weight=share_of_database(snapshot, table),
            benefit="the index serves every statement on its keys",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE orders (id bigint PRIMARY KEY, placed date NOT NULL, "Sent At" timestamptz NOT NULL);
CREATE INDEX placed ON orders (placed DESC, id) INCLUDE ("Sent At") WHERE placed IS NOT NULL;
CREATE INDEX sent ON orders (id) WHERE "Sent At" IS NOT NULL;
""",
        good="""
CREATE TABLE orders (id bigint PRIMARY KEY, placed date, sent date NOT NULL);
CREATE INDEX placed ON orders (placed) WHERE placed IS NOT NULL;
CREATE INDEX sent ON orders (sent) WHERE placed IS NULL AND sent IS NOT NULL;
""",
        yields=("index public.orders.placed", "index public.orders.sent"),
    ),
)
