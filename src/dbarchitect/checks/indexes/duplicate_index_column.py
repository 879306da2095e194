"""Index that holds the same column twice.

A second key part, or an included copy, of a column that stands in the key already narrows nothing down and sorts nothing; it only
makes every entry wider.

Ignore it in GIN, GiST and SP-GiST, where the same column under two operator classes serves two kinds of search: those are
not reported.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._index_facts import bound
from dbarchitect.checks._weigh import share_of_database
from dbarchitect.model.catalog import Index, IndexEntry
from dbarchitect.model.change import ChangeKind, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, index_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.identifiers import quote_literal, quote_qualified
from dbarchitect.sql.index_changes import replace_index

CODES = ("IDX-09",)
ENGINES = (Engine.POSTGRESQL,)


def _once(index: Index) -> Index:
    """The index without repeated columns."""
    kept: list[IndexEntry] = []
    for entry in index.entries:
        twin = any(
            entry.column is not None
            and (o.column, o.operator_class, o.collation) == (entry.column, entry.operator_class, entry.collation)
            for o in kept
        )
        if not twin:
            kept.append(entry)
    keys = {e.column for e in kept if e.operator_class is None and e.collation is None}
    include = tuple(dict.fromkeys(c for c in index.include if c not in keys))
    return replace(index, entries=tuple(kept), include=include)


def _width_is(index: Index, width: int) -> Verification:
    name = quote_literal(Engine.POSTGRESQL, quote_qualified(Engine.POSTGRESQL, index.name))
    return Verification(f"SELECT coalesce((SELECT indnatts FROM pg_index WHERE indexrelid = to_regclass({name})), 0)", str(width))


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each B-tree that repeats a column."""
    for table, index in snapshot.catalog.indexes():
        once = _once(index) if index.method == "btree" and index.parent is None else index
        if (once.entries, once.include) == (index.entries, index.include) or not index.valid:
            continue
        width = len(once.entries) + len(once.include)
        change = replace_index(table, index, once, _width_is(index, width))
        if bound(index):
            change = advice(
                ChangeKind.INDEX,
                "A constraint or the replica identity rests on the index: declare it anew without the repeated column.",
            )
        yield Finding(
            subject=index_subject(table.name, index.name.name),
            title=f"index {index.name.name} holds a column twice",
            claim=f"{index.name.name} on {table.name} repeats a column: {index.definition}. The copy widens every entry and serves nothing.",
            evidence=(Evidence(EvidenceKind.OBSERVED, index.definition),),
            change=change,
            severity=Severity.NOTICE,
            weight=share_of_database(snapshot, table),
            benefit="a smaller index with the same use",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, placed date);
CREATE INDEX a ON orders (customer_id, placed, customer_id);
CREATE INDEX b ON orders (customer_id DESC NULLS LAST) INCLUDE (customer_id, placed);
""",
        good="""
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, note text);
CREATE INDEX a ON orders (customer_id, id) INCLUDE (note);
CREATE INDEX b ON orders (note, note text_pattern_ops);
CREATE INDEX c ON orders (note text_pattern_ops) INCLUDE (note);
""",
        yields=("index public.orders.a", "index public.orders.b"),
    ),
)
