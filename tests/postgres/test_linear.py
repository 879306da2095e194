"""Checks, questions and the plan take steps in proportion to the schema: four times the tables, not sixteen times the work."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from types import FrameType
from typing import Any

import psycopg
import pytest

from dbarchitect.checks import all_checks, run_check, run_checks
from dbarchitect.checks.questions import worth_asking
from dbarchitect.engines.postgres import open_source
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.plan.make import make_plan
from dbarchitect.report.markdown import render

FEW, MANY = 30, 120
WORST = 1.5
LITTLE = 10_000  # bytecodes that are too few to judge their growth
TraceFunction = Callable[[FrameType, str, Any], Any]
LIMITS = Limits(small_table_rows=0, small_table_bytes=0, counters_age_days=0.0, unused_index_bytes=0)
TABLE = """
CREATE TABLE bench.item_{n} (
    id integer PRIMARY KEY,
    parent_id bigint REFERENCES bench.item_{parent},
    item_{parent}_id integer,
    name varchar(255),
    email text,
    amount double precision,
    active text DEFAULT 'yes',
    details json,
    client_ip text,
    created_at timestamp DEFAULT now(),
    changed_at timestamptz,
    deleted_at timestamptz
);
CREATE INDEX ON bench.item_{n} (email);
CREATE INDEX ON bench.item_{n} (email, name);
CREATE INDEX ON bench.item_{n} (id);
ALTER TABLE bench.item_{n} ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON bench.item_{n} USING (name = current_setting('app.name'));
GRANT SELECT ON bench.item_{n} TO pg_monitor;
CREATE FUNCTION bench.count_{n}() RETURNS bigint SECURITY DEFINER LANGUAGE sql AS 'SELECT count(*) FROM bench.item_{n}';
CREATE FUNCTION bench.stamp_{n}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changed_at = now(); RETURN NEW; END';
CREATE TRIGGER stamp BEFORE UPDATE ON bench.item_{n} FOR EACH ROW EXECUTE FUNCTION bench.stamp_{n}();
CREATE VIEW bench.view_{n} AS SELECT id, name FROM bench.item_{n};
"""


@dataclass(frozen=True, slots=True)
class Schemas:
    """The same kind of schema, small and large."""

    few: Snapshot
    many: Snapshot


def _read(url: str) -> Snapshot:
    with open_source(url, limits=LIMITS) as source:
        return source.snapshot()


def _grow(url: str, first: int, last: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for n in range(first, last):
            connection.execute(TABLE.format(n=n, parent=n // 8 * 8).encode())
        connection.execute("ANALYZE")


@pytest.fixture(scope="module")
def schemas(postgres18: EmbeddedPostgres) -> Iterator[Schemas]:
    postgres18.create_database("linear")
    url = postgres18.url("linear")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA bench")
    _grow(url, 0, FEW)
    few = _read(url)
    _grow(url, FEW, MANY)
    yield Schemas(few, _read(url))
    postgres18.drop_database("linear")


def _steps(work: Callable[[], object]) -> int:
    """How many bytecodes the work runs: the same on every machine, however busy."""
    counted = 0

    def count(frame: FrameType, event: str, _: object) -> TraceFunction:
        nonlocal counted
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        counted += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before)
    return counted


def _growth(schemas: Schemas, work: Callable[[Snapshot], object]) -> float:
    """What the tables of `many` beyond `few` cost each, as a multiple of what the tables of `few` cost each: 1 when linear."""
    work(schemas.many)  # what is kept for good (parsed statements, compiled patterns) counts for neither
    work(schemas.few)
    # a copy has looked nothing up yet
    few, many = _steps(lambda: work(replace(schemas.few))), _steps(lambda: work(replace(schemas.many)))
    return (many - few) / (MANY - FEW) / (max(few, LITTLE) / FEW)


@pytest.mark.parametrize("slug", [c.slug for c in all_checks() if Engine.POSTGRESQL in c.engines])
def test_check(slug: str, schemas: Schemas) -> None:
    (check,) = (c for c in all_checks() if c.slug == slug)
    assert _growth(schemas, lambda snapshot: run_check(check, snapshot, LIMITS)) < WORST


def test_questions(schemas: Schemas) -> None:
    assert _growth(schemas, lambda snapshot: tuple(worth_asking(snapshot, LIMITS))) < WORST


def test_plan_and_file(schemas: Schemas) -> None:
    findings = {len(s.catalog.tables): run_checks(all_checks(), s, LIMITS) for s in (schemas.few, schemas.many)}

    def write(snapshot: Snapshot) -> str:
        found = findings[len(snapshot.catalog.tables)]
        return render(make_plan(snapshot, found, None, today=date(2026, 1, 15), checks=(), limits=LIMITS))

    assert _growth(schemas, write) < WORST
