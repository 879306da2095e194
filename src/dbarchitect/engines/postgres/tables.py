"""Tables, out of the rows of the catalogue's questions."""

from collections import defaultdict
from typing import Any

from dbarchitect.engines.postgres.constraints import check, exclusion, foreign_key, key
from dbarchitect.engines.postgres.relations import Relations
from dbarchitect.engines.postgres.secrets import masked_options
from dbarchitect.engines.postgres.session import ReadSession, Rows
from dbarchitect.model.catalog import PartitionKey, Persistence, Table, TableKind, TableSize
from dbarchitect.model.usage import TableUsage

KINDS = {"r": TableKind.TABLE, "p": TableKind.PARTITIONED, "f": TableKind.FOREIGN}
PERSISTENCE = {"p": Persistence.PERMANENT, "u": Persistence.UNLOGGED, "t": Persistence.TEMPORARY}
_STRATEGIES = {"l": "LIST", "r": "RANGE", "h": "HASH"}


class Storage:
    """Sizes and usage counters by table."""

    def __init__(self, session: ReadSession, relations: Relations, index_usage: dict[int, tuple[int, Any]]) -> None:
        ask, remedy = session.ask_if_possible, "Run as the tables' owner, or: GRANT pg_monitor."
        self.sizes = {r.oid: r for r in ask("relation_sizes", "sizes of tables", remedy, locked=relations.locked)}
        self.usage = {r.oid: r for r in ask("table_usage", "use of tables", remedy)}
        self._indexes: dict[int, list[Any]] = defaultdict(list)
        for table, usage in index_usage.values():
            self._indexes[table].append(usage)
        self._index_bytes = {table: sum(i.bytes or 0 for i in indexes) for table, indexes in relations.indexes.items()}

    def size(self, oid: int) -> TableSize | None:
        """Bytes on disk; None where there are none of its own (partitioned, foreign) or they could not be read."""
        row = self.sizes.get(oid)
        return TableSize(row.bytes, row.toast_bytes, self._index_bytes.get(oid, 0)) if row else None

    def table_usage(self, oid: int) -> TableUsage | None:
        """The counters of a table and of its indexes together."""
        row = self.usage.get(oid)
        if row is None:
            return None
        indexes = self._indexes.get(oid, [])
        return TableUsage(
            sequential_scans=row.sequential_scans,
            sequential_rows=row.sequential_rows,
            index_scans=sum(i.scans for i in indexes),
            rows_inserted=row.rows_inserted,
            rows_updated=row.rows_updated,
            rows_deleted=row.rows_deleted,
            rows_hot_updated=row.rows_hot_updated,
            live_rows=row.live_rows,
            dead_rows=row.dead_rows,
            rows_modified_since_analyze=row.rows_modified_since_analyze,
            last_vacuum=row.last_vacuum,
            last_autovacuum=row.last_autovacuum,
            last_analyze=row.last_analyze,
            last_autoanalyze=row.last_autoanalyze,
            heap_blocks_read=row.heap_blocks_read,
            heap_blocks_hit=row.heap_blocks_hit,
            index_blocks_read=sum(i.blocks_read for i in indexes),
            index_blocks_hit=sum(i.blocks_hit for i in indexes),
        )


def make_tables(relations: Relations, constraints: Rows, storage: Storage) -> tuple[Table, ...]:
    """Every table that is the user's own, by schema and name."""
    by_table: dict[int, list[Any]] = defaultdict(list)
    for row in constraints:
        by_table[row.relation].append(row)
    return tuple(
        _table(row, by_table.get(oid, []), relations, storage)
        for oid, row in relations.rows.items()
        if row.kind in KINDS and not row.of_extension
    )


def _table(row: Any, constraints: Rows, relations: Relations, storage: Storage) -> Table:
    indexes = tuple(relations.indexes.get(row.oid, ()))
    loose = {i.name.name for i in indexes if i.nulls_not_distinct}
    parents = tuple(relations.names[p] for p in relations.parents.get(row.oid, ()) if p in relations.names)
    return Table(
        name=relations.names[row.oid],
        kind=KINDS[row.kind],
        columns=tuple(relations.columns.get(row.oid, ())),
        keys=tuple(key(c, relations, c.name in loose) for c in constraints if c.kind in "pu"),
        foreign_keys=tuple(foreign_key(c, relations) for c in constraints if c.kind == "f" and c.target in relations.names),
        checks=tuple(check(c, relations) for c in constraints if c.kind == "c"),
        exclusions=tuple(exclusion(c, relations) for c in constraints if c.kind == "x"),
        indexes=indexes,
        partition_key=_partition_key(row, relations) if row.kind == "p" else None,
        partition_of=parents[0] if row.is_partition and parents else None,
        partition_bound=row.partition_bound,
        inherits=() if row.is_partition else parents,
        persistence=PERSISTENCE[row.persistence],
        owner=row.owner,
        options=tuple(row.options or ()),
        tablespace=row.tablespace,
        access_method=row.access_method,
        foreign_server=row.foreign_server,
        foreign_options=masked_options(row.foreign_options),
        comment=relations.comments.of("pg_class", row.oid),
        rows=row.rows if row.rows >= 0 and row.kind != "p" else _analysed_rows(row),
        pages=row.pages if row.kind in "r" else None,
        size=storage.size(row.oid),
        usage=storage.table_usage(row.oid),
    )


def _analysed_rows(row: Any) -> float | None:
    """A partitioned table's own estimate: ANALYZE of the parent sets it from 14 on; before that, and unset, it is -1 or 0."""
    return row.rows if row.rows > 0 else None


def _partition_key(row: Any, relations: Relations) -> PartitionKey:
    return PartitionKey(
        strategy=_STRATEGIES.get(row.partition_strategy, row.partition_strategy or ""),
        columns=relations.columns_of(row.oid, row.partition_columns),
        definition=row.partition_definition or "",
    )
