"""Index that the server does not use because its build or rebuild failed.

A CONCURRENTLY build that was cancelled, timed out or met duplicates leaves an index marked invalid: no statement reads it, every
write still keeps it, and a unique one may go on refusing rows; a change that writes the table anew builds it too, and fails on duplicates. Names that end in _ccnew or _ccold are left over from
REINDEX CONCURRENTLY and are superfluous.

Ignore it while a build is going on, which looks the same; tables on which some session holds the lock of a build are left out.
"""

from collections.abc import Iterator
from dataclasses import replace
from re import search

from dbarchitect.checks._counts import counted
from dbarchitect.checks._tables import invalid_unique_question
from dbarchitect.checks._weigh import in_bytes, share_of_database
from dbarchitect.model.catalog import Index, Table
from dbarchitect.model.change import Change
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, QualifiedName, index_subject
from dbarchitect.model.questions import UniquenessAnswer
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import drop_index
from dbarchitect.sql.identifiers import quote_literal, quote_qualified
from dbarchitect.sql.index_changes import rebuild_index

CODES = ("IDX-05",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_BUILD_LOCKS = frozenset({"ShareUpdateExclusiveLock", "ShareLock", "ShareRowExclusiveLock", "AccessExclusiveLock"})


def _being_built(snapshot: Snapshot) -> set[QualifiedName]:
    facts = snapshot.postgres
    if facts is None:
        return set()
    vacuums = {v.pid for v in facts.vacuums}
    return {lock.relation for lock in facts.locks if lock.mode in _BUILD_LOCKS and lock.pid not in vacuums}


def _superfluous(table: Table, index: Index) -> bool:
    if index.primary or index.constraint or index.parent is not None:
        return False
    twin = any(
        o is not index
        and o.valid
        and (o.method, o.entries, o.predicate, o.include, o.unique)
        == (index.method, index.entries, index.predicate, index.include, index.unique)
        for o in table.indexes
    )
    return twin or search(r"_cc(new|old)\d*$", index.name.name) is not None


def _duplicates(snapshot: Snapshot, table: Table, index: Index) -> int:
    """How many rows repeat a value of a unique index's key, as far as the rows were read."""
    question = invalid_unique_question(table, index)
    answer = snapshot.answer(question) if question else None
    return answer.duplicates if isinstance(answer, UniquenessAnswer) else 0


def _benefit(index: Index, goes: bool) -> str:
    if not goes:
        return "the index serves again"
    return f"frees {in_bytes(index.bytes)} and its share of every write" if index.bytes else "the table can be written anew again"


def _removal(snapshot: Snapshot, table: Table, index: Index) -> Change:
    drop = drop_index(snapshot.engine, table, index)
    assumption = ("if it was to keep duplicates out: remove those first, then build it again",) if index.unique else ()
    return replace(
        drop, undo=(), no_undo="an index that no statement could use is gone; nothing is lost with it", assumptions=assumption
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each invalid index that no session is building."""
    busy = _being_built(snapshot)
    for table, index in snapshot.catalog.indexes():
        if (index.valid and index.ready) or table.partition_key or {table.name, index.name} & busy:
            continue
        superfluous, duplicates = _superfluous(table, index), _duplicates(snapshot, table, index)
        goes = superfluous or bool(duplicates and not index.constraint and not index.primary)
        change = _removal(snapshot, table, index) if goes else rebuild_index(table, index)
        if index.unique and not goes:
            change = replace(
                change, hazards=(*change.hazards, "it fails while the table holds duplicates of its key: remove them first")
            )
        name = quote_literal(snapshot.engine, quote_qualified(snapshot.engine, index.name))
        yield Finding(
            subject=index_subject(table.name, index.name.name),
            title=f"index {index.name.name} is invalid",
            claim=(
                f"{index.name.name} on {table.name} is marked invalid: no statement reads it"
                + (f", every write keeps its {in_bytes(index.bytes or 0)}" if index.ready else "")
                + ("; a valid index does its work already." if superfluous else "; what it was built for goes without an index.")
                + (
                    f" It cannot be built: {counted(duplicates, 'row')} repeat{'s' if duplicates == 1 else ''} a value that it wants once. "
                    "What writes the table anew fails on it too."
                    if duplicates
                    else ""
                )
            ),
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"pg_index.indisvalid is {'true' if index.valid else 'false'}, indisready {'true' if index.ready else 'false'}",
                    f"SELECT indisvalid, indisready FROM pg_index WHERE indexrelid = to_regclass({name})",
                ),
            ),
            change=change,
            severity=Severity.WARNING,
            weight=share_of_database(snapshot, table),
            benefit=_benefit(index, goes),
        )


_TABLE = """
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, placed date NOT NULL);
INSERT INTO orders SELECT i, 1 + i % 2000, date '2025-01-01' + i % 365 FROM generate_series(1, 5000) i;
CREATE INDEX customer ON orders (customer_id);
CREATE INDEX customer_ccnew ON orders (customer_id);
CREATE INDEX placed ON orders (placed);
"""
_BREAK = "UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('customer_ccnew'::regclass, 'placed'::regclass);"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + _BREAK,
        good=_TABLE,
        yields=("index public.orders.customer_ccnew", "index public.orders.placed"),
    ),
    Example(
        Engine.POSTGRESQL,
        name="a build is going on",
        bad=_TABLE + _BREAK,
        good=_TABLE + _BREAK + "\n-- session builder\nBEGIN; LOCK TABLE orders IN SHARE UPDATE EXCLUSIVE MODE;\n",
        yields=("index public.orders.customer_ccnew", "index public.orders.placed"),
    ),
    Example(
        Engine.POSTGRESQL,
        name="duplicates",
        bad=_TABLE
        + """
CREATE UNIQUE INDEX numbered ON orders (id, customer_id);
CREATE UNIQUE INDEX early ON orders (placed) WHERE id < 200;
UPDATE pg_index SET indisvalid = false, indisready = false WHERE indexrelid IN ('numbered'::regclass, 'early'::regclass);
INSERT INTO orders VALUES (0, 0, '2025-01-03');
""",
        good=_TABLE,
        yields=("index public.orders.numbered", "index public.orders.early"),
    ),
)
