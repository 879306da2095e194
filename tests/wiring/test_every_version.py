"""A review through the app, of each version of PostgreSQL: read, judged, rehearsed on a copy of the schema, written, read again."""

from pathlib import Path

import pytest

from dbarchitect.app.review import Request, review
from dbarchitect.app.snapshots import take_snapshot
from dbarchitect.lab.embedded import EmbeddedPostgres, connect
from dbarchitect.model.progress import silent
from tests.conftest import POSTGRES

SHOP = """
CREATE TYPE state AS ENUM ('new', 'paid');
CREATE TABLE customers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail varchar(200), state state DEFAULT 'new');
CREATE TABLE orders (id bigserial PRIMARY KEY, customer_id int NOT NULL REFERENCES customers (id), placed timestamp, total float8);
CREATE INDEX a ON orders (placed); CREATE INDEX b ON orders (placed);
CREATE TABLE log (at timestamptz, line text);
CREATE FUNCTION busy() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
INSERT INTO customers (mail) SELECT 'm' || i FROM generate_series(1, 3000) i;
INSERT INTO orders (customer_id, placed, total) SELECT 1 + i % 3000, now(), i FROM generate_series(1, 30000) i;
INSERT INTO log SELECT now(), 'line ' || i FROM generate_series(1, 20000) i;
ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID;
CREATE EXTENSION pg_stat_statements; ANALYZE;
"""


@pytest.fixture(params=POSTGRES)
def shop(request: pytest.FixtureRequest) -> tuple[EmbeddedPostgres, str]:
    server: EmbeddedPostgres = request.getfixturevalue(f"postgres{request.param}")
    server.drop_database("shop")
    server.create_database("shop")
    with connect(server, "shop") as connection:
        connection.execute(SHOP.encode())
    return server, server.url("shop")


def test_a_review_of_every_version(shop: tuple[EmbeddedPostgres, str], tmp_path: Path) -> None:
    server, url = shop
    todo = tmp_path / "TODO.md"
    first = review(Request(url, todo), silent)
    trials = {item.keys[0]: item.task.lead.trial for item in first.plan.open_items if item.task and item.task.change.steps}
    tried = {key: trial for key, trial in trials.items() if trial is not None and trial.not_run is None}
    assert len(tried) >= 5
    for key, trial in tried.items():
        assert trial.server.startswith("PostgreSQL 18") and trial.done and trial.failures == (), key
    slugs = {key.split()[0] for key in trials}
    assert slugs >= {"unindexed_foreign_key", "duplicate_index", "unvalidated_constraint", "security_definer_without_search_path"}
    assert f"PostgreSQL {server.version}" in todo.read_text("utf-8")

    saved = tmp_path / "shop.snapshot"
    take_snapshot(url, saved, redact=False, config=None, rows=True, progress=silent)
    again = review(Request(str(saved), todo), silent)
    assert [item.keys for item in again.plan.open_items] == [item.keys for item in first.plan.open_items]
