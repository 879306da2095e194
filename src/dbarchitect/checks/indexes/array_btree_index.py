"""B-tree over an array column.

A B-tree compares arrays as wholes: it finds `tags = '{a,b}'` and nothing that asks what an array holds (`@>`, `<@`, `&&`). Those
read the table. GIN indexes the elements.

Ignore it when statements really look up whole arrays; then a scan of the index shows in its counters, and it is not reported.
"""

from collections.abc import Iterator

from dbarchitect.checks._index_facts import bound
from dbarchitect.checks._inverted import inverted_instead
from dbarchitect.checks._weigh import is_small, share_of_database, table_facts
from dbarchitect.model.catalog import Index, Table, TypeFamily
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, index_subject
from dbarchitect.model.snapshot import Snapshot

CODES = ("IDX-15",)
ENGINES = (Engine.POSTGRESQL,)


def array_column(table: Table, index: Index) -> str | None:
    """The array column of a one-column B-tree that nothing has scanned."""
    if index.method != "btree" or len(index.entries) != 1 or index.unique or bound(index) or not index.valid:
        return None
    column = table.column(index.entries[0].column or "")
    scanned = index.usage is not None and index.usage.scans > 0
    return column.name if column is not None and column.type.family is TypeFamily.ARRAY and not scanned else None


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each B-tree over one array column."""
    for table, index in snapshot.catalog.indexes():
        column = array_column(table, index)
        if column is None or is_small(snapshot, table, limits):
            continue
        yield Finding(
            subject=index_subject(table.name, index.name.name),
            title=f"index {index.name.name} cannot look into arrays",
            claim=(
                f"{index.name.name} is a B-tree over the array {column} of {table.name} ({table_facts(snapshot, table)}): it compares whole "
                "arrays only, and statements that ask for elements (@>, &&) read the table."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, index.definition),),
            change=inverted_instead(table, index),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="searches for elements can use the index",
        )


_TABLE = """
CREATE TABLE posts (id bigint PRIMARY KEY, tags text[] NOT NULL, title text NOT NULL);
INSERT INTO posts SELECT i, ARRAY['t' || i % 90, 'u' || i % 70], 'title' FROM generate_series(1, 5000) i;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + "CREATE INDEX tags ON posts (tags); ANALYZE;",
        good=_TABLE + "CREATE INDEX tags ON posts USING gin (tags); CREATE INDEX title ON posts (title); ANALYZE;",
        yields=("index public.posts.tags",),
    ),
)
