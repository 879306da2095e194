"""Table that is written often and carries more index than data.

Each inserted row, and each update that is not heap-only, writes every index; vacuum reads every one of them. With many indexes
the writes of a table cost mostly index work.

Ignore it for tables that are written by night and read all day. Which index to give up is for the findings about unused,
redundant and duplicate ones to say, and for the statements that run.
"""

from collections.abc import Iterator

from dbarchitect.checks._index_facts import index_bytes, index_children, index_scans
from dbarchitect.checks._names import listed
from dbarchitect.checks._weigh import in_bytes, is_small, share_of_database, table_facts
from dbarchitect.checks._window import mature, window
from dbarchitect.model.catalog import Table
from dbarchitect.model.change import ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("IDX-08", "IDX-20")
ENGINES = RELATIONAL
NEEDS_LIVE = True
_MANY = 8


def _reads(table: Table) -> int:
    """Index scans; where they are not counted (MySQL, MariaDB), rows that were fetched through indexes."""
    if table.usage is not None and table.usage.index_scans is not None:
        return table.usage.index_scans
    return sum(index.usage.scans for index in table.indexes if index.usage)


def _heavy(table: Table) -> bool:
    if table.size is None or table.usage is None or len(table.indexes) < _MANY:
        return False
    heavier = table.size.index_bytes > table.size.heap_bytes + table.size.toast_bytes
    written_more_than_read = table.usage.rows_written > _reads(table)
    return heavier and written_more_than_read and table.usage.rows_written > 0


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table whose indexes outweigh its rows while it is mostly written."""
    if not mature(snapshot, limits):
        return
    children = index_children(snapshot)
    for table in snapshot.catalog.tables:
        if not _heavy(table) or is_small(snapshot, table, limits) or table.size is None or table.usage is None:
            continue
        by_scans = sorted(table.indexes, key=lambda i: (index_scans(i, children) or 0, i.name.name))
        least = listed(
            [
                f"{i.name.name} ({index_scans(i, children) or 0:,} {'scans' if snapshot.engine is Engine.POSTGRESQL else 'rows read'}, {in_bytes(index_bytes(i, children) or 0)})"
                for i in by_scans[:4]
            ]
        )
        yield Finding(
            subject=table_subject(table.name),
            title=f"{len(table.indexes)} indexes outweigh the rows of {table.name.name}",
            claim=(
                f"{table.name} ({table_facts(snapshot, table)}) has {len(table.indexes)} indexes of {in_bytes(table.size.index_bytes)} over "
                f"{in_bytes(table.size.heap_bytes + table.size.toast_bytes)} of rows, and was written {table.usage.rows_written:,} times for "
                f"{_reads(table):,} {'index scans' if table.usage.index_scans is not None else 'rows read through indexes'} {window(snapshot)}."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"least used: {least}"),),
            change=advice(ChangeKind.INDEX, f"Decide which indexes earn their writes; the least used are {least}."),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="fewer index writes for each row version",
        )


_COLUMNS = ", ".join(f"c{i} int NOT NULL" for i in range(9))
_TABLE = f"""
CREATE TABLE wide (id bigint PRIMARY KEY, {_COLUMNS});
INSERT INTO wide SELECT i, {", ".join(f"i * {7919 + k} % 100003" for k in range(9))} FROM generate_series(1, 20000) i;
"""
_ROWS = ", ".join(f"seq * {7919 + k} % 100003" for k in range(9))


def _mariadb(indexes: int) -> str:
    """A table that is written after its indexes were made: DDL starts its counters anew."""
    keys = "".join(f", KEY i{k} (c{k}, id)" for k in range(indexes))
    table = f"CREATE TABLE wide (id bigint PRIMARY KEY, {_COLUMNS}{keys});"
    return f"{table} INSERT INTO wide SELECT seq, {_ROWS} FROM seq_1_to_20000; ANALYZE TABLE wide;"


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE
        + "".join(f"CREATE INDEX i{k} ON wide (c{k}, id);" for k in range(8))
        + "ANALYZE; SELECT pg_stat_force_next_flush();",
        good=_TABLE
        + "".join(f"CREATE INDEX i{k} ON wide (c{k}, id);" for k in range(2))
        + "ANALYZE; SELECT pg_stat_force_next_flush();",
        yields=("table public.wide",),
        limits=Limits(counters_age_days=0),
    ),
    Example(
        Engine.MARIADB,
        bad=_mariadb(8),
        good=_mariadb(2),
        yields=("table {database}.wide",),
        limits=Limits(counters_age_days=0),
    ),
)
