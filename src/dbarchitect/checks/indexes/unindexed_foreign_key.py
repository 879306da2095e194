"""Foreign key without an index that can find its rows.

Deleting or re-keying a referenced row makes the server look for rows that still point to it. Without an index whose
leading columns are the foreign key's columns, in any order, each such check reads the whole referencing table and
holds locks while it does; joins from parent to child read it whole as well.

Ignore it when the referenced table never loses rows or changes keys, and nobody joins from it to this table: look-up tables of
a fixed set of codes, append-only archives. Tables that fit in a few pages are left out.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import is_small, share_of_database, table_facts, weigh
from dbarchitect.model.catalog import ForeignKey, Table
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, constraint_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import create_index
from dbarchitect.sql.identifiers import shorten_name

CODES = ("IDX-01",)
ENGINES = (Engine.POSTGRESQL,)  # InnoDB makes such an index by itself


def serves(table: Table, key: ForeignKey) -> bool:
    """True when some index starts with the key's columns in any order; a partial one only if it leaves out just the nulls."""
    width = len(key.columns)
    for index in table.indexes:
        only_nulls_left_out = index.predicate is not None and any(
            index.predicate.strip("()").lower() == f"{c.lower()} is not null" for c in key.columns
        )
        if not (index.whole or (only_nulls_left_out and index.valid)):
            continue
        leading = index.columns[:width]
        if index.method in ("btree", "hash") and set(leading) == set(key.columns):
            return True
        if index.method in ("gist", "gin", "brin", "spgist") and width == 1 and index.columns[:1] == key.columns:
            return True
    return False


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each set of foreign-key columns that no index serves."""
    for table, key in snapshot.catalog.references():
        if key.inherited or is_small(snapshot, table, limits) or serves(table, key):
            continue
        columns = ", ".join(key.columns)
        parent = snapshot.table(key.target)
        removed = (parent.usage.rows_deleted or 0) if parent and parent.usage else None
        traffic = f"; {removed:,} rows of {key.target} were deleted in the counting window" if removed else ""
        yield Finding(
            subject=constraint_subject(table.name, key.name),
            title=f"foreign key {key.name} has no index",
            claim=(
                f"No index of {table.name} ({table_facts(snapshot, table)}) starts with ({columns}), so every DELETE or key UPDATE on "
                f"{key.target} and every join from it reads the whole table{traffic}."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"none of its {len(table.indexes)} indexes starts with ({columns})"),),
            change=create_index(
                snapshot.engine, table, shorten_name(snapshot.engine, "ix", table.name.name, *key.columns), key.columns
            ),
            severity=weigh(snapshot, table, limits),
            confidence=Confidence.PROVEN if removed else Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit=f"the check reads an index range instead of {table_facts(snapshot, table)}",
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
)
