"""What is asked of the data, decided from the catalogue and the statistics alone."""

from dataclasses import replace
from datetime import UTC, datetime

from dbarchitect.checks.questions import MOST, questions
from dbarchitect.model.catalog import Catalog, Column, DataType, Table, TableKind, TypeFamily
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, QualifiedName, ServerVersion
from dbarchitect.model.questions import DependencyQuestion, NullQuestion, ShapeQuestion
from dbarchitect.model.snapshot import Origin, Snapshot
from dbarchitect.model.statistics import ColumnStatistics

TEXT = DataType("text", "text", TypeFamily.TEXT)
BIGINT = DataType("bigint", "int8", TypeFamily.INTEGER, bytes=8)


def _statistics(table: QualifiedName, column: str, *values: str, nulls: float = 0.0, distinct: float = 50.0) -> ColumnStatistics:
    return ColumnStatistics(table, column, nulls, distinct, 8, common_values=values, common_frequencies=(0.01,) * len(values))


def _table(name: QualifiedName, *columns: tuple[str, DataType], rows: float = 50_000) -> Table:
    return Table(name, TableKind.TABLE, tuple(Column(n, i, t, True) for i, (n, t) in enumerate(columns, start=1)), rows=rows)


def _snapshot(tables: tuple[Table, ...], statistics: tuple[ColumnStatistics, ...] = ()) -> Snapshot:
    catalog = Catalog(Engine.POSTGRESQL, ServerVersion(18, 1), "18.1", "d", ("public",), tables)
    return Snapshot(catalog, Origin.LIVE, "postgresql://d", datetime(2026, 11, 22, tzinfo=UTC), "0", statistics)


ORDERS = QualifiedName("public", "orders")


def _shapes(snapshot: Snapshot) -> list[ShapeQuestion]:
    return [q for q in questions(snapshot, Limits()) if isinstance(q, ShapeQuestion)]


def test_statistics_decide_which_texts_are_looked_at() -> None:
    table = _table(ORDERS, ("ip", TEXT), ("price", TEXT), ("remark", TEXT))
    statistics = (
        _statistics(ORDERS, "ip", "Miller", "Smith"),
        _statistics(ORDERS, "price", "9.50", "10"),
        _statistics(ORDERS, "remark", "2025-01-01", "2025-02-01"),
    )
    assert _shapes(_snapshot((table,), statistics)) == [ShapeQuestion(ORDERS, "price"), ShapeQuestion(ORDERS, "remark")]


def test_names_decide_where_values_are_unknown() -> None:
    table = _table(ORDERS, ("client_ip", TEXT), ("remark", TEXT), ("count", BIGINT))
    assert _shapes(_snapshot((table,))) == [ShapeQuestion(ORDERS, "client_ip")]
    hashed = replace(_statistics(ORDERS, "remark", "f00", "ba7"), redacted=True)
    assert _shapes(_snapshot((table,), (hashed,))) == [ShapeQuestion(ORDERS, "client_ip")]


def test_dependencies_are_asked_for_repeating_keys_alone() -> None:
    columns = (
        ("customer_id", BIGINT),
        ("customer_name", TEXT),
        ("customer_status", TEXT),
        ("shop_id", BIGINT),
        ("shop_name", TEXT),
    )
    statistics = (
        _statistics(ORDERS, "customer_id", distinct=100),
        _statistics(ORDERS, "customer_name", distinct=100),
        _statistics(ORDERS, "customer_status", distinct=3),
        _statistics(ORDERS, "shop_id", distinct=-1.0),
        _statistics(ORDERS, "shop_name", distinct=50),
    )
    asked = questions(_snapshot((_table(ORDERS, *columns),), statistics), Limits())
    assert [q for q in asked if isinstance(q, DependencyQuestion)] == [
        DependencyQuestion(ORDERS, "customer_id", ("customer_name",))
    ]


def test_nulls_are_asked_for_columns_without_values() -> None:
    statistics = (_statistics(ORDERS, "fax", nulls=1.0), _statistics(ORDERS, "deleted_at", nulls=1.0))
    asked = questions(_snapshot((_table(ORDERS, ("fax", TEXT), ("deleted_at", TEXT)),), statistics), Limits())
    assert [q for q in asked if isinstance(q, NullQuestion)] == [NullQuestion(ORDERS, "fax")]


def test_small_tables_and_files_are_left_alone() -> None:
    small = _snapshot((_table(ORDERS, ("client_ip", TEXT), rows=10),))
    assert questions(small, Limits()) == ()
    files = replace(_snapshot((_table(ORDERS, ("client_ip", TEXT)),)), origin=Origin.SQL_FILES)
    assert questions(files, Limits()) == ()


def test_bounded_each_once_and_the_largest_first() -> None:
    names = [QualifiedName("public", f"t{n:04}") for n in range(MOST + 50)]
    asked = questions(_snapshot(tuple(_table(n, ("client_ip", TEXT), rows=10_000 + i) for i, n in enumerate(names))), Limits())
    assert len(asked) == len(set(asked)) == MOST
    assert asked[0] == ShapeQuestion(names[-1], "client_ip")
