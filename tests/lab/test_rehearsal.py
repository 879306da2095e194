"""Changes are done, verified and undone on the copy, and what is recorded is what was seen."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from dbarchitect.engines.postgres import open_source
from dbarchitect.lab.clone import clone_schema
from dbarchitect.lab.embedded import EmbeddedPostgres, connect
from dbarchitect.lab.fingerprint import differences, take_fingerprint
from dbarchitect.lab.rehearsal import not_rehearsed, rehearse
from dbarchitect.model.change import Change, ChangeKind, Step, Strategy, Verification
from dbarchitect.model.finding import Finding, Severity, Trial
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, QualifiedName, database_subject, table_subject
from dbarchitect.model.snapshot import Gap, Snapshot
from dbarchitect.sql.changes import create_index, drop_index, set_parameter

SCHEMA = """
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL, placed timestamp, note text);
CREATE INDEX ix_orders_placed ON orders (placed DESC) WHERE note IS NOT NULL;
INSERT INTO customers VALUES (1, 'a');
INSERT INTO orders VALUES (1, 2, now(), 'an orphan');
"""
COPY = "rehearsal_copy"


@pytest.fixture(scope="module")
def snapshot(postgres18: EmbeddedPostgres) -> Iterator[Snapshot]:
    """The schema as read from a database with rows; its copy is made, and must be left as it was by every test."""
    postgres18.create_database("rehearsal_source")
    with connect(postgres18, "rehearsal_source") as connection:
        connection.execute(SCHEMA.encode())
    with open_source(postgres18.url("rehearsal_source"), limits=Limits()) as source:
        read = source.snapshot()
    assert clone_schema(postgres18, read, COPY) == ()
    yield read
    postgres18.drop_database("rehearsal_source")
    postgres18.drop_database(COPY)


def change(do: str, undo: str = "", verify: str = "", expected: str = "t", *, alone: bool = False) -> Change:
    steps = tuple(Step(s.strip(), alone=alone) for s in do.split(";"))
    back = tuple(Step(s.strip(), alone=alone) for s in undo.split(";") if s)
    proof = Verification(verify, expected) if verify else None
    return Change(ChangeKind.SCHEMA, Strategy.STANDARD, steps, back, "none", "none", proof)


def finding(of: Change, subject: str = "orders") -> Finding:
    return Finding(table_subject(QualifiedName("public", subject)), "t", "c", (), of, Severity.WARNING)


def trial_of(server: EmbeddedPostgres, snapshot: Snapshot, *changes: Change) -> list[Trial]:
    """The trials of the changes; checks that the copy is as it was."""
    tables = (
        "SELECT array_agg(attrelid::regclass || '.' || attname ORDER BY attrelid::regclass::text, attname) "
        "FROM pg_attribute JOIN pg_class c ON c.oid = attrelid "
        "WHERE relnamespace = 'public'::regnamespace AND NOT attisdropped"
    )
    with connect(server, COPY) as connection:
        before = connection.execute(tables).fetchone()
    tried = rehearse(server, snapshot, [finding(c) for c in changes], COPY)
    with connect(server, COPY) as connection:
        assert connection.execute(tables).fetchone() == before
    assert [f.change for f in tried] == list(changes)
    return [f.trial for f in tried if f.trial]


def test_done_verified_and_undone(postgres18: EmbeddedPostgres, snapshot: Snapshot) -> None:
    orders = snapshot.table(QualifiedName("public", "orders"))
    assert orders
    index = next(i for i in orders.indexes if i.predicate)
    changes = (
        create_index(Engine.POSTGRESQL, orders, "ix_new", ("customer_id",)),
        drop_index(Engine.POSTGRESQL, orders, index),
        change(
            "ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customers NOT VALID; "
            "ALTER TABLE orders VALIDATE CONSTRAINT fk",
            "ALTER TABLE orders DROP CONSTRAINT fk",
            "SELECT count(*) FROM pg_constraint WHERE conname = 'fk' AND convalidated",
            "1",
        ),
    )
    for trial in trial_of(postgres18, snapshot, *changes):
        assert (trial.done, trial.verified, trial.undone, trial.failures, trial.not_run) == (True, True, True, (), None)
        assert trial.server == f"PostgreSQL {postgres18.version}, an empty copy of the schema"


def test_a_refused_step_is_recorded_with_the_servers_words_and_nothing_remains(
    postgres18: EmbeddedPostgres, snapshot: Snapshot
) -> None:
    first, second = trial_of(
        postgres18,
        snapshot,
        change("ALTER TABLE orders ADD COLUMN x int; ALTER TABLE orders DROP COLUMN nowhere", "SELECT 1", "SELECT true"),
        change("ALTER TABLE orders ADD COLUMN y int; ALTER TABLE nowhere DROP COLUMN x", "SELECT 1", alone=True),
    )
    assert (first.done, first.verified, first.undone) == (False, False, None)
    assert first.failures[0].sql == "ALTER TABLE orders DROP COLUMN nowhere"
    assert first.failures[0].error == 'column "nowhere" of relation "orders" does not exist'
    # the first statement stood alone and was committed: the copy was made anew
    assert (second.done, second.verified, second.undone) == (False, None, None)
    assert second.failures[0].error == 'relation "nowhere" does not exist'


def test_an_undo_that_leaves_something_behind_is_told(postgres18: EmbeddedPostgres, snapshot: Snapshot) -> None:
    add = "ALTER TABLE orders ADD COLUMN x int; ALTER TABLE orders ADD COLUMN y int"
    incomplete, refused, clean = trial_of(
        postgres18,
        snapshot,
        change(add, "ALTER TABLE orders DROP COLUMN x"),
        change(add, "ALTER TABLE orders DROP COLUMN z"),
        change(add, "ALTER TABLE orders DROP COLUMN x; ALTER TABLE orders DROP COLUMN y"),
    )
    assert (incomplete.done, incomplete.verified, incomplete.undone) == (True, None, False)
    assert incomplete.failures[0].error == "the catalogue is not as it was: column public.orders.y is new or differs"
    assert (refused.undone, refused.failures[0].sql) == (False, "ALTER TABLE orders DROP COLUMN z")
    assert (clean.done, clean.undone, clean.failures) == (True, True, ())


def test_without_undo_the_copy_is_still_as_it_was(postgres18: EmbeddedPostgres, snapshot: Snapshot) -> None:
    there = "SELECT to_regclass('public.orders') IS NULL"
    writing = "DELETE FROM customers RETURNING true"
    for trial in trial_of(
        postgres18,
        snapshot,
        change("VACUUM (ANALYZE) orders", alone=True),
        change("DROP TABLE orders", verify=there),
        change("DROP TABLE orders", verify=there, alone=True),
    ):
        assert (trial.done, trial.verified is not False, trial.undone, trial.failures) == (True, True, None, ())
    refused, proof = trial_of(postgres18, snapshot, change("DROP TABLE nowhere"), change("DROP TABLE orders", verify=writing))
    assert (refused.done, refused.failures[0].error) == (False, 'table "nowhere" does not exist')
    assert (proof.done, proof.verified) == (True, False)
    assert proof.failures[0].error == "cannot execute DELETE in a read-only transaction"


def test_a_verification_proves_only_when_it_changes_to_the_expected(postgres18: EmbeddedPostgres, snapshot: Snapshot) -> None:
    do, undo = "ALTER TABLE orders ADD COLUMN x int", "ALTER TABLE orders DROP COLUMN x"
    already, never, broken, writing, null = trial_of(
        postgres18,
        snapshot,
        change(do, undo, "SELECT true"),
        change(do, undo, "SELECT false"),
        change(do, undo, "SELECT nowhere"),
        change(do, undo, "DELETE FROM orders RETURNING true"),
        change(do, undo, "SELECT max(attname) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'x'", "x"),
    )
    for trial in (already, never, broken, writing):
        assert (trial.done, trial.verified, trial.undone, len(trial.failures)) == (True, False, True, 1)
    assert already.failures[0].error == "gave 't' before the change already"
    assert never.failures[0].error == "gave 'f' after the change, not 't'"
    assert broken.failures[0].error == 'column "nowhere" does not exist'
    assert writing.failures[0].error == "cannot execute DELETE in a read-only transaction"
    assert (null.verified, null.failures) == (True, ())


def test_counters_start_anew_for_each_trial(postgres18: EmbeddedPostgres, snapshot: Snapshot) -> None:
    analysed = "SELECT pg_stat_get_last_analyze_time('orders'::regclass) IS NOT NULL"
    for trial in trial_of(
        postgres18,
        snapshot,
        change("ANALYZE orders", verify=analysed, alone=True),
        change("VACUUM (ANALYZE) orders", verify=analysed, alone=True),
    ):
        assert (trial.done, trial.verified, trial.failures) == (True, True, ())


def _role_settings(server: EmbeddedPostgres) -> list[tuple[object, ...]]:
    with connect(server) as connection:
        return connection.execute("SELECT setdatabase, setrole, setconfig FROM pg_db_role_setting ORDER BY 1, 2").fetchall()


def test_settings_start_from_the_sources_value(postgres18: EmbeddedPostgres, snapshot: Snapshot) -> None:
    of_others = _role_settings(postgres18)  # other tests of this server may have left roles with settings
    for trial in trial_of(
        postgres18,
        snapshot,
        set_parameter("work_mem", "16MB", before=None),
        set_parameter("work_mem", "32MB", before="5MB"),
        set_parameter("max_connections", "150", before="120", restart=True),
        change("ALTER ROLE postgres RESET work_mem", "ALTER ROLE postgres SET work_mem = '7MB'"),
    ):
        assert (trial.done, trial.undone, trial.failures) == (True, True, ())
    with connect(postgres18) as connection:
        left = connection.execute("SELECT count(*) FROM pg_file_settings WHERE sourcefile LIKE '%auto.conf'").fetchone()
    assert left == (0,)
    assert _role_settings(postgres18) == of_others


def test_roles_are_the_servers_and_come_back(postgres18: EmbeddedPostgres, snapshot: Snapshot) -> None:
    with connect(postgres18) as connection:
        connection.execute("SET search_path = ''")
        start = take_fingerprint(connection)
        (trial,) = trial_of(postgres18, snapshot, change("CREATE ROLE left_over; GRANT SELECT ON orders TO left_over", "SELECT 1"))
        assert (trial.done, trial.undone) == (True, False)
        assert differences(connection, start) == ()


def test_what_only_the_live_server_has_is_not_tried(postgres18: EmbeddedPostgres, snapshot: Snapshot) -> None:
    for trial in trial_of(
        postgres18,
        snapshot,
        change("SELECT pg_terminate_backend(1)"),
        change("SELECT pg_drop_replication_slot('s')"),
        change("ROLLBACK PREPARED 'x'", alone=True),
        change("CREATE EXTENSION no_such_extension"),
    ):
        assert (trial.done, trial.failures) == (False, ())
        assert trial.not_run


def test_what_the_copy_lacks_is_not_tried(postgres18: EmbeddedPostgres, snapshot: Snapshot) -> None:
    gap = Gap("copy of the schema: table public.orders", "the lab's server refuses it: reason", "none")
    (tried,) = rehearse(postgres18, snapshot, [finding(change("DROP TABLE orders"))], COPY, missing=[gap])
    assert tried.trial
    assert tried.trial.not_run == "the copy of the schema has no true table public.orders"


def test_the_weightiest_are_tried_within_the_budget(postgres18: EmbeddedPostgres, snapshot: Snapshot) -> None:
    light = replace(finding(change("SELECT 1")), severity=Severity.NOTICE)
    heavy = replace(finding(change("SELECT pg_sleep(0.2)")), severity=Severity.CRITICAL)
    tried = rehearse(postgres18, snapshot, [light, heavy], COPY, budget_seconds=0.1)
    assert tried[0].trial and tried[0].trial.not_run == "the time budget for rehearsals was used up"
    assert tried[1].trial and tried[1].trial.done


def test_a_finding_without_statements_stays_as_it_is(postgres18: EmbeddedPostgres, snapshot: Snapshot) -> None:
    advice = Finding(database_subject("d"), "t", "c", (), replace(change("x"), steps=(), advice_only="decide"), Severity.NOTICE)
    told: list[tuple[str, int, int]] = []
    assert rehearse(postgres18, snapshot, [advice], COPY, lambda *what: told.append(what)) == (advice,)
    assert told == []
    assert not_rehearsed([advice], "no server") == (advice,)
    (marked,) = not_rehearsed([finding(change("SELECT 1"))], "no server")
    assert marked.trial == Trial("none", not_run="no server")
