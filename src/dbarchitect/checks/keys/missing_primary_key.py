"""Table without a primary key.

Nothing keeps a row from standing twice, no row can be named for an update or a reference, logical replication cannot carry
updates and deletes, and online schema change tools refuse the table. InnoDB then orders the rows by a hidden number that no
statement can use, and replicas look for each changed row by reading the whole table.

Ignore it for append-only logs and staging tables that are loaded and emptied as a whole. Unlogged and temporary tables,
foreign tables and partitions are left out; tables of a single column are one_column_table's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dbarchitect.checks._btree import btree_bytes
from dbarchitect.checks._index_facts import referenced_columns
from dbarchitect.checks._names import singular
from dbarchitect.checks._weigh import share_of_database, table_facts, weigh
from dbarchitect.checks.keys._candidates import key_column
from dbarchitect.model.catalog import Column, Index, Persistence, Table, TableKind
from dbarchitect.model.change import Change, ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import MYSQL_FAMILY, RELATIONAL, Engine, table_subject
from dbarchitect.model.questions import NullAnswer, NullQuestion, UniquenessAnswer
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.key_changes import add_identity_key, add_primary_key, promote_to_primary_key, promote_unique_to_primary_key
from dbarchitect.sql.mysql_changes import add_number_key, promote_index

CODES = ("SCH-01", "SCH-02")
ENGINES = RELATIONAL


def identifying_index(table: Table) -> Index | None:
    """A unique index over NOT NULL columns alone, which identifies every row; the narrowest one."""
    required = {c.name for c in table.columns if not c.nullable and c.not_null_validated}
    deferred = {k.index for k in table.keys if k.deferrable}
    found = [
        i
        for i in table.indexes
        if i.unique
        and i.whole
        and i.method == "btree"
        and i.name.name not in deferred
        and all(e.column in required for e in i.entries)
    ]
    return min(found, key=lambda i: (len(i.entries), i.name.name), default=None)


def _promotable(index: Index) -> bool:
    """ADD PRIMARY KEY USING INDEX takes plain ascending columns of the default operator class."""
    return not any(e.descending or e.nulls_first or e.operator_class or e.collation for e in index.entries)


def _new_column(table: Table) -> str:
    names = (f"{singular(table.name.name.lower())}_id", "row_id", "row_number_id")
    taken = {c.name.lower() for c in table.columns}
    return next(n for n in ("id", *names, f"{table.name.name.lower()}_row_id") if n not in taken)


@dataclass(frozen=True, slots=True)
class _Clean:
    """A column without nulls and duplicates, as far as it was read."""

    column: Column
    rows: int
    complete: bool

    @property
    def known(self) -> str:
        """What of it is known, in words."""
        where = "any row" if self.complete else f"the {self.rows:,} rows that were read"
        return f"{self.column.name} has neither a null nor a value twice in {where} and could be it"


def _proven_column(snapshot: Snapshot, table: Table) -> _Clean | None:
    """A column named like a key in which neither a null nor a duplicate was met, in all rows or in those that were read."""
    candidate = key_column(snapshot, table)
    if candidate is None:
        return None
    unique = snapshot.answer(candidate.question)
    nulls = snapshot.answer(NullQuestion(table.name, candidate.column.name))
    if not isinstance(unique, UniquenessAnswer) or not isinstance(nulls, NullAnswer) or not unique.values:
        return None
    clean = not unique.duplicates and not nulls.nulls
    return _Clean(candidate.column, unique.reach.rows_read, unique.reach.complete and nulls.reach.complete) if clean else None


def _numbered(snapshot: Snapshot, table: Table) -> Change:
    key = table.partition_key
    if any(table.name in other.inherits for other in snapshot.catalog.tables):
        return advice(
            ChangeKind.SCHEMA,
            f"Choose the columns that identify a row. A primary key of {table.name} covers none of the tables that inherit from it: each needs "
            "its own; and no identity column can be added to a table that others inherit from.",
        )
    if key is None:
        return add_identity_key(table, _new_column(table))
    required = {c.name for c in table.columns if not c.nullable}
    if snapshot.catalog.version.major < 17 or not key.columns or not set(key.columns) <= required:
        return advice(
            ChangeKind.SCHEMA,
            f"Choose the columns that identify a row; a primary key of {table.name} must hold its partition key ({key.definition}), NOT NULL.",
        )
    return add_identity_key(table, _new_column(table))


def _mysql_change(snapshot: Snapshot, table: Table, index: Index | None) -> Change:
    if any(c.identity for c in table.columns):
        numbered = next(c.name for c in table.columns if c.identity)
        return advice(ChangeKind.SCHEMA, f"Declare {numbered}, which AUTO_INCREMENT fills, as PRIMARY KEY in place of its index.")
    if index is None and table.partition_key is not None:
        return advice(
            ChangeKind.SCHEMA, f"Choose the columns that identify a row; the key must hold {table.partition_key.definition}."
        )
    if index is None:
        return add_number_key(snapshot.engine, table, _new_column(table))
    if any(e.prefix_length for e in index.entries) or (table.name, frozenset(index.columns)) in referenced_columns(snapshot):
        return advice(
            ChangeKind.SCHEMA, f"Declare ({', '.join(index.columns)}), which {index.name.name} keeps unique, as PRIMARY KEY."
        )
    return promote_index(snapshot.engine, table, index)


def _change(snapshot: Snapshot, table: Table, index: Index | None) -> Change:
    if snapshot.engine in MYSQL_FAMILY:
        return _mysql_change(snapshot, table, index)
    clean = _proven_column(snapshot, table) if index is None else None
    if clean is not None:
        size = btree_bytes(snapshot, table, (clean.column.name,), unique=True)
        change = add_primary_key(table, clean.column, size_bytes=size)
        unread = "rows that were not read may hold a value twice: then the unique index cannot be built: drop what is left of it"
        return change if clean.complete else replace(change, assumptions=(*change.assumptions, unread))
    if index is None:
        return _numbered(snapshot, table)
    key = next((k for k in table.keys if k.index == index.name.name), None)
    if table.partition_key is not None or not _promotable(index):
        return advice(
            ChangeKind.SCHEMA, f"Declare ({', '.join(index.columns)}), which {index.name.name} keeps unique, as PRIMARY KEY."
        )
    if key is not None or index.constraint:
        keep = (table.name, frozenset(index.columns)) in referenced_columns(snapshot)
        if key is None or keep or index.replica_identity:
            return advice(
                ChangeKind.SCHEMA,
                f"Declare ({', '.join(index.columns)}) as PRIMARY KEY; what rests on {index.constraint} stays with it.",
            )
        return promote_unique_to_primary_key(table, key, index)
    if (table.name, frozenset(index.columns)) in referenced_columns(snapshot):
        return advice(
            ChangeKind.SCHEMA,
            f"Declare ({', '.join(index.columns)}) as PRIMARY KEY in place of {index.name.name}: foreign keys rest on that index, so drop them "
            "first and add them again after.",
        )
    change = promote_to_primary_key(table, index)
    if index.replica_identity:
        return replace(change, hazards=(*change.hazards, "undo leaves the replica identity at its default"))
    return change


def _one_column_alone(table: Table) -> bool:
    return len(table.columns) == 1 and not table.columns[0].identity and not any(i.unique and i.whole for i in table.indexes)


def _unique_in_each_part(snapshot: Snapshot, table: Table) -> tuple[str, ...]:
    """The columns that every partition keeps unique by an index of its own; with the partition key they identify a row."""
    found = [identifying_index(part) for part in snapshot.partitions(table.name)] if table.partition_key else []
    columns = {i.columns if i else () for i in found}
    return next(iter(columns)) if len(columns) == 1 else ()


def _whole_key(table: Table, columns: tuple[str, ...]) -> Change:
    key = table.partition_key.columns if table.partition_key else ()
    whole = ", ".join(dict.fromkeys((*columns, *key)))
    return advice(
        ChangeKind.SCHEMA,
        f"Declare ({whole}) as PRIMARY KEY of {table.name}, then drop the partitions' own unique indexes if the new one serves their "
        "statements as well; building it stops writes.",
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each permanent table without a primary key; partitions count with their parent."""
    for table in snapshot.catalog.tables:
        if table.primary_key or table.is_partition or table.inherits or not table.columns:
            continue
        if table.kind is TableKind.FOREIGN or table.persistence is not Persistence.PERMANENT:
            continue
        index = identifying_index(table)
        proven = _proven_column(snapshot, table) if index is None else None
        if _one_column_alone(table) and index is None and proven is None:
            continue  # one_column_table says so
        partly = next((i.name.name for i in table.indexes if i.unique and i.whole), None)
        parts = _unique_in_each_part(snapshot, table) if index is None else ()
        known = (
            f"; {index.name.name} keeps ({', '.join(index.columns)}) unique and could be it"
            if index
            else f"; {proven.known}"
            if proven
            else f"; each of its partitions keeps ({', '.join(parts)}) unique by itself"
            if parts
            else f"; {partly} keeps rows apart, but over expressions or columns that may be null"
            if partly
            else "; no column is declared to identify a row"
        )
        severity = weigh(snapshot, table, limits)
        yield Finding(
            subject=table_subject(table.name),
            title=f"{table.name.name} has no primary key",
            claim=f"{table.name} ({table_facts(snapshot, table)}) has no primary key{known}.",
            evidence=(Evidence(EvidenceKind.OBSERVED, "no key of the table is declared PRIMARY KEY in the catalogue"),),
            change=_whole_key(table, parts) if parts else _change(snapshot, table, index),
            severity=Severity.NOTICE if index or parts or partly else min(severity, Severity.WARNING, key=lambda s: s.value),
            confidence=Confidence.PROVEN if proven is None or proven.complete else Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="rows can be named, referenced and replicated",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE visits (id text, page text NOT NULL);
CREATE TABLE codes (code text NOT NULL, label text);
CREATE UNIQUE INDEX codes_code ON codes (code);
CREATE TABLE rates (day date NOT NULL, rate numeric, UNIQUE (day));
CREATE TABLE parts (taken date NOT NULL, value int) PARTITION BY RANGE (taken);
CREATE TABLE parts_a PARTITION OF parts FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE pages (site int NOT NULL, page int NOT NULL, live boolean NOT NULL) PARTITION BY LIST (live);
CREATE TABLE pages_live PARTITION OF pages FOR VALUES IN (true);
CREATE TABLE pages_old PARTITION OF pages FOR VALUES IN (false);
CREATE UNIQUE INDEX ON pages_live (site, page);
CREATE UNIQUE INDEX ON pages_old (site, page);
CREATE TABLE regions (code text NOT NULL, name text);
CREATE UNIQUE INDEX regions_code ON regions (code);
CREATE TABLE shops (id int PRIMARY KEY, region text REFERENCES regions (code));
CREATE TABLE animals (name text, born date); CREATE TABLE dogs (breed text) INHERITS (animals);
CREATE TABLE copies AS SELECT i AS id, 'x' AS note FROM generate_series(1, 2000) i;
INSERT INTO visits SELECT 'x', 'y' FROM generate_series(1, 2000);
ANALYZE;
""",
        good="""
CREATE TABLE visits (id bigint PRIMARY KEY, page text NOT NULL);
CREATE UNLOGGED TABLE staging (line text);
CREATE TABLE waiting (visit_id bigint NOT NULL);
CREATE TABLE parts (taken date, id int, PRIMARY KEY (id, taken)) PARTITION BY RANGE (taken);
CREATE TABLE parts_a PARTITION OF parts FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE EXTENSION postgres_fdw;
CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw;
CREATE FOREIGN TABLE abroad (line text) SERVER other;
""",
        yields=(
            "table public.visits",
            "table public.codes",
            "table public.rates",
            "table public.parts",
            "table public.pages",
            "table public.regions",
            "table public.copies",
            "table public.animals",
        ),
    ),
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE visits (page varchar(40) NOT NULL, seen datetime);
CREATE TABLE codes (code varchar(10) NOT NULL, label text, UNIQUE KEY by_code (code));
CREATE TABLE counted (n int NOT NULL AUTO_INCREMENT, KEY (n));
INSERT INTO visits VALUES ('a', now()), ('b', now());
""",
        good="""
CREATE TABLE visits (id bigint PRIMARY KEY, page text NOT NULL);
CREATE TABLE parts (taken date, id int, PRIMARY KEY (id, taken)) PARTITION BY HASH (id) PARTITIONS 2;
""",
        yields=("table {database}.visits", "table {database}.codes", "table {database}.counted"),
    ),
)
