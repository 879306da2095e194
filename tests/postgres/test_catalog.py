import psycopg

from dbarchitect.engines.postgres import open_source
from dbarchitect.model.catalog import (
    Identity,
    IndexEntry,
    PartitionKey,
    Persistence,
    ReferentialAction,
    RoutineKind,
    Table,
    TableKind,
    TypeFamily,
)
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import QualifiedName, ServerVersion
from dbarchitect.model.snapshot import Snapshot

ODD = 'Odd "Schema" ü'


def _table(snapshot: Snapshot, name: str, schema: str = "shop") -> Table:
    found = snapshot.table(QualifiedName(schema, name))
    assert found is not None
    return found


def test_schemas_and_version(snapshot: Snapshot, major: int) -> None:
    assert snapshot.catalog.schemas == (ODD, "public", "shop")
    assert snapshot.catalog.version.major == major
    assert snapshot.catalog.version > ServerVersion(13, 0)
    assert snapshot.catalog.collation == "C.UTF-8"
    assert snapshot.catalog.encoding == "UTF8"
    assert (snapshot.catalog.size_bytes or 0) > 1_000_000


def test_columns(snapshot: Snapshot, major: int) -> None:
    customers = _table(snapshot, "customers")
    types = {c.name: (c.type.name, c.type.family, c.type.text) for c in customers.columns}
    assert types == {
        "id": ("int8", TypeFamily.INTEGER, "bigint"),
        "email": ("varchar", TypeFamily.VARCHAR, "shop.short_email"),
        "name": ("varchar", TypeFamily.VARCHAR, "character varying(40)"),
        "home": ("address", TypeFamily.COMPOSITE, "shop.address"),
        "tags": ("text", TypeFamily.ARRAY, "text[]"),
        "score": ("numeric", TypeFamily.DECIMAL, "numeric(10,2)"),
        'Weird "Col" ü': ("citext", TypeFamily.TEXT, "public.citext"),
        "created": ("timestamptz", TypeFamily.TIMESTAMP_TZ, "timestamp with time zone"),
        "full_name": ("text", TypeFamily.TEXT, "text"),
        "state": ("status", TypeFamily.ENUM, "shop.status"),
    } | ({"amount": ("numeric", TypeFamily.DECIMAL, "numeric(6,-2)")} if major >= 15 else {})
    by_name = {c.name: c for c in customers.columns}
    assert by_name["id"].identity is Identity.ALWAYS
    assert not by_name["id"].nullable
    assert (by_name["email"].type.domain, by_name["email"].type.length) == (QualifiedName("shop", "short_email"), 200)
    assert (by_name["name"].collation, by_name["name"].comment, by_name["name"].type.length) == ('"C"', "the name", 40)
    assert (by_name["score"].type.precision, by_name["score"].type.scale) == (10, 2)
    if major >= 15:
        assert (by_name["amount"].type.precision, by_name["amount"].type.scale) == (6, -2)
    generated = by_name["full_name"].generated
    assert generated is not None and generated.stored and generated.expression == "upper((name)::text)"
    assert by_name["full_name"].default is None
    assert by_name["state"].default == "'new'::shop.status"
    assert _table(snapshot, "orders").columns[0].default == "nextval('shop.orders_id_seq'::regclass)"


def test_constraints(snapshot: Snapshot) -> None:
    orders = _table(snapshot, "orders")
    (reference,) = orders.foreign_keys
    assert (reference.name, reference.columns, reference.target, reference.target_columns) == (
        "fk_c",
        ("customer_id",),
        QualifiedName("shop", "customers"),
        ("id",),
    )
    assert reference.on_delete is ReferentialAction.CASCADE and reference.deferrable and reference.initially_deferred
    assert reference.definition.startswith("FOREIGN KEY (customer_id) REFERENCES shop.customers(id) ON DELETE CASCADE")
    (check,) = orders.checks
    assert (check.expression, check.columns, check.validated) == ("(length(note) < 100)", ("note",), False)
    assert (check.definition, check.comment) == ("CHECK ((length(note) < 100)) NOT VALID", "not too long")
    (exclusion,) = orders.exclusions
    assert exclusion.definition == "EXCLUDE USING gist (customer_id WITH =, during WITH &&)"
    assert orders.primary_key is not None and orders.primary_key.columns == ("id",)


def test_indexes(snapshot: Snapshot) -> None:
    found = snapshot.index(QualifiedName("shop", "ix_lower"))
    assert found is not None
    index = found[1]
    assert index.entries == (
        IndexEntry(None, "lower(note)", operator_class="text_pattern_ops"),
        IndexEntry("placed", descending=True, nulls_first=True),
    )
    assert (index.include, index.predicate, index.comment) == (("customer_id",), "(note IS NOT NULL)", "an index")
    assert "ON shop.orders USING btree" in index.definition
    assert (index.bytes or 0) > 0 and index.usage is not None
    entries = snapshot.index(QualifiedName("shop", "ix_coll"))
    assert entries is not None and entries[1].entries == (IndexEntry("name"), IndexEntry("email"))
    assert entries[1].options == ("fillfactor=70",)
    odd = snapshot.index(QualifiedName(ODD, 'My "Index"'))
    assert odd is not None
    assert odd[1].definition == 'CREATE INDEX "My ""Index""" ON "Odd ""Schema"" ü"."Select" USING btree ("a b" DESC NULLS LAST)'


def test_index_collation_that_is_not_the_columns(fresh_database: str) -> None:
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute('CREATE TABLE t (a text COLLATE "C", b text, c text)')
        connection.execute('CREATE INDEX i ON t (a COLLATE "default", b COLLATE "POSIX", c, (a || b) COLLATE "C")')
    with open_source(fresh_database, limits=Limits()) as source:
        (index,) = source.snapshot().catalog.tables[0].indexes
    assert [entry.collation for entry in index.entries] == ['"default"', '"POSIX"', None, '"C"']


def test_partitions(snapshot: Snapshot) -> None:
    events = _table(snapshot, "events")
    assert events.kind is TableKind.PARTITIONED
    assert events.partition_key == PartitionKey("RANGE", ("at",), "RANGE (at)")
    middle = _table(snapshot, "events_2025")
    assert middle.partition_of == events.name
    assert middle.partition_bound == "FOR VALUES FROM ('2025-01-01 00:00:00+00') TO ('2026-01-01 00:00:00+00')"
    leaf = _table(snapshot, "events_2025_0")
    assert leaf.partition_of == middle.name
    assert [k.inherited for k in leaf.foreign_keys] == [True]
    assert {i.parent for i in leaf.indexes} == {
        QualifiedName("shop", "events_2025_pkey"),
        QualifiedName("shop", "events_2025_customer_id_idx"),
    }
    # a key to a partitioned table is one key, however many partitions there are
    assert len(_table(snapshot, "event_notes").foreign_keys) == 1
    assert len(_table(snapshot, "event_notes_1").foreign_keys) == 1
    whole = snapshot.index(QualifiedName("shop", "ix_events_customer"))
    assert whole is not None and " ONLY " not in whole[1].definition
    assert snapshot.rows(events) == 500


def test_inheritance_and_persistence(snapshot: Snapshot) -> None:
    child = _table(snapshot, "child")
    assert child.inherits == (QualifiedName("shop", "parent"),) and child.partition_of is None
    assert [c.inherited for c in child.columns] == [True, True, False]
    assert _table(snapshot, "scratch").persistence is Persistence.UNLOGGED
    lines = _table(snapshot, "lines")
    assert (lines.kind, lines.foreign_server, lines.foreign_options) == (TableKind.FOREIGN, "files", ("filename=/etc/hostname",))


def test_views(snapshot: Snapshot, major: int) -> None:
    views = {v.name.name: v for v in snapshot.catalog.views}
    assert set(views) == {"big", "bigger", "totals"} | ({"own_orders"} if major >= 15 else set())
    assert views["big"].depends_on == (QualifiedName("shop", "customers"), QualifiedName("shop", "orders"))
    assert views["bigger"].depends_on == (QualifiedName("shop", "big"),) and views["bigger"].options == ("security_barrier=true",)
    assert views["totals"].materialized and len(views["totals"].indexes) == 1
    assert "shop.orders" in views["totals"].definition and not views["totals"].definition.endswith(";")


def test_sequences(snapshot: Snapshot) -> None:
    sequences = {s.name.name: s for s in snapshot.catalog.sequences}
    assert (sequences["numbers"].last_value, sequences["numbers"].increment, sequences["numbers"].cycle) == (100, 5, True)
    identity = sequences["customers_id_seq"]
    assert identity.identity and identity.owned_by_column == "id" and identity.last_value == 2000
    serial = sequences["orders_id_seq"]
    assert not serial.identity and serial.owned_by_table == QualifiedName("shop", "orders") and serial.type == "int4"


def test_types(snapshot: Snapshot, major: int) -> None:
    (enum,) = snapshot.catalog.enums
    assert enum.labels == ("new", "paid", "sent")
    domains = {d.name.name: d for d in snapshot.catalog.domains}
    assert not domains["email"].nullable and domains["email"].comment == "mail"
    assert domains["email"].checks[0].definition == "CHECK (((VALUE)::text ~~ '%@%'::text))"
    assert domains["short_email"].base.domain == QualifiedName("shop", "email")
    (composite,) = snapshot.catalog.composites
    assert composite.attributes == (("street", "text"), ("zip", "character varying(10)"))
    (made,) = snapshot.catalog.ranges
    multirange = "multirange_type_name = shop.floatmultirange, " if major >= 14 else ""
    assert (
        made.definition == f"CREATE TYPE shop.floatrange AS RANGE (subtype = double precision, {multirange}subtype_diff = float8mi)"
    )


def test_triggers_and_routines(snapshot: Snapshot) -> None:
    triggers = {(t.table.name, t.name): t for t in snapshot.catalog.triggers}
    touch = triggers["orders", "touch"]
    assert (touch.timing, touch.events, touch.for_each_row, touch.enabled) == ("BEFORE", ("INSERT", "UPDATE"), True, False)
    assert touch.has_condition and touch.routine == QualifiedName("shop", "touch")
    assert [triggers[t, "touch_e"].inherited for t in ("events", "events_2024", "events_2025_0")] == [False, True, True]
    routines = {r.name.name: r for r in snapshot.catalog.routines}
    assert {r.kind for r in routines.values()} == {RoutineKind.FUNCTION, RoutineKind.PROCEDURE, RoutineKind.AGGREGATE}
    assert routines["touch"].security_definer and routines["touch"].settings == ("search_path=pg_catalog",)
    assert not routines["add"].public_execute and routines["add"].volatility == "immutable"
    assert (
        routines["total"].definition == "CREATE AGGREGATE shop.total(integer) (SFUNC = shop.add, STYPE = integer, INITCOND = '0')"
    )


def test_objects_of_extensions_are_left_out(snapshot: Snapshot) -> None:
    names = {v.name.name for v in snapshot.catalog.views} | {r.name.name for r in snapshot.catalog.routines}
    assert not any("pg_stat_statements" in name or "citext" in name for name in names)


def test_sizes_are_the_servers(rich: str, snapshot: Snapshot) -> None:
    with psycopg.connect(rich) as connection:
        row = connection.execute(
            "SELECT pg_relation_size('shop.orders'), pg_indexes_size('shop.orders'), pg_total_relation_size('shop.orders')"
        ).fetchone()
    size = _table(snapshot, "orders").size
    assert row is not None and size is not None
    assert size.heap_bytes == row[0]
    assert abs(size.index_bytes - row[1]) <= 0.1 * row[1]
    assert abs(size.total_bytes - row[2]) <= 0.2 * row[2]


def test_since_14(snapshot: Snapshot, major: int) -> None:
    routines = {r.name.name: r for r in snapshot.catalog.routines}
    if major < 14:
        assert "twice" not in routines
        return
    closed, packed = _table(snapshot, "spans").columns[1:]
    assert (closed.type.text, closed.type.family) == ("int4multirange", TypeFamily.RANGE)
    assert packed.compression == "pglz"
    assert "BEGIN ATOMIC" in routines["twice"].definition and routines["tally"].kind is RoutineKind.PROCEDURE


def test_since_15(snapshot: Snapshot, major: int) -> None:
    if major < 15:
        assert not any(key.nulls_not_distinct for table in snapshot.catalog.tables for key in table.keys)
        return
    seats = _table(snapshot, "seats")
    assert seats.keys[0].nulls_not_distinct and seats.indexes[0].nulls_not_distinct
    assert seats.foreign_keys[0].on_delete is ReferentialAction.SET_NULL
    assert seats.foreign_keys[0].definition.endswith("ON DELETE SET NULL (customer_id)")
    assert {v.name.name: v.options for v in snapshot.catalog.views}["own_orders"] == ("security_invoker=true",)


def test_since_17(snapshot: Snapshot, major: int) -> None:
    if major < 17:
        return
    assert [_table(snapshot, t).columns[0].identity for t in ("parts", "parts_1")] == [Identity.BY_DEFAULT] * 2


def test_since_18(snapshot: Snapshot, major: int) -> None:
    if major < 18:
        assert all(check.enforced for table in snapshot.catalog.tables for check in table.checks)
        return
    stays, guests = _table(snapshot, "stays"), _table(snapshot, "guests")
    assert stays.primary_key is not None and stays.primary_key.without_overlaps
    price = stays.columns[3].generated
    assert price is not None and not price.stored
    assert not guests.checks[0].enforced
    assert guests.foreign_keys[0].columns == ("room", "during") and "PERIOD during" in guests.foreign_keys[0].definition
    note = guests.columns[2]
    assert (note.nullable, note.not_null_constraint, note.not_null_validated) == (False, "note_there", False)


def test_version_18(fresh_database: str) -> None:
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE p (id int PRIMARY KEY);"
            "CREATE TABLE t (a int CONSTRAINT a_there NOT NULL, b int GENERATED ALWAYS AS (a + 1) VIRTUAL,"
            " p int, CONSTRAINT loose FOREIGN KEY (p) REFERENCES p NOT ENFORCED, CONSTRAINT one UNIQUE NULLS NOT DISTINCT (p));"
            "ALTER TABLE t ADD CONSTRAINT p_there NOT NULL p NOT VALID"
        )
    with open_source(fresh_database, limits=Limits()) as source:
        table = source.snapshot().catalog.tables[1]
    a, b, p = table.columns
    assert (a.not_null_constraint, a.not_null_validated) == ("a_there", True)
    assert (p.nullable, p.not_null_constraint, p.not_null_validated) == (False, "p_there", False)
    assert b.generated is not None and not b.generated.stored
    assert not table.foreign_keys[0].enforced
    assert table.keys[0].nulls_not_distinct


def test_definitions_can_be_executed_again(rich: str, snapshot: Snapshot) -> None:
    """Drop and make again, from the definitions alone, what undo statements are built from."""
    with psycopg.connect(rich) as connection:  # rolled back
        connection.execute("SET search_path = pg_catalog")
        connection.execute("DROP INDEX shop.ix_lower, shop.ix_coll, shop.ix_events_customer")
        for name in ("ix_lower", "ix_coll", "ix_events_customer"):
            found = snapshot.index(QualifiedName("shop", name))
            assert found is not None
            connection.execute(found[1].definition.encode())
        connection.execute("ALTER TABLE shop.orders DROP CONSTRAINT fk_c, DROP CONSTRAINT note_len, DROP CONSTRAINT no_overlap")
        orders = _table(snapshot, "orders")
        constraints = [(c.name, c.definition) for c in orders.foreign_keys] + [(c.name, c.definition) for c in orders.checks]
        for name, definition in [*constraints, *((c.name, c.definition) for c in orders.exclusions)]:
            connection.execute(f"ALTER TABLE shop.orders ADD CONSTRAINT {name} {definition}".encode())
        connection.execute("DROP AGGREGATE shop.total(int); DROP TRIGGER touch ON shop.orders; DROP TYPE shop.floatrange")
        aggregate = next(r for r in snapshot.catalog.routines if r.name.name == "total")
        for definition in (snapshot.catalog.ranges[0].definition, aggregate.definition):
            connection.execute(definition.encode())
        trigger = next(t for t in snapshot.catalog.triggers if t.name == "touch")
        connection.execute(trigger.definition.encode())
        connection.rollback()
