"""Index that nothing has used for as long as the counters have counted.

Every insert and most updates write it, vacuum reads it, and it takes room in the cache, while no statement of this server has
scanned it. Unique indexes, those of constraints, those that a foreign key's check needs, replica identities and small ones are
left out, and so is everything while the counters are young or the table itself was not read.

Ignore it when it serves a job that runs more rarely than the counting window (year-end reports), or when replicas take the
reads: each server counts for itself, so look at every one of them first.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._counts import counted, is_are
from dbarchitect.checks._index_facts import Children, bound, index_bytes, index_children, index_scans, indexed
from dbarchitect.checks._weigh import in_bytes, is_small, share_of_database, table_facts
from dbarchitect.checks._window import mature, window
from dbarchitect.checks.indexes.duplicate_index import is_same
from dbarchitect.checks.indexes.redundant_index import covers
from dbarchitect.model.catalog import Index, Table
from dbarchitect.model.change import Change
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, index_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import drop_index
from dbarchitect.sql.identifiers import quote_literal, quote_qualified

CODES = ("IDX-04",)
ENGINES = RELATIONAL
NEEDS_LIVE = True


def _read_at_all(snapshot: Snapshot, table: Table) -> bool:
    parts = snapshot.partitions(table.name) or [table]
    if any(
        p.usage and ((p.usage.sequential_scans or p.usage.sequential_rows or 0) + (p.usage.index_scans or 0)) > 0 for p in parts
    ):
        return True
    # MySQL counts rows that each index gave, not scans of the table
    return any(i.usage and i.usage.scans for p in parts for i in p.indexes)


def serves_foreign_key(snapshot: Snapshot, table: Table, index: Index) -> bool:
    """True when a foreign key of the table would be without an index if this one were gone."""
    return any(
        indexed(snapshot, table, key.columns) and not indexed(snapshot, table, key.columns, without=index)
        for key in table.foreign_keys
    )


def is_unused(snapshot: Snapshot, limits: Limits, table: Table, index: Index, children: Children) -> bool:
    """True when the counters, old enough, show no use of an index that nothing needs: dropping it is this check's advice."""
    return (
        mature(snapshot, limits)
        and index.parent is None
        and index_scans(index, children) == 0
        and (index_bytes(index, children) or 0) >= limits.unused_index_bytes
        and not (index.unique or bound(index) or not index.valid)
        and not is_small(snapshot, table, limits)
        and _read_at_all(snapshot, table)
        and not serves_foreign_key(snapshot, table, index)
    )


def _removal(snapshot: Snapshot, table: Table, index: Index) -> Change:
    drop = drop_index(snapshot.engine, table, index)
    own_statistics = any(e.column is None for e in index.entries)
    return replace(
        drop,
        hazards=(
            *drop.hazards,
            "a statement that is rare but needs it becomes slow: drop it in quiet hours, keep the undo at hand",
            *(("the planner loses the statistics of its expression; CREATE STATISTICS keeps them",) if own_statistics else ()),
        ),
        assumptions=(
            "it has no scans on any replica either: ask each with the statement of the evidence",
            "it is older than the counting window",
        ),
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each index without a scan, once the counters are old enough."""
    if not mature(snapshot, limits):
        return
    children = index_children(snapshot)
    for table, index in snapshot.catalog.indexes():
        covered = any(covers(table, other, index) or is_same(other, index) for other in table.indexes if other is not index)
        # what another index makes needless is said by the checks about those
        if not covered and is_unused(snapshot, limits, table, index, children):
            yield _finding(snapshot, table, index, children)


def _counter(engine: Engine, table: Table, index: Index) -> str:
    """The statement that reads the index's counter again."""
    if engine is Engine.POSTGRESQL:
        name = quote_literal(engine, quote_qualified(engine, index.name))
        return f"SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelid = to_regclass({name})"
    return (
        "SELECT count_fetch FROM performance_schema.table_io_waits_summary_by_index_usage "
        f"WHERE object_schema = {quote_literal(engine, table.name.schema)} AND object_name = {quote_literal(engine, table.name.name)} "
        f"AND index_name = {quote_literal(engine, index.name.name)}"
    )


def _finding(snapshot: Snapshot, table: Table, index: Index, children: Children) -> Finding:
    size = index_bytes(index, children) or 0
    replicas = len(snapshot.postgres.replicas) if snapshot.postgres else 0
    elsewhere = (
        f" {counted(replicas, 'replica')} {is_are(replicas)} attached; the counters there must be looked at first."
        if replicas
        else ""
    )
    writes = table.usage.rows_written if table.usage else 0
    written = f" while {counted(writes, 'row')} {'was' if writes == 1 else 'were'} written" if writes else ""
    return Finding(
        subject=index_subject(table.name, index.name.name),
        title=f"index {index.name.name} is not used",
        claim=(
            f"No statement on this server has scanned {index.name.name} ({in_bytes(size)}) of {table.name} "
            f"({table_facts(snapshot, table)}) {window(snapshot)}{written}.{elsewhere}"
        ),
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED,
                f"0 scans counted {window(snapshot)}",
                _counter(snapshot.engine, table, index),
            ),
        ),
        change=_removal(snapshot, table, index),
        severity=Severity.NOTICE if replicas else Severity.WARNING,
        confidence=Confidence.POSSIBLE if replicas else Confidence.LIKELY,
        weight=share_of_database(snapshot, table),
        benefit=f"frees {in_bytes(size)} and one index write for each row version",
    )


_TABLE = """
CREATE TABLE customers (id bigint PRIMARY KEY);
INSERT INTO customers SELECT i FROM generate_series(1, 5000) i;
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id), note text NOT NULL, placed date NOT NULL);
INSERT INTO orders SELECT i, 1 + i % 5000, md5(i::text), date '2025-01-01' + i % 365 FROM generate_series(1, 60000) i;
CREATE INDEX note ON orders (note, placed);
CREATE INDEX customer ON orders (customer_id, placed, id);
CREATE UNIQUE INDEX one ON orders (id, note);
CREATE INDEX little ON orders (placed) WHERE id < 100;
ANALYZE;
"""
_MARIADB_TABLE = """
CREATE TABLE customers (id bigint PRIMARY KEY);
INSERT INTO customers SELECT seq FROM seq_1_to_5000;
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, note varchar(40) NOT NULL, placed date NOT NULL,
  KEY note (note, placed), KEY customer (customer_id, placed), UNIQUE KEY one (id, note), FOREIGN KEY (customer_id) REFERENCES customers (id));
INSERT INTO orders SELECT seq, 1 + seq % 5000, md5(seq), '2025-01-01' + INTERVAL seq % 365 DAY FROM seq_1_to_60000;
ANALYZE TABLE orders;
"""
_COUNT = "SELECT pg_stat_force_next_flush();"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + "SELECT count(*) FROM orders WHERE id = 7;" + _COUNT,
        good=_TABLE
        + "SELECT count(*) FROM orders WHERE id = 7; SET enable_seqscan = off; SELECT id FROM orders WHERE note = 'x' AND placed = '2025-02-01';"
        + _COUNT,
        yields=("index public.orders.note",),
        limits=Limits(counters_age_days=0),
    ),
    Example(
        Engine.MARIADB,
        bad=_MARIADB_TABLE + "SELECT count(*) FROM orders WHERE id = 7;",
        good=_MARIADB_TABLE
        + "SELECT id FROM orders WHERE note = 'x' AND placed = '2025-02-01'; SELECT id FROM orders WHERE note = md5('7');",
        yields=("index {database}.orders.note",),
        limits=Limits(counters_age_days=0),
    ),
)
