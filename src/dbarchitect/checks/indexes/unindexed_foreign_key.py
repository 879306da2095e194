"""Foreign key without an index that can find its rows.

Deleting or re-keying a referenced row makes the server look for rows that still point to it. Without an index whose
leading columns are the foreign key's columns, in any order, each such check reads the whole referencing table and
holds locks while it does; joins from parent to child read it whole as well.

Ignore it when the referenced table never loses rows or changes keys, and nobody joins from it to this table: look-up tables of
a fixed set of codes, append-only archives. Tables that fit in a few pages are left out.
"""

from collections import Counter
from collections.abc import Iterator

from dbarchitect.checks._btree import btree_bytes
from dbarchitect.checks._counts import counted
from dbarchitect.checks._index_facts import indexed
from dbarchitect.checks._names import listed
from dbarchitect.checks._weigh import is_small, share_of_database, table_facts, weigh_by_size
from dbarchitect.checks._window import window
from dbarchitect.model.catalog import ForeignKey, ReferentialAction, Table, TableKind
from dbarchitect.model.change import Change, ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, constraint_subject, database_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice, create_index
from dbarchitect.sql.identifiers import shorten_name
from dbarchitect.sql.index_changes import create_partitioned_index

_FORBIDDING = (ReferentialAction.NO_ACTION, ReferentialAction.RESTRICT)
_CONVENTION = 20  # keys that are alike
CODES = ("IDX-01",)
ENGINES = (Engine.POSTGRESQL,)  # InnoDB makes such an index by itself


def _missing(snapshot: Snapshot, limits: Limits) -> Iterator[tuple[Table, list[ForeignKey]]]:
    for table in snapshot.catalog.tables:
        by_columns: dict[frozenset[str], list[ForeignKey]] = {}
        for key in table.foreign_keys:
            # a key that is not enforced looks nothing up
            if not key.inherited and key.enforced:
                by_columns.setdefault(frozenset(key.columns), []).append(key)
        if not by_columns or is_small(snapshot, table, limits):
            continue
        yield from ((table, keys) for keys in by_columns.values() if not indexed(snapshot, table, keys[0].columns))


def _removed(snapshot: Snapshot, keys: list[ForeignKey]) -> int | None:
    parents = [snapshot.table(key.target) for key in keys]
    return sum(p.usage.rows_deleted or 0 for p in parents if p and p.usage)


def _index(snapshot: Snapshot, table: Table, key: ForeignKey) -> Change:
    name = shorten_name(snapshot.engine, "ix", table.name.name, *key.columns)
    size = btree_bytes(snapshot, table, key.columns)
    parts = tuple(snapshot.partitions(table.name))
    if table.partition_key and all(p.kind is TableKind.TABLE for p in parts):
        return create_partitioned_index(table, parts, name, key.columns, size_bytes=size)
    return create_index(snapshot.engine, table, name, key.columns, size_bytes=size)


def _convention(snapshot: Snapshot, found: list[tuple[Table, list[ForeignKey]]]) -> Finding:
    targets = Counter(str(keys[0].target) for _, keys in found)
    most = [f"{name} ({counted(count, 'key')})" for name, count in targets.most_common(8)]
    every = sum(1 for table, _ in snapshot.catalog.references() if not table.is_partition)
    return Finding(
        subject=database_subject(snapshot.catalog.database),
        title=f"{len(found)} foreign keys have no index",
        claim=(
            f"{len(found)} of {every} foreign keys have no index that finds their rows (sizes unknown). They forbid to delete what they point "
            f"at, so each DELETE or key UPDATE there reads whole tables. Most point at {listed(most)}."
        ),
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED, "none of their tables has an index that starts with the key's columns; no key cascades"
            ),
        ),
        change=advice(
            ChangeKind.INDEX,
            "Which of them matter is decided by the tables' sizes and by what is deleted: review the running database, which gives a statement "
            "for each that does. An index on a key whose target never loses rows costs writes and gives nothing.",
        ),
        severity=Severity.NOTICE,
        confidence=Confidence.POSSIBLE,
        benefit="deletions and joins read an index range instead of whole tables",
        also=tuple(constraint_subject(table.name, key.name) for table, keys in found for key in keys),
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each set of foreign-key columns that no index serves. Where sizes are unknown and many keys that forbid the
    deletion are like that, one for all of those: the schema's convention, of which few will matter."""
    found = list(_missing(snapshot, limits))
    many = [(table, keys) for table, keys in found if not snapshot.live and all(k.on_delete in _FORBIDDING for k in keys)]
    if len(many) >= _CONVENTION:
        yield _convention(snapshot, many)
        found = [one for one in found if one not in many]
    for table, keys in found:
        key = keys[0]
        columns, target = ", ".join(key.columns), key.target
        removed = _removed(snapshot, keys)
        traffic = (
            f" {counted(removed, 'row')} of {target} {'was' if removed == 1 else 'were'} deleted {window(snapshot)}."
            if removed
            else ""
        )
        yield Finding(
            subject=constraint_subject(table.name, key.name),
            title=f"foreign key {key.name} has no index",
            claim=(
                f"No index of {table.name} ({table_facts(snapshot, table)}) finds rows by ({columns}), so every DELETE or key UPDATE on "
                f"{target} and every join from it reads the whole table.{traffic}"
            ),
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"none of its indexes starts with ({columns}); it has {counted(len(table.indexes), 'index')}",
                ),
            ),
            change=_index(snapshot, table, key),
            severity=weigh_by_size(snapshot, table, limits),
            confidence=Confidence.PROVEN if removed else Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit=f"the check reads an index range instead of {table_facts(snapshot, table)}",
            also=tuple(constraint_subject(table.name, other.name) for other in keys[1:]),
        )


_TABLES = """
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers (id), placed date NOT NULL);
INSERT INTO customers SELECT i FROM generate_series(1, 2000) i;
INSERT INTO orders SELECT i, 1 + i % 2000, date '2025-01-01' + i % 365 FROM generate_series(1, 20000) i;
ANALYZE;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLES,
        good=_TABLES + "CREATE INDEX ON orders (customer_id, placed);",
        yields=("constraint public.orders.orders_customer_id_fkey",),
    ),
    Example(
        Engine.POSTGRESQL,
        name="composite primary key in another column order serves",
        bad="""
CREATE TABLE a (x int, y int, PRIMARY KEY (x, y));
CREATE TABLE b (y int, x int, z int, PRIMARY KEY (z, x, y), FOREIGN KEY (x, y) REFERENCES a (x, y));
INSERT INTO a SELECT i, i FROM generate_series(1, 5000) i;
INSERT INTO b SELECT i, i, i FROM generate_series(1, 5000) i;
ANALYZE;
""",
        good="""
CREATE TABLE a (x int, y int, PRIMARY KEY (x, y));
CREATE TABLE b (y int, x int, z int, PRIMARY KEY (y, x, z), FOREIGN KEY (x, y) REFERENCES a (x, y));
INSERT INTO a SELECT i, i FROM generate_series(1, 5000) i;
INSERT INTO b SELECT i, i, i FROM generate_series(1, 5000) i;
ANALYZE;
""",
        yields=("constraint public.b.b_x_y_fkey",),
    ),
    Example(
        Engine.POSTGRESQL,
        name="partitioned table, and a partial index that leaves out the nulls only",
        bad="""
CREATE TABLE devices (id bigint PRIMARY KEY);
CREATE TABLE readings (device_id bigint REFERENCES devices (id), taken date NOT NULL) PARTITION BY RANGE (taken);
CREATE TABLE readings_a PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE readings_b PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX ON readings_a (device_id);
INSERT INTO devices SELECT i FROM generate_series(1, 2000) i;
INSERT INTO readings SELECT 1 + i % 2000, date '2025-06-01' + i % 365 FROM generate_series(1, 20000) i;
ANALYZE;
""",
        good="""
CREATE TABLE devices (id bigint PRIMARY KEY);
CREATE TABLE readings (device_id bigint REFERENCES devices (id), taken date NOT NULL) PARTITION BY RANGE (taken);
CREATE TABLE readings_a PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE readings_b PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX ON readings_a (device_id);
CREATE INDEX ON readings_b USING hash (device_id);
CREATE TABLE repairs (id bigint PRIMARY KEY, device_id bigint REFERENCES devices (id));
CREATE INDEX ON repairs (device_id) WHERE device_id IS NOT NULL;
INSERT INTO devices SELECT i FROM generate_series(1, 2000) i;
INSERT INTO readings SELECT 1 + i % 2000, date '2025-06-01' + i % 365 FROM generate_series(1, 20000) i;
INSERT INTO repairs SELECT i, nullif(i % 2000, 0) FROM generate_series(1, 20000) i;
ANALYZE;
""",
        yields=("constraint public.readings.readings_device_id_fkey",),
    ),
)
