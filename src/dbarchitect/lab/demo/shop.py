"""Builds the demo shop on an embedded server: schema, rows, traffic, and sessions that misbehave."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

import psycopg
from psycopg import errors, sql

from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.model.limits import Limits
from dbarchitect.model.progress import Progress, silent

DATABASE = "shop"

# The shop is minutes old and small, so what needs a week of counting or millions of rows elsewhere counts at once here.
LIMITS = Limits(
    counters_age_days=0.0,
    unused_index_bytes=65_536,
    idle_in_transaction_seconds=0.0,
    dead_rows=5_000,
    slot_retained_bytes=0,
)

# the lab's own settings that trade safety for speed would be the gravest findings; enable_hashjoin was switched off "for a test"
_SETTINGS = (
    ("fsync", "on"),
    ("full_page_writes", "on"),
    ("synchronous_commit", "on"),
    ("enable_hashjoin", "off"),
    ("wal_level", "logical"),
    ("compute_query_id", "on"),
    ("pg_stat_statements.max", "1000"),
    ("pg_stat_statements.track", "top"),
)

_WORKLOAD = (
    (600, "SELECT id, full_name, email FROM customers WHERE email = %s AND deleted_at IS NULL", "customer{}@example.org"),
    (300, "SELECT * FROM orders WHERE customer_id = %s ORDER BY placed_at DESC LIMIT 10", "{}"),
    (300, "SELECT product_id, quantity, price FROM order_items WHERE order_id = 1900000000 + %s::int", "{}"),
    (60, "SELECT city, count(*) FROM addresses WHERE customer_id = %s GROUP BY city", "{}"),
    (150, "SELECT name, price FROM products WHERE category_id = %s ORDER BY created_at DESC LIMIT 20", "{}"),
    (60, "SELECT id, name FROM products WHERE name = %s", "Product {}"),
    (30, "SELECT count(*) FROM products WHERE details @> %s::jsonb", '{{"size": {}}}'),
    (20, "SELECT id, name FROM products WHERE description ILIKE %s LIMIT 20", "%number {} for%"),
    (40, "SELECT avg(rating) FROM reviews WHERE product_id = %s", "{}"),
    (40, "SELECT path, count(*) FROM page_views WHERE viewed_at >= timestamptz '2025-02-01' + %s::int * interval '1 hour' "
         "AND viewed_at < timestamptz '2025-02-02' + %s::int * interval '1 hour' GROUP BY path ORDER BY 2 DESC LIMIT 5", "{}"),
    (25, "SELECT count(*) FROM payments WHERE order_id = 1900000000 + %s::int", "{}"),
    (200, "INSERT INTO web_sessions VALUES (gen_random_uuid()::text, '10.0.0.1', '2025-11-0' || 1 + %s::int %% 9, 'B/1')", "{}"),
    (60, "SELECT code, percent FROM promotions WHERE code = %s AND deleted_at IS NULL", "P{}"),
    (60, "SELECT code, percent FROM coupons WHERE code = %s AND deleted_at IS NULL", "C{}"),
    (40, "SELECT id FROM suppliers WHERE name = %s", "Supplier {}"),
    (10, "SELECT id, name FROM suppliers ORDER BY rating DESC NULLS LAST LIMIT %s::int", "{}"),
    (10, "SELECT id, name FROM suppliers WHERE rating < %s::numeric / 1000 ORDER BY rating LIMIT 10", "{}"),
    (40, "SELECT name FROM categories WHERE parent_id = %s", "{}"),
    (20, "SELECT product_id FROM product_categories WHERE category_id = %s", "{}"),
    (20, "SELECT value FROM product_attributes WHERE product_id = %s AND attribute = 'colour'", "{}"),
    (20, "SELECT id, amount FROM invoices WHERE customer_id = %s", "{}"),
    (20, "SELECT body FROM messages WHERE customer_id = %s", "{}"),
    (20, "SELECT count(*) FROM reviews WHERE customer_id = %s", "{}"),
    (20, "SELECT sent_at FROM shipments WHERE order_id = 1900000000 + %s::int", "{}"),
    (20, "SELECT count(*) FROM orders WHERE status = 'new' AND placed_at > now() - %s::int * interval '1 day'", "{}"),
    (20, "SELECT sum(quantity) FROM order_items WHERE product_id = %s", "{}"),
    (20, "SELECT count(*) FROM page_views WHERE customer_id = %s", "{}"),
    (5, "SELECT full_name, spent FROM best_customers ORDER BY spent DESC LIMIT %s::int", "{}"),
)  # fmt: skip


def _fill(connection: psycopg.Connection) -> None:
    connection.execute(files("dbarchitect.lab.demo").joinpath("shop.sql").read_text("utf-8").encode())
    connection.execute("SET search_path = shop")
    # a concurrent build that fails on duplicates leaves an invalid index behind
    try:
        connection.execute("CREATE UNIQUE INDEX CONCURRENTLY reviews_once ON reviews (product_id, rating)")
    except errors.UniqueViolation:
        pass
    else:
        raise AssertionError("the demo's rows no longer have the duplicates that its invalid index needs")


def _tidy(connection: psycopg.Connection) -> None:
    """Vacuum and analyse everything, so that what is found dead or stale later was made so on purpose."""
    connection.execute("VACUUM (FREEZE, ANALYZE)")
    for _ in range(2):
        connection.execute("UPDATE stock SET on_hand = on_hand - 1, reserved = reserved + 1")


def _trade(connection: psycopg.Connection, progress: Progress) -> None:
    """The traffic of a day, the same statements on every run."""
    connection.execute("SELECT public.pg_stat_statements_reset()")
    for number, (times, statement, pattern) in enumerate(_WORKLOAD):
        progress("running the shop's traffic", number, len(_WORKLOAD))
        parameters = statement.replace("%%", "").count("%s")
        with connection.pipeline():
            for run in range(times):
                value = pattern.format(1 + run * 37 % 6000)
                connection.execute(sql.SQL(statement), [value] * parameters, prepare=False)


def _slot(connection: psycopg.Connection) -> None:
    """A replica was taken away; its slot was not."""
    connection.execute("SELECT pg_create_physical_replication_slot('old_replica', true)")


def _flush(connection: psycopg.Connection) -> None:
    connection.execute("SELECT pg_stat_force_next_flush()")
    connection.execute("SELECT 1")


@contextmanager
def running_shop(progress: Progress = silent) -> Iterator[EmbeddedPostgres]:
    """The shop on a server of its own, with one session that forgot its transaction, until the block ends."""
    with EmbeddedPostgres(preload=("pg_stat_statements",), settings=_SETTINGS) as server:
        server.create_database(DATABASE)
        url = server.url(DATABASE)
        with psycopg.connect(url, autocommit=True) as connection:
            progress("building the shop", 0, 0)
            connection.execute("CREATE EXTENSION pg_stat_statements SCHEMA public")
            _slot(connection)
            _fill(connection)
            _tidy(connection)
        with psycopg.connect(server.url(DATABASE, "shop_admin"), autocommit=True, application_name="shop-backend") as backend:
            backend.execute("SET search_path = shop")
            _trade(backend, progress)
            _flush(backend)
            with psycopg.connect(server.url(DATABASE, "shop_app"), application_name="shop-worker") as worker:
                worker.execute("SELECT count(*) FROM shop.orders")  # and then it went for lunch
                yield server
                worker.rollback()
