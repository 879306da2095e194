"""B-tree or hash index over a whole jsonb column.

It finds a document that equals another one as a whole, which hardly any statement asks for, and no key or element inside
(`@>`, `?`, `->>`). A document above some 2,700 bytes makes the INSERT fail with "index row size exceeds btree maximum".

Ignore it when whole documents are compared. When statements look at one key alone, an index on that expression
(`(doc ->> 'customer')`) is smaller than GIN over all of them.
"""

from collections.abc import Iterator
from dataclasses import replace

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

CODES = ("IDX-15", "NEW-09")
ENGINES = (Engine.POSTGRESQL,)


def _document(table: Table, index: Index) -> str | None:
    if index.method not in ("btree", "hash") or len(index.entries) != 1 or index.unique or bound(index) or not index.valid:
        return None
    column = table.column(index.entries[0].column or "")
    scanned = index.usage is not None and index.usage.scans > 0
    return column.name if column is not None and column.type.family is TypeFamily.JSONB and not scanned else None


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each index that can only compare whole documents."""
    for table, index in snapshot.catalog.indexes():
        column = _document(table, index)
        if column is None or is_small(snapshot, table, limits):
            continue
        change = inverted_instead(table, index)
        limit = " and an INSERT of a document above some 2,700 bytes fails" if index.method == "btree" else ""
        yield Finding(
            subject=index_subject(table.name, index.name.name),
            title=f"index {index.name.name} cannot look into documents",
            claim=(
                f"{index.name.name} ({index.method}) over {column} of {table.name} ({table_facts(snapshot, table)}) compares whole "
                f"documents only; statements that ask for keys or elements read the table{limit}."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, index.definition),),
            change=replace(
                change,
                assumptions=(*change.assumptions, "statements use @>, ? or jsonpath; for -> and ->> index the expression instead"),
            ),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="searches inside documents can use the index",
        )


_TABLE = """
CREATE TABLE events (id bigint PRIMARY KEY, doc jsonb NOT NULL);
INSERT INTO events SELECT i, jsonb_build_object('user', i % 90, 'kind', 'k' || i % 7) FROM generate_series(1, 5000) i;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + "CREATE INDEX doc ON events (doc); CREATE INDEX doc_hash ON events USING hash (doc); ANALYZE;",
        good=_TABLE
        + "CREATE INDEX doc ON events USING gin (doc jsonb_path_ops); CREATE INDEX kind ON events ((doc ->> 'kind')); ANALYZE;",
        yields=("index public.events.doc", "index public.events.doc_hash"),
    ),
)
