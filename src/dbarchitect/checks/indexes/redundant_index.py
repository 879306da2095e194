"""Index whose keys are the beginning of another index.

A B-tree over (a, b) finds rows by a alone as well, so an index over (a) beside it answers nothing more and costs a write for
each row version. The longer index must be whole and equal in method, order, operator classes and collations, and hold
every column that the shorter one includes.

Ignore it when the shorter index is much smaller and read so often that its size matters: then it earns its writes. Unique
indexes, and those that a constraint, a replica identity or CLUSTER needs, are never called redundant; partial indexes are
not merged away into whole ones.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted
from dbarchitect.checks._index_facts import Children, bound, index_bytes, index_children, index_scans
from dbarchitect.checks._weigh import in_bytes, is_small, share_of_database
from dbarchitect.checks._window import window
from dbarchitect.model.catalog import Index, Table
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, index_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import drop_index

CODES = ("IDX-03",)
ENGINES = RELATIONAL
_MUCH_LARGER = 2


def covers(table: Table, longer: Index, shorter: Index) -> bool:
    """True when `longer` answers everything that `shorter` does and is not the same index."""
    if longer is shorter or shorter.unique or not (longer.valid and longer.ready and longer.visible):
        return False
    if longer.method != "btree" or shorter.method != "btree" or longer.predicate != shorter.predicate:
        return False
    if longer.entries[: len(shorter.entries)] != shorter.entries:
        return False
    if not set(shorter.include) <= {*longer.include, *longer.columns}:
        return False
    same_keys = len(longer.entries) == len(shorter.entries)
    return not same_keys or longer.unique or set(shorter.include) < set(longer.include)


def _narrowest(candidates: list[Index], children: Children) -> Index:
    return min(candidates, key=lambda i: (index_bytes(i, children) or 0, len(i.entries), i.name.name))


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each index that another one of its table covers."""
    children = index_children(snapshot)
    for table in snapshot.catalog.tables:
        for index in table.indexes:
            candidates = [] if bound(index) or not index.valid else [o for o in table.indexes if covers(table, o, index)]
            if candidates:
                yield _finding(snapshot, limits, table, index, _narrowest(candidates, children), children)


def _finding(snapshot: Snapshot, limits: Limits, table: Table, index: Index, longer: Index, children: Children) -> Finding:
    size, other, scans = index_bytes(index, children), index_bytes(longer, children), index_scans(index, children)
    busy_and_small = bool(snapshot.live and size and other and scans and other > _MUCH_LARGER * size)
    sizes = f" ({in_bytes(size)} beside {in_bytes(other)})" if size and other and snapshot.live else ""
    used = f" It was scanned {counted(scans, 'time')} {window(snapshot)}; those scans would read the larger index." if scans else ""
    keys = ", ".join(e.column or f"({e.expression})" for e in index.entries)
    same = len(index.entries) == len(longer.entries)
    relation = f"is {'unique ' if longer.unique else ''}on the same keys ({keys})" if same else f"starts with ({keys})"
    lesser = busy_and_small or is_small(snapshot, table, limits) or not (snapshot.live or same)
    return Finding(
        subject=index_subject(table.name, index.name.name),
        title=f"index {index.name.name} {'has the keys' if same else 'is the beginning'} of {longer.name.name}",
        claim=(
            f"{longer.name.name} on {table.name} {relation} and answers what {index.name.name} answers{sizes}; "
            f"every write keeps both.{used}"
        ),
        evidence=(Evidence(EvidenceKind.OBSERVED, f"{index.definition}; {longer.definition}"),),
        change=drop_index(snapshot.engine, table, index),
        severity=Severity.NOTICE if lesser else Severity.WARNING,
        confidence=Confidence.POSSIBLE if busy_and_small else Confidence.LIKELY,
        weight=share_of_database(snapshot, table),
        benefit=f"frees {in_bytes(size)} and one index write for each row version"
        if size
        else "one index write less for each row version",
        also=(index_subject(table.name, longer.name.name),),
    )


_TABLE = """
CREATE TABLE customers (id bigint PRIMARY KEY, region_id int NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, placed date NOT NULL, state text NOT NULL, total int);
INSERT INTO orders SELECT i, 1 + i % 2000, date '2025-01-01' + i % 365, 'x', i FROM generate_series(1, 20000) i;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE
        + """
CREATE INDEX a ON orders (customer_id);
CREATE INDEX b ON orders (customer_id, placed);
CREATE INDEX c ON orders (lower(state)) INCLUDE (total);
CREATE INDEX d ON orders (lower(state), placed) INCLUDE (total, id);
CREATE INDEX e ON orders (id);
ANALYZE;
""",
        good=_TABLE
        + """
CREATE UNIQUE INDEX a ON orders (id, customer_id);
CREATE INDEX b ON orders (placed);
CREATE INDEX c ON orders (placed DESC, id);
CREATE INDEX d ON orders (state) WHERE total > 10;
CREATE INDEX e ON orders (state, id);
CREATE INDEX f ON orders (state text_pattern_ops);
CREATE INDEX g ON orders (customer_id) INCLUDE (total);
CREATE INDEX h ON orders (customer_id, state);
CREATE INDEX i ON orders USING hash (customer_id);
CREATE INDEX j ON orders (total);
CREATE INDEX k ON orders (total, id) WHERE placed > '2025-06-01';
CREATE INDEX l ON customers (region_id);
CREATE INDEX m ON customers (region_id, id);
ALTER TABLE customers CLUSTER ON l;
ANALYZE;
""",
        yields=("index public.orders.a", "index public.orders.c", "index public.orders.e"),
    ),
    Example(
        Engine.POSTGRESQL,
        name="on a partitioned table, once",
        bad="""
CREATE TABLE readings (device_id bigint NOT NULL, taken date NOT NULL, value int) PARTITION BY RANGE (taken);
CREATE TABLE readings_a PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE INDEX a ON readings (device_id);
CREATE INDEX b ON readings (device_id, taken);
""",
        good="""
CREATE TABLE readings (device_id bigint NOT NULL, taken date NOT NULL, value int) PARTITION BY RANGE (taken);
CREATE TABLE readings_a PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE INDEX a ON readings (taken);
CREATE INDEX b ON readings (device_id, taken);
""",
        yields=("index public.readings.a",),
    ),
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, placed date NOT NULL, note varchar(200) NOT NULL,
  KEY a (customer_id), KEY b (customer_id, placed), KEY c (note(10)) COMMENT 'notes', KEY d (note(10), placed),
  CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers (id));
""",
        good="""
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, placed date NOT NULL, note varchar(200) NOT NULL,
  KEY a (customer_id), KEY b (placed DESC), KEY c (placed, customer_id), UNIQUE KEY d (note), KEY e (note(20), placed), FULLTEXT KEY f (note),
  KEY g (customer_id, placed) IGNORED);
""",
        yields=("index {database}.orders.a", "index {database}.orders.c"),
    ),
)
