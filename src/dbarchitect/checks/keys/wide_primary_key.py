"""Wide primary key that other tables carry along.

Every referencing row and every index over the reference repeats the whole key. Long texts and keys of four and more columns make
joins, indexes and the cache pay for each of them.

Ignore it when the referencing tables are small, or when the key's columns are wanted in them anyway and save a join.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted
from dbarchitect.checks._engine_words import statistics_name
from dbarchitect.checks._tables import average_bytes
from dbarchitect.checks._weigh import in_bytes, is_small, share_of_database, table_facts
from dbarchitect.model.catalog import ForeignKey, Table, TypeFamily
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, constraint_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SCH-03", "SCH-05")
ENGINES = RELATIONAL
_WIDE_BYTES = 24
_MANY_COLUMNS = 3
_NUMBERS = frozenset({TypeFamily.INTEGER, TypeFamily.UUID, TypeFamily.DATE, TypeFamily.TIMESTAMP, TypeFamily.TIMESTAMP_TZ})


def _width(snapshot: Snapshot, table: Table, names: tuple[str, ...]) -> int | None:
    columns = [c for c in (table.column(n) for n in names) if c is not None]
    sizes = [average_bytes(snapshot, table, c) for c in columns]
    return sum(s for s in sizes if s is not None) if all(s is not None for s in sizes) else None


def _wide(snapshot: Snapshot, table: Table, names: tuple[str, ...]) -> int | None:
    """The key's bytes when it is wide; 0 when it is wide by its many columns and bytes are unknown."""
    width = _width(snapshot, table, names)
    if len(names) > _MANY_COLUMNS:
        return width or 0
    columns = [c for c in (table.column(n) for n in names) if c is not None]
    # two UUIDs are a tenant and its row: not wide for what they say
    if all(c.type.family in _NUMBERS for c in columns):
        return None
    return width if width is not None and width > _WIDE_BYTES else None


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each wide primary key that foreign keys of other tables repeat."""
    references: dict[object, list[tuple[Table, ForeignKey]]] = {}
    for child, reference in snapshot.catalog.references():
        if not reference.inherited and not is_small(snapshot, child, limits):
            references.setdefault((reference.target, frozenset(reference.target_columns)), []).append((child, reference))
    for table in snapshot.catalog.tables:
        key = table.primary_key
        used = references.get((table.name, frozenset(key.columns)), []) if key else []
        width = _wide(snapshot, table, key.columns) if key and used and not table.is_partition else None
        if key is None or width is None:
            continue
        rows = sum(snapshot.rows(child) or 0 for child, _ in used)
        children = ", ".join(dict.fromkeys(str(child.name) for child, _ in used))
        repeated = (
            f", {in_bytes(int(rows * width))} in {counted(round(rows), 'row')}, again in each index over them"
            if width and rows
            else ""
        )
        size = f"{width} bytes on average" if width else "size unknown"
        yield Finding(
            subject=constraint_subject(table.name, key.name),
            title=f"primary key of {table.name.name} is wide and repeated",
            claim=f"The key ({', '.join(key.columns)}) of {table.name} takes {size} and is repeated in {children}{repeated}.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"{counted(len(key.columns), 'column')}, {size} by type and {statistics_name(snapshot.engine)}; {table_facts(snapshot, table)}",
                ),
            ),
            change=advice(
                ChangeKind.SCHEMA,
                f"Consider a numbered bigint as primary key of {table.name}, the present key as UNIQUE, and references by the number.",
                risk=Risk.HIGH,
            ),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="smaller references and indexes",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE products (code text PRIMARY KEY);
CREATE TABLE stock (a int, b int, c int, d int, PRIMARY KEY (a, b, c, d));
CREATE TABLE sales (id bigint PRIMARY KEY, product text REFERENCES products (code));
CREATE TABLE moves (id bigint PRIMARY KEY, a int, b int, c int, d int, FOREIGN KEY (a, b, c, d) REFERENCES stock (a, b, c, d));
INSERT INTO products SELECT 'a rather long product code ' || i FROM generate_series(1, 1500) i;
INSERT INTO sales SELECT i, 'a rather long product code ' || i FROM generate_series(1, 1500) i;
INSERT INTO stock SELECT i, i, i, i FROM generate_series(1, 1500) i;
INSERT INTO moves SELECT i, i, i, i, i FROM generate_series(1, 1500) i;
ANALYZE;
""",
        good="""
CREATE TABLE products (code text PRIMARY KEY);
CREATE TABLE tenants (tenant uuid, id uuid, PRIMARY KEY (tenant, id));
CREATE TABLE alone (a int, b int, c int, d int, PRIMARY KEY (a, b, c, d));
CREATE TABLE sales (id bigint PRIMARY KEY, product text REFERENCES products (code), tenant uuid, row_id uuid,
    FOREIGN KEY (tenant, row_id) REFERENCES tenants (tenant, id));
INSERT INTO products SELECT 'p' || i FROM generate_series(1, 1500) i;
INSERT INTO sales SELECT i, 'p' || i FROM generate_series(1, 1500) i;
ANALYZE;
""",
        yields=("constraint public.products.products_pkey", "constraint public.stock.stock_pkey"),
    ),
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE products (code varchar(60) PRIMARY KEY);
CREATE TABLE stock (a int, b int, c int, d int, PRIMARY KEY (a, b, c, d));
CREATE TABLE sales (id bigint PRIMARY KEY, product varchar(60), FOREIGN KEY (product) REFERENCES products (code));
CREATE TABLE moves (id bigint PRIMARY KEY, a int, b int, c int, d int, FOREIGN KEY (a, b, c, d) REFERENCES stock (a, b, c, d));
INSERT INTO products SELECT concat('a rather long product code ', seq) FROM seq_1_to_1500;
INSERT INTO sales SELECT seq, concat('a rather long product code ', seq) FROM seq_1_to_1500;
INSERT INTO stock SELECT seq, seq, seq, seq FROM seq_1_to_1500;
INSERT INTO moves SELECT seq, seq, seq, seq, seq FROM seq_1_to_1500;
ANALYZE TABLE products, stock, sales, moves PERSISTENT FOR ALL;
""",
        good="""
CREATE TABLE products (code varchar(60) PRIMARY KEY);
CREATE TABLE alone (a int, b int, c int, d int, PRIMARY KEY (a, b, c, d));
CREATE TABLE sales (id bigint PRIMARY KEY, product varchar(60), FOREIGN KEY (product) REFERENCES products (code));
INSERT INTO products SELECT concat('p', seq) FROM seq_1_to_1500;
INSERT INTO sales SELECT seq, concat('p', seq) FROM seq_1_to_1500;
ANALYZE TABLE products, sales PERSISTENT FOR ALL;
""",
        yields=("constraint {database}.products.PRIMARY", "constraint {database}.stock.PRIMARY"),
    ),
)
