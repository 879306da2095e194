"""Builds the demo shop on an embedded server: schema, rows, traffic, and sessions that misbehave."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
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
    blocked_seconds=0.0,
    prepared_transaction_seconds=0.0,
    dead_rows=5_000,
    bloat_bytes=500_000,
    slot_retained_bytes=1,
    settle_seconds=0.0,
)

# the lab's own settings that trade safety for speed would be the gravest findings; enable_hashjoin was switched off and
# log_statement on "for a test"
_SETTINGS = (
    ("fsync", "on"),
    ("full_page_writes", "on"),
    ("synchronous_commit", "on"),
    ("enable_hashjoin", "off"),
    ("log_statement", "all"),
    ("log_min_duration_statement", "250"),
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
    (40, "SELECT id, name FROM products WHERE description ILIKE %s LIMIT 20", "%number {} for%"),
    (20, "SELECT id FROM categories WHERE name ILIKE %s", "%category {}%"),
    (40, "SELECT avg(rating) FROM reviews WHERE product_id = %s", "{}"),
    (40, "SELECT path, count(*) FROM page_views WHERE viewed_at >= timestamptz '2025-02-01' + %s::int * interval '1 hour' "
         "AND viewed_at < timestamptz '2025-02-02' + %s::int * interval '1 hour' GROUP BY path ORDER BY 2 DESC LIMIT 5", "{}"),
    (25, "SELECT count(*) FROM payments WHERE order_id = 1900000000 + %s::int", "{}"),
    (200, "INSERT INTO web_sessions VALUES (md5(%s)::uuid::text, '10.0.0.1', '2025-11-01', 'Browser/1')", "visit {}"),
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
    (20, "SELECT count(*) FROM carts WHERE customer_id = %s", "{}"),
    (20, "SELECT reason FROM returns WHERE order_id = 1900000000 + %s::int", "{}"),
    (20, "SELECT order_id FROM returns WHERE replacement_order_id = 1900020000 + %s::int", "{}"),
    (20, "SELECT login FROM staff WHERE department_id = %s", "{}"),
    (20, "SELECT login FROM partners WHERE agency_id = %s", "{}"),
    (20, "SELECT name FROM agencies WHERE contact_id = %s", "{}"),
    (20, "SELECT name FROM departments WHERE head_id = %s", "{}"),
    (20, "SELECT count(*) FROM outbox WHERE recipient = %s", "customer{}@example.org"),
    (20, "SELECT count(*) FROM inbox WHERE sender = %s", "customer{}@example.org"),
    (20, "SELECT changed_at FROM text_changes WHERE locale = 'de-DE' AND page = %s AND slot = 'headline-1'", "page-of-the-shop-{}"),
    (5, "SELECT full_name, spent FROM best_customers ORDER BY spent DESC LIMIT %s::int", "{}"),
)  # fmt: skip


def _fill(connection: psycopg.Connection) -> None:
    for name in ("shop.sql", "office.sql"):
        connection.execute(files("dbarchitect.lab.demo").joinpath(name).read_text("utf-8").encode())
    connection.execute("SET search_path = shop")
    # a concurrent build that fails on duplicates leaves an invalid index behind
    try:
        connection.execute("CREATE UNIQUE INDEX CONCURRENTLY product_attributes_once ON product_attributes (attribute, value)")
    except errors.UniqueViolation:
        pass
    else:
        raise AssertionError("the demo's rows no longer have the duplicates that its invalid index needs")


def _tidy(connection: psycopg.Connection) -> None:
    """Vacuum and analyse everything, so that what is found dead, stale or unknown later was made so on purpose."""
    _flush(connection)
    connection.execute("VACUUM (FREEZE, ANALYZE)")
    for _ in range(2):
        connection.execute("UPDATE stock SET on_hand = on_hand - 1, reserved = reserved + 1")
    connection.execute("CREATE TABLE imports (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, line text NOT NULL)")
    connection.execute("INSERT INTO imports (line) SELECT 'Line ' || i FROM generate_series(1, 20000) i")
    connection.execute("GRANT SELECT ON imports TO shop_report")
    _flush(connection)


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


def _slots(connection: psycopg.Connection) -> None:
    """A replica was taken away; its slot was not. The other slot was never used and keeps nothing."""
    connection.execute("SELECT pg_create_physical_replication_slot('old_replica', true)")
    connection.execute("SELECT pg_create_physical_replication_slot('next_replica', false)")


@contextmanager
def _forgotten(server: EmbeddedPostgres) -> Iterator[None]:
    """Sessions that misbehave: one forgot its transaction, one waits for it, and a transaction was prepared and left open.

    They hold locks on look-alikes alone, so that every task of the file can be tried while they stand.
    """
    url = server.url(DATABASE, "shop_admin")
    with psycopg.connect(url, autocommit=True, application_name="payment-bridge") as bridge:
        for payment in ("payment-4710", "payment-4711"):
            bridge.execute("BEGIN")
            bridge.execute("UPDATE shop.promotions SET percent = percent WHERE code = %s", [payment])
            bridge.execute(sql.SQL("PREPARE TRANSACTION {}").format(sql.Literal(payment)))
        bridge.execute("COMMIT PREPARED 'payment-4710'")
    with (
        closing(psycopg.connect(server.url(DATABASE, "shop_app"), application_name="shop-worker")) as worker,
        closing(psycopg.connect(url, autocommit=True, application_name="shop-deploy")) as deploy,
    ):
        worker.execute("UPDATE shop.partners SET login = login WHERE id = 7")  # and then it went for lunch
        # whoever waits has a snapshot, for which CREATE INDEX CONCURRENTLY waits in turn: it gives up by itself
        deploy.pgconn.send_query(b"SET lock_timeout = '30s'; BEGIN; LOCK TABLE shop.partners IN SHARE MODE; COMMIT")
        _wait_until_blocked(server, deploy.info.backend_pid)
        yield


def _wait_until_blocked(server: EmbeddedPostgres, pid: int) -> None:
    with psycopg.connect(server.url(DATABASE), autocommit=True) as watcher:
        for _ in range(2_000):
            row = watcher.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid]).fetchone()
            if row and row[0]:
                return
            time.sleep(0.005)
    raise AssertionError("the demo's second session does not wait for the first")


def _reset_server(connection: psycopg.Connection) -> None:
    """The server's own counters begin now; they came with the template that its data folder is a copy of."""
    for counters in ("archiver", "bgwriter", "checkpointer", "io", "wal"):
        connection.execute("SELECT pg_stat_reset_shared(%s)", [counters])


def _flush(connection: psycopg.Connection) -> None:
    connection.execute("SELECT pg_stat_force_next_flush()")
    connection.execute("SELECT 1")


@contextmanager
def running_shop(progress: Progress = silent) -> Iterator[EmbeddedPostgres]:
    """The shop on a server of its own, with its misbehaving sessions, until the block ends."""
    with EmbeddedPostgres(preload=("pg_stat_statements",), settings=_SETTINGS) as server:
        server.create_database(DATABASE)
        url = server.url(DATABASE)
        with psycopg.connect(url, autocommit=True) as connection:
            progress("building the shop", 0, 0)
            connection.execute("CREATE EXTENSION pg_stat_statements SCHEMA public")
            _reset_server(connection)
            _slots(connection)
            _fill(connection)
            _tidy(connection)
        with psycopg.connect(server.url(DATABASE, "shop_admin"), autocommit=True, application_name="shop-backend") as backend:
            backend.execute("SET search_path = shop")
            _trade(backend, progress)
            _flush(backend)
            with _forgotten(server):
                yield server
