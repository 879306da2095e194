"""A rich schema comes into the neutral model with every value right."""

import pymysql
import pytest

from dbarchitect.engines.mysql import open_source
from dbarchitect.engines.mysql.indexes import built_clause
from dbarchitect.lab.mariadb import PrivateMariaDB
from dbarchitect.model.catalog import (
    Column,
    Generated,
    Identity,
    IndexEntry,
    PartitionKey,
    ReferentialAction,
    RoutineKind,
    Table,
    TableKind,
    TypeFamily,
)
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.snapshot import Origin, Snapshot


@pytest.fixture(scope="module")
def snapshot(rich: PrivateMariaDB) -> Snapshot:
    with open_source(rich.url("rich"), limits=Limits()) as source:
        return source.snapshot()


def table(snapshot: Snapshot, name: str) -> Table:
    found = snapshot.table(QualifiedName("rich", name))
    assert found
    return found


def column(snapshot: Snapshot, table_name: str, name: str) -> Column:
    found = table(snapshot, table_name).column(name)
    assert found
    return found


def test_database(snapshot: Snapshot) -> None:
    catalog = snapshot.catalog
    assert (catalog.engine, catalog.database, catalog.schemas) == (Engine.MARIADB, "rich", ("rich",))
    assert catalog.version.major >= 10 and "MariaDB" in catalog.version_text
    assert catalog.encoding == "utf8mb4"
    assert [t.name.name for t in catalog.tables] == ["customers", "events", "orders", 'we`ird "T" ünï']
    assert snapshot.gaps == ()
    assert snapshot.live and snapshot.source.startswith("mysql://root@localhost/rich?unix_socket=/")


def test_column_types(snapshot: Snapshot) -> None:
    def facts(name: str) -> tuple[str, TypeFamily, int | None, int | None]:
        kind = column(snapshot, "customers", name).type
        return kind.name, kind.family, kind.length, kind.bytes

    assert facts("id") == ("int", TypeFamily.INTEGER, None, 4)
    assert facts("name") == ("varchar", TypeFamily.VARCHAR, 40, None)
    assert facts("active") == ("tinyint", TypeFamily.BOOLEAN, None, 1)
    assert facts("status") == ("enum", TypeFamily.ENUM, None, None)
    assert facts("profile") == ("json", TypeFamily.JSON, None, None)
    assert facts("seen") == ("timestamp", TypeFamily.TIMESTAMP_TZ, None, 6)
    assert facts("made") == ("datetime", TypeFamily.TIMESTAMP, None, 5)
    assert facts("who") == ("uuid", TypeFamily.UUID, None, 16)
    assert facts("note") == ("text", TypeFamily.TEXT, 65535, None)
    balance = column(snapshot, "customers", "balance").type
    assert (balance.text, balance.precision, balance.scale, balance.unsigned) == ("decimal(10,2) unsigned", 10, 2, True)
    assert column(snapshot, "customers", "id").type.integer_maximum == 2**32 - 1
    assert column(snapshot, "orders", "id").type.integer_maximum == 2**63 - 1
    assert column(snapshot, "orders", "place").type.family is TypeFamily.GEOMETRY


def test_column_properties(snapshot: Snapshot) -> None:
    name, seen = column(snapshot, "customers", "name"), column(snapshot, "customers", "seen")
    assert (name.default, name.nullable, name.comment, name.character_set) == ("'x''y'", False, "it's", "utf8mb4")
    assert (seen.default, seen.on_update, seen.nullable, seen.type.precision) == (None, "current_timestamp(3)", True, 3)
    assert column(snapshot, "customers", "made").default == "current_timestamp()"
    assert column(snapshot, "customers", "id").identity is Identity.AUTO_INCREMENT
    assert column(snapshot, "customers", "twice").generated == Generated("`id_group` * 2", stored=True)


def test_keys_and_indexes(snapshot: Snapshot) -> None:
    customers = table(snapshot, "customers")
    assert [(k.name, k.primary, k.columns) for k in customers.keys] == [("PRIMARY", True, ("id",)), ("email", False, ("email",))]
    by_name = {index.name.name: index for index in customers.indexes}
    assert list(by_name) == ["PRIMARY", "by_name", "email", "hidden", "words"]
    assert by_name["by_name"].entries == (IndexEntry("name", descending=True, prefix_length=10), IndexEntry("born"))
    assert by_name["by_name"].definition == "KEY `by_name` (`name`(10) DESC,`born`) COMMENT 'hey'"
    assert not by_name["hidden"].visible and not by_name["hidden"].whole
    assert by_name["words"].method == "fulltext"
    assert table(snapshot, "orders").indexes[-1].method == "spatial"
    sizes = [by_name[name].bytes for name in ("PRIMARY", "by_name", "email")]
    assert all(size and size >= 16_384 for size in sizes)
    assert by_name["PRIMARY"].bytes == customers.size.heap_bytes if customers.size else False


def test_clauses_can_be_built_without_show_create(snapshot: Snapshot) -> None:
    for _, index in snapshot.catalog.indexes():
        assert built_clause(Engine.MARIADB, index) == index.definition


def test_index_definitions_run(rich: PrivateMariaDB, snapshot: Snapshot) -> None:
    rich.execute("CREATE TABLE rich.copy LIKE rich.customers")
    try:
        for index in table(snapshot, "customers").indexes:
            if not index.primary:
                rich.execute(
                    f"ALTER TABLE rich.copy DROP INDEX `{index.name.name}`", f"ALTER TABLE rich.copy ADD {index.definition}"
                )
        with open_source(rich.url("rich"), limits=Limits()) as source:
            copied = table(source.snapshot(), "copy")
        assert [i.definition for i in copied.indexes] == [i.definition for i in table(snapshot, "customers").indexes]
    finally:
        rich.execute("DROP TABLE rich.copy")


def test_constraints(snapshot: Snapshot, rich: PrivateMariaDB) -> None:
    (key,) = table(snapshot, "orders").foreign_keys
    assert (key.name, key.columns, key.target, key.target_columns) == (
        "of_customer", ("customer_id",), QualifiedName("rich", "customers"), ("id",),
    )  # fmt: skip
    assert (key.on_delete, key.on_update) == (ReferentialAction.CASCADE, ReferentialAction.SET_NULL)
    rich.execute(
        "ALTER TABLE rich.orders DROP FOREIGN KEY of_customer",
        f"ALTER TABLE rich.orders ADD CONSTRAINT of_customer {key.definition}",
    )
    checks = {check.name: (check.expression, check.columns) for check in table(snapshot, "customers").checks}
    assert checks == {"rich_enough": ("`balance` >= 0", ("balance",)), "profile": ("json_valid(`profile`)", ("profile",))}


def test_partitions(snapshot: Snapshot) -> None:
    events = table(snapshot, "events")
    assert events.kind is TableKind.PARTITIONED
    assert events.partition_key == PartitionKey(
        "RANGE COLUMNS",
        ("at",),
        "RANGE COLUMNS(`at`) (PARTITION `p0` VALUES LESS THAN ('2025-01-01') ENGINE = InnoDB, "
        "PARTITION `p1` VALUES LESS THAN (MAXVALUE) ENGINE = InnoDB)",
    )
    assert snapshot.rows(events) == 500
    assert events.indexes[0].bytes == 2 * 16_384


def test_odd_names(snapshot: Snapshot) -> None:
    odd = table(snapshot, 'we`ird "T" ünï')
    assert [c.name for c in odd.columns] == ["a b", "C`d"]
    assert odd.indexes[1].definition == "KEY `i``x %s` (`C``d`)"
    assert odd.options == ("ENGINE=MyISAM",)


def test_objects(snapshot: Snapshot, rich: PrivateMariaDB) -> None:
    catalog = snapshot.catalog
    (view,) = catalog.views
    assert view.depends_on == (QualifiedName("rich", "customers"), QualifiedName("rich", "orders"))
    assert [c.name for c in view.columns] == ["id", "order_id"]
    (sequence,) = catalog.sequences
    assert (sequence.start, sequence.increment, sequence.cache, sequence.last_value) == (5, 2, 10, None)
    (trigger,) = catalog.triggers
    assert (trigger.name, trigger.timing, trigger.events) == ("stamp", "BEFORE", ("INSERT",))
    half, plus = catalog.routines
    assert (half.kind, half.arguments, half.security_definer) == (
        RoutineKind.PROCEDURE,
        "IN `a` int(11), OUT `b` decimal(10,2)",
        False,
    )
    assert (plus.kind, plus.returns, plus.volatility, plus.comment) == (RoutineKind.FUNCTION, "int(11)", "DETERMINISTIC", "c")
    drops = ("TRIGGER rich.stamp", "PROCEDURE rich.half", "FUNCTION rich.plus")
    for drop, definition in zip(drops, (trigger.definition, half.definition, plus.definition), strict=True):
        rich.execute(f"DROP {drop}", definition)
    with open_source(rich.url("rich"), limits=Limits()) as source:
        again = source.snapshot().catalog
    assert (again.triggers, again.routines) == (catalog.triggers, catalog.routines)


def test_server_facts(snapshot: Snapshot) -> None:
    assert snapshot.mysql
    facts = {t.name.name: t for t in snapshot.mysql.tables}
    assert facts["customers"].next_auto_increment == 2_547 and facts["customers"].storage_engine == "InnoDB"
    assert facts["customers"].definition.startswith("CREATE TABLE `customers` (")
    assert snapshot.mysql.variable("performance_schema") == "ON"
    accounts = {(a.user, a.host): a for a in snapshot.mysql.accounts}
    assert accounts["root", "localhost"].superuser and accounts["root", "localhost"].password_empty is False
    assert accounts["mariadb.sys", "localhost"].locked


def test_statistics(snapshot: Snapshot) -> None:
    customers = QualifiedName("rich", "customers")
    group, born = snapshot.column_statistics(customers, "id_group"), snapshot.column_statistics(customers, "born")
    assert group and born
    assert (group.distinct, group.null_fraction) == (10, 0)
    assert born.null_fraction == pytest.approx(0.25) and born.distinct == 50
    assert table(snapshot, "customers").rows == 2_000
    # no column statistics of orders were collected: the key's cardinality tells
    orders_id = snapshot.column_statistics(QualifiedName("rich", "orders"), "id")
    assert orders_id and orders_id.distinct == -1


def test_without_storage_nothing_is_sized(rich: PrivateMariaDB) -> None:
    with open_source(rich.url("rich"), limits=Limits()) as source:
        snapshot = source.snapshot(Origin.SQL_FILES)
    assert not snapshot.live and snapshot.statistics == () and snapshot.workload is None and snapshot.counters_since is None
    for each in snapshot.catalog.tables:
        assert (each.rows, each.size, each.usage) == (None, None, None)
        assert all((i.bytes, i.usage) == (None, None) for i in each.indexes)


def test_usage_and_workload(rich: PrivateMariaDB) -> None:
    connection = pymysql.connect(unix_socket=str(rich.socket), user="root", database="rich")
    with connection, connection.cursor() as cursor:
        for number in range(20):
            cursor.execute("SELECT name FROM customers WHERE email = %s", (f"{number + 1}@example.org",))
        cursor.execute("UPDATE customers SET note = 'secret' WHERE id = 500")
        connection.commit()
    with open_source(rich.url("rich"), limits=Limits()) as source:
        snapshot = source.snapshot()
    customers = table(snapshot, "customers")
    used = {index.name.name: index.usage.scans for index in customers.indexes if index.usage}
    assert used["email"] >= 20 and used["words"] == 0
    assert customers.usage and customers.usage.rows_updated == 1
    assert snapshot.workload and snapshot.workload.evictions == 0
    texts = {s.text: s for s in snapshot.workload.statements}
    select = texts["SELECT NAME FROM `customers` WHERE `email` = ?"]
    assert select.calls == 20 and select.rows == 20 and select.rows_examined == 20
    assert select.total_ms == pytest.approx(select.mean_ms * 20, rel=0.01) and 0 < select.mean_ms < 1000
    assert not any("secret" in text for text in texts)
    assert snapshot.counters_since and snapshot.counters_since <= snapshot.taken_at
