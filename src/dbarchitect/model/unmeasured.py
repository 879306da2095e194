"""What is left of a snapshot when the server that it was read from is a server of our own that SQL files were loaded into."""

from dataclasses import replace

from dbarchitect.model.catalog import Index, Table, View
from dbarchitect.model.snapshot import Snapshot


def without_measures(snapshot: Snapshot) -> Snapshot:
    """The snapshot without rows, sizes, usage and statistics: they are those of an empty server, not of the real one."""
    catalog = replace(
        snapshot.catalog,
        tables=tuple(_table(t) for t in snapshot.catalog.tables),
        views=tuple(_view(v) for v in snapshot.catalog.views),
    )
    return replace(snapshot, catalog=catalog, statistics=(), workload=None, counters_since=None)


def _table(table: Table) -> Table:
    indexes = tuple(_index(i) for i in table.indexes)
    return replace(table, indexes=indexes, rows=None, pages=None, size=None, usage=None)


def _view(view: View) -> View:
    return replace(view, indexes=tuple(_index(i) for i in view.indexes), rows=None, bytes=None)


def _index(index: Index) -> Index:
    return replace(index, bytes=None, pages=None, rows=None, usage=None)
