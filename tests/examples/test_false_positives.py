"""What users of the field's tools were told wrongly, on a real server: these checks must stay silent."""

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from dbarchitect.checks import all_checks, run_check
from dbarchitect.engines.postgres import open_source
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.lab.scripts import run_script
from dbarchitect.model.finding import Finding
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import QualifiedName
from dbarchitect.model.snapshot import Snapshot
from tests.examples.laboratory import read_answered

CHECKS = {check.slug: check for check in all_checks()}
COUNTED = Limits(counters_age_days=0)


def _read(url: str, script: str, limits: Limits = COUNTED) -> Snapshot:
    with run_script(url, script), open_source(url, limits=limits) as source:
        return read_answered(source, limits)


def _found(snapshot: Snapshot, *slugs: str, limits: Limits = COUNTED) -> list[Finding]:
    return [finding for slug in slugs for finding in run_check(CHECKS[slug], snapshot, limits)]


ORDERS = """
CREATE TABLE customers (id bigint PRIMARY KEY, code text NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id), note text NOT NULL,
    placed date NOT NULL, removed date);
INSERT INTO customers SELECT i, 'c' || i FROM generate_series(1, 3000) i;
INSERT INTO orders SELECT i, 1 + i % 3000, md5(i::text), date '2025-01-01' + i % 365 FROM generate_series(1, 60000) i;
"""
FLUSH = "ANALYZE; SELECT pg_stat_force_next_flush();"
READ = "SELECT count(*) FROM orders WHERE id = 7;"


@pytest.mark.parametrize("key", ["(y, x, z)", "(x, y, z)", "(x, y)", "(y, x)"])
def test_composite_primary_key_covers_the_foreign_key_in_any_order(fresh_database: str, key: str) -> None:
    script = f"""
CREATE TABLE a (x int, y int, PRIMARY KEY (x, y));
CREATE TABLE b (x int, y int, z int, PRIMARY KEY {key}, FOREIGN KEY (x, y) REFERENCES a (x, y));
INSERT INTO a SELECT i % 50, i / 50 FROM generate_series(0, 2499) i;
INSERT INTO b SELECT i % 50, i / 50, i FROM generate_series(0, 2499) i;
ANALYZE;
"""
    snapshot = _read(fresh_database, script)
    assert snapshot.table(QualifiedName("public", "b")) is not None
    assert _found(snapshot, "unindexed_foreign_key") == []


DIFFERENCES = {
    "desc": "CREATE INDEX i ON orders (note DESC)",
    "nulls first": "CREATE INDEX i ON orders (note NULLS FIRST)",
    "where": "CREATE INDEX i ON orders (note) WHERE removed IS NULL",
    "include": "CREATE INDEX i ON orders (note) INCLUDE (removed)",
    "operator class": "CREATE INDEX i ON orders (note text_pattern_ops)",
    "collation": 'CREATE INDEX i ON orders (note COLLATE "C")',
    "method": "CREATE INDEX i ON orders USING hash (note)",
}


@pytest.mark.parametrize("difference", DIFFERENCES)
def test_indexes_that_differ_are_no_duplicates(fresh_database: str, difference: str) -> None:
    snapshot = _read(fresh_database, ORDERS + f"CREATE INDEX plain ON orders (note); {DIFFERENCES[difference]};" + FLUSH)
    assert _found(snapshot, "duplicate_index") == []
    # only the plain one, whose every use the including one serves, may be called redundant
    redundant = [f.subject.name for f in _found(snapshot, "redundant_index")]
    assert redundant == (["plain"] if difference == "include" else [])


def test_indexes_that_differ_in_uniqueness_keep_the_unique_one(fresh_database: str) -> None:
    snapshot = _read(
        fresh_database, ORDERS + "CREATE INDEX plain ON orders (note); CREATE UNIQUE INDEX strict ON orders (note);" + FLUSH
    )
    assert _found(snapshot, "duplicate_index") == []
    assert [f.subject.name for f in _found(snapshot, "redundant_index")] == ["plain"]


NEEDED = {
    "unique constraint": "ALTER TABLE customers ADD CONSTRAINT needed UNIQUE (code)",
    "foreign key": "CREATE UNIQUE INDEX needed ON customers (code); CREATE TABLE uses (code text REFERENCES customers (code))",
    "replica identity": "CREATE UNIQUE INDEX needed ON customers (code); ALTER TABLE customers REPLICA IDENTITY USING INDEX needed",
    "cluster": "CREATE INDEX needed ON customers (code); ALTER TABLE customers CLUSTER ON needed",
}


@pytest.mark.parametrize("need", NEEDED)
def test_redundant_index_that_something_needs(fresh_database: str, need: str) -> None:
    snapshot = _read(fresh_database, ORDERS + NEEDED[need] + "; CREATE INDEX longer ON customers (code, id);" + FLUSH)
    assert _found(snapshot, "redundant_index", "unused_index", "duplicate_index") == []


@pytest.mark.parametrize(
    "method", ["hash (customer_id)", "gist (customer_id, placed)", "gin (placed, customer_id)", "brin (placed, customer_id)"]
)
def test_other_methods_serve_the_predicate_as_well(fresh_database: str, method: str) -> None:
    extension = {"gist": "CREATE EXTENSION btree_gist;", "gin ": "CREATE EXTENSION btree_gin;"}.get(method[:4], "")
    snapshot = _read(fresh_database, extension + ORDERS + f"CREATE INDEX ON orders USING {method};" + FLUSH)
    assert _found(snapshot, "unindexed_foreign_key") == []


UNUSED = ORDERS + "CREATE INDEX idle ON orders (note, placed);" + READ + FLUSH


def test_unused_index_is_found_when_the_counters_are_old_enough(fresh_database: str) -> None:
    snapshot = _aged(_read(fresh_database, UNUSED), days=30)
    assert [f.subject.name for f in _found(snapshot, "unused_index", limits=Limits())] == ["idle"]


def _aged(snapshot: Snapshot, days: float) -> Snapshot:
    return replace(snapshot, counters_since=snapshot.taken_at - timedelta(days=days))


def test_unused_index_with_counters_younger_than_seven_days(fresh_database: str) -> None:
    assert _found(_aged(_read(fresh_database, UNUSED), days=6.9), "unused_index", limits=Limits()) == []


def test_unused_index_after_a_recent_reset(fresh_database: str) -> None:
    snapshot = _read(fresh_database, UNUSED + "SELECT pg_stat_reset();" + READ + "SELECT pg_stat_force_next_flush();")
    assert snapshot.counters_since is not None
    assert _found(snapshot, "unused_index", limits=Limits()) == []


def test_unused_index_after_a_fresh_restore(fresh_database: str) -> None:
    assert _found(_read(fresh_database, UNUSED), "unused_index", limits=Limits()) == []


def test_unused_index_on_a_standby(fresh_database: str) -> None:
    snapshot = _aged(_read(fresh_database, UNUSED), days=30)
    assert snapshot.postgres is not None
    standby = replace(snapshot, postgres=replace(snapshot.postgres, in_recovery=True))
    assert _found(standby, "unused_index", limits=Limits()) == []


def test_unused_index_asks_for_the_replicas_counters(fresh_database: str) -> None:
    (finding,) = _found(_aged(_read(fresh_database, UNUSED), days=30), "unused_index", limits=Limits())
    assert any("replica" in assumption for assumption in finding.change.assumptions)
    assert finding.evidence[0].repeat is not None


def test_unused_index_that_is_unique(fresh_database: str) -> None:
    snapshot = _read(fresh_database, ORDERS + "CREATE UNIQUE INDEX idle ON orders (note);" + READ + FLUSH)
    assert _found(snapshot, "unused_index") == []


def test_unused_index_on_a_tiny_table(fresh_database: str) -> None:
    script = "CREATE TABLE few (id int PRIMARY KEY, n int); CREATE INDEX idle ON few (n); INSERT INTO few VALUES (1, 1);"
    script += "SELECT * FROM few;"
    assert _found(_read(fresh_database, script + FLUSH), "unused_index") == []


def test_int_column_under_a_bigint_sequence(fresh_database: str) -> None:
    script = """
CREATE SEQUENCE numbers;
CREATE TABLE t (id int PRIMARY KEY DEFAULT nextval('numbers'), note text);
ALTER SEQUENCE numbers OWNED BY t.id;
INSERT INTO t (note) SELECT 'x' FROM generate_series(1, 2000);
ANALYZE;
"""
    snapshot = _read(fresh_database, script)
    assert (
        _found(snapshot, "integer_key_near_end", "int4_key_on_large_table", "sequence_near_end", "foreign_key_type_mismatch") == []
    )


def test_int_column_under_a_bigint_sequence_runs_out_first(fresh_database: str) -> None:
    script = """
CREATE TABLE t (id int PRIMARY KEY);
CREATE SEQUENCE numbers OWNED BY t.id;
ALTER TABLE t ALTER COLUMN id SET DEFAULT nextval('numbers');
SELECT setval('numbers', 2000000000);
"""
    found = _found(_read(fresh_database, script), "integer_key_near_end", "sequence_near_end")
    assert [f.subject.key for f in found] == ["column public.t.id"]


def test_sequence_that_the_role_may_not_read_is_not_checked_and_said_so(postgres18: EmbeddedPostgres, fresh_database: str) -> None:
    database = str(conninfo_to_dict(fresh_database)["dbname"])
    name = f"reader_of_{database}"
    script = "CREATE TABLE t (id int PRIMARY KEY); CREATE SEQUENCE secret OWNED BY t.id;"
    script += "ALTER TABLE t ALTER id SET DEFAULT nextval('secret');"
    with psycopg.connect(fresh_database, autocommit=True) as session:
        session.execute(script.encode())
        session.execute("SELECT setval('secret', 2000000000)")
        session.execute(f"CREATE ROLE {name} LOGIN; GRANT USAGE ON SCHEMA public TO {name}; GRANT SELECT ON t TO {name}".encode())
        try:
            with open_source(postgres18.url(database, user=name), limits=COUNTED) as source:
                snapshot = source.snapshot()
        finally:
            session.execute(f"DROP OWNED BY {name}; DROP ROLE {name}".encode())
    (sequence,) = snapshot.catalog.sequences
    assert snapshot.postgres is not None and snapshot.postgres.current_user == name
    assert not sequence.readable and sequence.last_value is None
    assert _found(snapshot, "integer_key_near_end", "sequence_near_end") == []
    assert any("secret" in f"{gap.what} {gap.reason}" and "GRANT" in gap.remedy for gap in snapshot.gaps)


NAMES = """
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE users (id uuid PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, user_id bigint);
INSERT INTO customers SELECT i FROM generate_series(1, 2000) i;
"""


def test_inferred_foreign_key_by_name_alone(fresh_database: str) -> None:
    empty = _read(fresh_database, NAMES)
    assert _found(empty, "inferred_foreign_key") == []


def test_inferred_foreign_key_without_matching_type(fresh_database: str) -> None:
    snapshot = _read(fresh_database, NAMES + "INSERT INTO orders SELECT i, NULL, i FROM generate_series(1, 2000) i; ANALYZE;")
    assert _found(snapshot, "inferred_foreign_key") == []


def test_inferred_foreign_key_whose_values_are_somebody_elses(fresh_database: str) -> None:
    snapshot = _read(fresh_database, NAMES + "INSERT INTO orders SELECT i, i * 100 FROM generate_series(1, 2000) i; ANALYZE;")
    assert _found(snapshot, "inferred_foreign_key") == []


def test_inferred_foreign_key_counts_its_orphans(fresh_database: str) -> None:
    script = NAMES + "INSERT INTO orders SELECT i, CASE WHEN i <= 7 THEN -i ELSE i END FROM generate_series(1, 2000) i; ANALYZE;"
    (finding,) = _found(_read(fresh_database, script), "inferred_foreign_key")
    assert "already without a parent: 7;" in finding.claim
    assert finding.evidence[0].repeat is not None and "NOT EXISTS" in finding.evidence[0].repeat
    assert not any("VALIDATE" in step.sql for step in finding.change.steps)


def test_partial_indexes_are_not_merged_away(fresh_database: str) -> None:
    script = (
        ORDERS
        + "CREATE INDEX part ON orders (customer_id) WHERE removed IS NULL; CREATE INDEX whole ON orders (customer_id, placed);"
        + FLUSH
    )
    assert _found(_read(fresh_database, script), "redundant_index", "duplicate_index") == []


SMALL = """
CREATE TABLE colours (id int PRIMARY KEY, dark boolean, tags text[], note text);
CREATE TABLE things (id int PRIMARY KEY, colour_id int REFERENCES colours (id));
CREATE INDEX ON colours (dark); CREATE INDEX ON colours (tags); CREATE INDEX ON colours (note);
INSERT INTO colours SELECT i, i % 2 = 0, '{}', NULL FROM generate_series(1, 40) i;
INSERT INTO things SELECT i, 1 + i % 40 FROM generate_series(1, 200) i;
"""


def test_small_tables_are_not_warned_about(fresh_database: str) -> None:
    about_size = [slug for slug, check in CHECKS.items() if check.area.title == "index strategy"]
    assert _found(_read(fresh_database, SMALL + READ.replace("orders", "things") + FLUSH), *about_size) == []
