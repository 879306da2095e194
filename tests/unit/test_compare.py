from dataclasses import replace
from datetime import UTC, datetime

from dbarchitect.lab.compare import bare, differences
from dbarchitect.model.catalog import Catalog, Column, DataType, Index, IndexEntry, Table, TableKind, TableSize, TypeFamily
from dbarchitect.model.names import Engine, QualifiedName, ServerVersion
from dbarchitect.model.snapshot import Origin, Snapshot
from dbarchitect.model.usage import IndexUsage, TableUsage

NAME = QualifiedName("public", "t")
INT = DataType("integer", "int4", TypeFamily.INTEGER, bytes=4)
INDEXES = tuple(Index(QualifiedName("public", name), NAME, "btree", (IndexEntry("a"),)) for name in ("ix_1", "ix_2"))
TABLE = Table(NAME, TableKind.TABLE, (Column("a", 1, INT, False), Column("b", 2, INT, True)), indexes=INDEXES)


def _snapshot(table: Table) -> Snapshot:
    catalog = Catalog(Engine.POSTGRESQL, ServerVersion(18, 1), "", "db", tables=(table,))
    return Snapshot(catalog, Origin.LIVE, "here", datetime.now(UTC), "0")


def test_measurements_order_and_gaps_in_numbers_do_not_count() -> None:
    measured = replace(
        TABLE,
        columns=(replace(TABLE.columns[1], position=7), replace(TABLE.columns[0], position=3)),
        indexes=tuple(replace(i, bytes=8192, pages=1, rows=5.0, usage=IndexUsage(3)) for i in reversed(INDEXES)),
        rows=5.0,
        pages=1,
        size=TableSize(1, 2, 3),
        usage=TableUsage(rows_inserted=5),
    )
    assert bare(_snapshot(measured).catalog) == bare(_snapshot(TABLE).catalog)
    assert differences(_snapshot(TABLE), _snapshot(measured)) == ()


def test_definitions_count() -> None:
    swapped = replace(TABLE, columns=(replace(TABLE.columns[1], position=1), replace(TABLE.columns[0], position=2)))
    assert bare(_snapshot(swapped).catalog) != bare(_snapshot(TABLE).catalog)
    fewer = replace(TABLE, indexes=INDEXES[:1], owner="app")
    found = differences(_snapshot(TABLE), _snapshot(fewer))
    assert [d.partition(":")[0] for d in found] == [
        "catalog.tables[public.t].indexes[public.t.public.ix_2]",
        "catalog.tables[public.t].owner",
    ]
