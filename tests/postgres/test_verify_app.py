"""Review and verify through the use cases, on a small real database: a tick is given only for what was looked at as before."""

import re
import subprocess
import uuid
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from dbarchitect.app.review import Request, Reviewed, review
from dbarchitect.app.sources import with_secrets
from dbarchitect.app.verification import Verified, VerifyRequest, verify
from dbarchitect.lab.postgres_programs import find_postgres
from dbarchitect.model.progress import silent
from dbarchitect.report.scripts import TODO_NAME, UP_NAME, extract_command, run_command

SCHEMA = """
CREATE TABLE customers (id bigint PRIMARY KEY, sku text, label text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers (id), note text, placed date);
CREATE INDEX orders_note ON orders (note);
CREATE INDEX orders_placed ON orders (placed);
CREATE INDEX orders_placed_again ON orders (placed);
INSERT INTO customers SELECT i, 'S' || i, gen_random_uuid()::text FROM generate_series(1, 3000) i;
INSERT INTO orders SELECT i, 1 + i % 3000, 'n' || i % 900, date '2026-01-01' + i % 300 FROM generate_series(1, 20000) i;
"""
LIMITS = "[limits]\ncounters_age_days = 0\nunused_index_bytes = 65536\n"
CHECKS = ("unused_index", "duplicate_index", "unindexed_foreign_key", "undeclared_unique", "uuid_as_text")


@pytest.fixture
def shop(fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a database with an unused and a duplicate index, a key without one, an undeclared identity and UUIDs as text."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(SCHEMA)
        for _ in range(20):
            connection.execute("SELECT count(*) FROM orders WHERE placed = '2026-03-03'")
            connection.execute("SELECT count(*) FROM orders WHERE id = 7")
        connection.execute("VACUUM ANALYZE")
        connection.execute("SELECT pg_stat_force_next_flush()")
    return fresh_database


def reviewed(url: str, **others: object) -> Reviewed:
    Path("limits.toml").write_text(LIMITS)
    request = Request(url, Path(TODO_NAME), config=Path("limits.toml"), checks=CHECKS, rehearsal=False)
    return review(replace(request, **others), silent)  # type: ignore[arg-type]


def verified(url: str, **others: object) -> Verified:
    return verify(replace(VerifyRequest(Path(TODO_NAME), url), **others), silent)  # type: ignore[arg-type]


def ticks(url: str, **others: object) -> dict[str, bool]:
    """The items' ticks after a re-check, by the check and the name in their key."""
    result = verified(url, **others).result
    items = re.findall(r"- \[(.)\] \*\*(DB-ITEM-\S+) .*dbarchitect:key=(\w+)", Path(TODO_NAME).read_text())
    assert {str(o.id): o.done for o in result.outcomes} == {item: tick == "x" for tick, item, _ in items}
    return {check: tick == "x" for tick, _, check in items}


def sentences(url: str, **others: object) -> dict[str, str]:
    return {o.label: o.sentence for o in verified(url, **others).result.outcomes}


def test_all_is_found_and_nothing_left_unseen(shop: str) -> None:
    plan = reviewed(shop).plan
    assert sorted(i.task.lead.check for i in plan.items if i.task) == sorted(CHECKS)
    assert not [run.slug for run in plan.checks if run.unanswered or run.blind]
    assert "the rows of" not in Path(TODO_NAME).read_text()


def test_right_after_a_review_nothing_is_ticked(shop: str) -> None:
    reviewed(shop)
    text = Path(TODO_NAME).read_text()
    assert not any(ticks(shop).values())
    assert not verified(shop).all_done
    Path(TODO_NAME).write_text(text.replace("- [ ] **DB-ITEM-1.1", "- [x] **DB-ITEM-1.1"))
    assert not any(ticks(shop).values())
    assert "ticked by hand, unticked, still found on" in Path(TODO_NAME).read_text()


def test_the_source_in_the_file_is_enough(shop: str) -> None:
    reviewed(shop)
    assert not any(ticks("").values())


def test_the_limits_are_those_of_the_review_unless_others_are_named(shop: str) -> None:
    reviewed(shop)
    assert "counters_age_days:0.0,unused_index_bytes:65536" in Path(TODO_NAME).read_text()
    Path("dbarchitect.toml").write_text("[limits]\nunused_index_bytes = 1000000000\ncounters_age_days = 0\n")
    assert not any(ticks(shop).values())
    assert ticks(shop, config=Path("dbarchitect.toml"))["unused_index"]


def test_the_printed_script_makes_all_done(shop: str) -> None:
    reviewed(shop)
    context = reviewed(shop).plan.context
    for command in (extract_command(UP_NAME), run_command(context, UP_NAME)):
        surroundings = {"PATH": f"{find_postgres().folder}:/usr/bin:/bin", "DATABASE_URL": shop}
        done = subprocess.run(["sh", "-c", command], env=surroundings, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert all(ticks(shop).values())
    result = verified(shop)
    assert result.all_done and "all done" in result.summary(False)


def test_a_whole_review_lists_all_that_a_re_check_finds(shop: str) -> None:
    reviewed(shop, checks=())
    result = verified(shop).result
    assert result.not_listed == 0
    assert not [o.sentence for o in result.outcomes if o.done or not o.sentence.startswith("still found")]


def test_rows_that_are_not_read_prove_nothing(shop: str) -> None:
    reviewed(shop)
    seen = ticks(shop, rows=False)
    assert not any(seen.values())
    said = sentences(shop, rows=False)
    assert said["customers.sku"] == "not checked again: undeclared_unique: the rows of public.customers were not read"
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute("ALTER TABLE customers DROP COLUMN sku")
    assert ticks(shop, rows=False)["undeclared_unique"]


def test_a_review_without_rows_says_so(shop: str) -> None:
    reviewed(shop, rows=False)
    line = next(line for line in Path(TODO_NAME).read_text().splitlines() if "the rows of" in line)
    assert line.startswith(
        "  - the rows of 1 table: 2 checks asked about them and got no answer. Remedy: leave out --no-rows, grant SELECT"
    )
    assert line.endswith("Concerns undeclared_unique, uuid_as_text.")


def test_young_counters_prove_nothing(shop: str) -> None:
    reviewed(shop)
    Path(TODO_NAME).write_text(re.sub(r"counters_age_days:0\.0", "counters_age_days:3.0", Path(TODO_NAME).read_text()))
    said = sentences(shop)["orders.orders_note"]
    assert re.fullmatch(r"not checked again: unused_index: use is counted for less than an hour, 3 days are needed", said)
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute("DROP INDEX orders_note")
    assert ticks(shop)["unused_index"]


def test_a_review_with_young_counters_says_so(shop: str) -> None:
    Path("strict.toml").write_text("[limits]\ncounters_age_days = 3\n")
    reviewed(shop, config=Path("strict.toml"))
    assert re.search(
        r"  - what is hardly used: use is counted for .* 3 days are needed\. Remedy: .* Concerns unused",
        Path(TODO_NAME).read_text(),
    )


def test_a_baseline_counts_for_both(shop: str) -> None:
    reviewed(shop)
    reviewed(shop, output=Path("other.md"), checks=("duplicate_index",), write_baseline=Path("accepted"))
    twice = "orders.orders_placed"
    assert sentences(shop, baseline=Path("accepted"))[twice] == "muted without an end: baseline"
    assert sentences(shop)[twice].startswith("still found")


def test_the_password_of_database_url_is_used_for_the_same_place(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "postgresql+psycopg://app:s%40crt@DB.example/shop?sslmode=require"
    monkeypatch.setenv("DATABASE_URL", secret)
    assert with_secrets("postgresql://app@db.example:5432/shop") == secret
    for other in ("postgresql://app@db.example:5433/shop", "postgresql://app@db.example/shop2", "postgresql://x@db.example/shop"):
        assert with_secrets(other) == other
    assert with_secrets("schema.sql") == "schema.sql"
    monkeypatch.setenv("DATABASE_URL", "postgresql:///shop?host=/run/pg&user=app")
    assert with_secrets("postgresql://app@/shop?host=/run/pg&port=5432") == "postgresql:///shop?host=/run/pg&user=app"


def test_what_the_role_may_not_see_is_not_called_fixed(shop: str) -> None:
    hidden = {
        "md5_password",
        "trust_in_hba",
        "clear_text_password_in_hba",
        "idle_in_transaction",
        "blocked_session",
        "long_running_query",
    }
    role = f"reader_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN")
        connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
        runs = reviewed(shop.replace("postgres@", f"{role}@", 1), checks=(), output=Path("reader.md")).plan.checks
        assert {run.slug for run in runs if run.not_run} >= hidden
        runs = reviewed(shop, checks=(), output=Path("owner.md")).plan.checks
        assert not {run.slug for run in runs if run.not_run} & hidden
        connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
