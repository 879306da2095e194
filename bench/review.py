"""Every step of a review of a large schema, each timed by itself, and the memory of the whole process.

Usage: python bench/review.py [--worst] [--no-rehearsal] [--profile STEP] [TABLES ...]
(default: 1000 and 10000 tables, three indexes each)

One table in ten is badly made, with `--worst` every one, and then no table is too small to be judged. Of twenty tables the first
has rows, and the others refer to it.
Steps that take less than three seconds are run three times, and the shortest counts. The last lines are the ratios between
the smallest and the largest schema: linear growth is the ratio of their tables.
"""

import argparse
import cProfile
import json
import pstats
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

import psycopg

from dbarchitect.app.judging import judge, with_trials
from dbarchitect.checks.questions import questions
from dbarchitect.config import Settings
from dbarchitect.engines.postgres import open_source
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.model.limits import Limits
from dbarchitect.model.progress import silent
from dbarchitect.model.task import Plan, Todo
from dbarchitect.plan.make import make_plan
from dbarchitect.report.json_report import render_json
from dbarchitect.report.markdown import render
from dbarchitect.report.todo import parse_todo

Value = TypeVar("Value")

DATABASE = "bench_review"
BATCH = 100
ROWS = 2_000
RUNS = 3
SHORT_SECONDS = 3.0
TODAY = date(2026, 1, 15)
SOUND = """
CREATE TABLE bench.table_{n} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_id bigint NOT NULL REFERENCES bench.table_{parent},
    name text NOT NULL,
    email text NOT NULL CONSTRAINT table_{n}_email_key UNIQUE,
    amount numeric(12, 2) NOT NULL DEFAULT 0 CHECK (amount >= 0),
    active boolean NOT NULL DEFAULT true,
    details jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX table_{n}_parent ON bench.table_{n} (parent_id, created_at);
COMMENT ON TABLE bench.table_{n} IS 'Table {n} of the benchmark';
COMMENT ON COLUMN bench.table_{n}.amount IS 'In euros';
"""
FLAWED = """
CREATE TABLE bench.table_{n} (
    id integer PRIMARY KEY,
    parent_id bigint REFERENCES bench.table_{parent},
    name varchar(255),
    email text,
    amount double precision DEFAULT 0,
    active text DEFAULT 'yes',
    details json,
    code char(8),
    client_ip text,
    created_at timestamp DEFAULT now(),
    deleted_at timestamptz
);
CREATE INDEX table_{n}_email ON bench.table_{n} (email);
CREATE INDEX table_{n}_email_name ON bench.table_{n} (email, name);
"""
VIEW = """
CREATE VIEW bench.view_{n} AS
SELECT t.id, t.name, p.name AS parent FROM bench.table_{n} t JOIN bench.table_{parent} p ON p.id = t.parent_id;
"""
SOUND_ROWS = """
INSERT INTO bench.table_{n} (parent_id, name, email)
SELECT 1, 'name ' || i, 'a' || i || '@example.org' FROM generate_series(1, {rows}) i;
"""
FLAWED_ROWS = """
INSERT INTO bench.table_{n}
SELECT i, NULL, 'name ' || i, 'a' || i || '@example.org', i / 100.0, 'yes', '{{}}', i, '10.0.0.' || i % 250, now()
FROM generate_series(1, {rows}) i;
"""


def table_script(n: int, *, flawed: bool) -> str:
    """The statements of one table; one in ten has a view, three in forty have rows."""
    parent = max(0, n - (n % 20 or 20))
    script = (FLAWED if flawed else SOUND).format(n=n, parent=parent)
    if n % 10 == 5:
        script += VIEW.format(n=n, parent=parent)
    if n % 20 == 0 or n % 40 == 7:
        script += (FLAWED_ROWS if flawed else SOUND_ROWS).format(n=n, rows=ROWS)
    return script


def fill(url: str, tables: int, worst: bool) -> None:
    """Make the tables, some per transaction, and gather statistics."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA bench")
        for first in range(0, tables, BATCH):
            numbers = range(first, min(first + BATCH, tables))
            script = "".join(table_script(n, flawed=worst or n % 10 == 0) for n in numbers)
            connection.execute(script.encode())
        connection.execute("ANALYZE")


class Watch:
    """Times the steps of one process; `profiled` is the step that runs under cProfile, once."""

    def __init__(self, profiled: str | None) -> None:
        self.seconds: dict[str, float] = {}
        self._profiled = profiled

    def time(self, step: str, work: Callable[[], Value]) -> Value:
        """What the work returns; its shortest time is kept."""
        if step == self._profiled:
            profile = cProfile.Profile()
            value = profile.runcall(work)
            pstats.Stats(profile, stream=sys.stderr).sort_stats("cumulative").print_stats(60).sort_stats("tottime").print_stats(30)
            return value
        times: list[float] = []
        while not times or (len(times) < RUNS and times[0] < SHORT_SECONDS and step != "rehearsal"):
            started = time.perf_counter()
            value = work()
            times.append(time.perf_counter() - started)
        self.seconds[step] = min(times)
        return value


def review(url: str, limits: Limits, watch: Watch, *, rehearsal: bool) -> dict[str, float]:
    """All steps in order; counts of what they made."""
    with open_source(url, limits=limits) as source:
        catalogue = watch.time("read", source.snapshot)
        answers, gaps = watch.time("questions and answers", lambda: source.answers(questions(catalogue, limits)))
    snapshot = replace(catalogue, answers=answers, gaps=(*catalogue.gaps, *gaps))
    settings = Settings(limits=limits)
    # a fresh copy each time: what a snapshot has looked up it keeps
    judged = watch.time("judge", lambda: judge(replace(snapshot), settings, silent))
    tried = watch.time("rehearsal", lambda: with_trials(judged, snapshot, silent)) if rehearsal else judged

    def plan(previous: Todo | None) -> Plan:
        return make_plan(replace(snapshot), tried.findings, previous, today=TODAY, checks=tried.checks, limits=limits)

    planned = watch.time("plan", lambda: plan(None))
    text = watch.time("render", lambda: render(planned))
    again = watch.time("again: parse, plan, render", lambda: render(plan(parse_todo(text))))
    report = watch.time("JSON", lambda: render_json(planned))
    catalog = snapshot.catalog
    return {
        "tables": len(catalog.tables),
        "indexes": sum(len(t.indexes) for t in catalog.tables),
        "answers": len(answers),
        "findings": len(tried.findings),
        "changes tried": sum(f.trial is not None and f.trial.not_run is None for f in tried.findings),
        "items": len(planned.items),
        "Markdown": len(text.encode()) / 1e6,
        "Markdown again": len(again.encode()) / 1e6,
        "JSON": len(report.encode()) / 1e6,
    }


def measure(url: str, arguments: argparse.Namespace) -> None:
    """In a process of its own: run all steps, and print what they took."""
    limits = Limits(small_table_rows=0, small_table_bytes=0) if arguments.worst else Limits()
    watch = Watch(arguments.profile)
    counts = review(url, limits, watch, rehearsal=not arguments.no_rehearsal)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": watch.seconds, "counts": counts, "peak_mb": peak / 1e6}))


def measured(tables: int, arguments: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Make the schema, measure in another process, and print a table of what it took."""
    # a server's locks must hold for all tables of a batch
    with EmbeddedPostgres(settings=(("max_locks_per_transaction", "1024"),)) as server:
        server.create_database(DATABASE)
        url = server.url(DATABASE)
        started = time.perf_counter()
        fill(url, tables, arguments.worst)
        filled = time.perf_counter() - started
        command = [sys.executable, str(Path(__file__)), "--measure", url]
        command += ["--worst"] if arguments.worst else []
        command += ["--no-rehearsal"] if arguments.no_rehearsal else []
        command += ["--profile", arguments.profile] if arguments.profile else []
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, dict[str, float]] = json.loads(output)
    counts = ", ".join(
        f"{value:,.1f} MB of {name}" if isinstance(value, float) else f"{value:,} {name}" for name, value in found["counts"].items()
    )
    print(f"{counts}; made in {filled:.0f} s; peak memory {found['peak_mb']:.0f} MB")
    for step, seconds in found["seconds"].items():
        print(f"  {step:<28} {seconds:8.2f} s")
    sys.stdout.flush()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Time every step of a review.")
    parser.add_argument("tables", nargs="*", type=int)
    parser.add_argument("--worst", action="store_true")
    parser.add_argument("--no-rehearsal", action="store_true")
    parser.add_argument("--profile")
    parser.add_argument("--measure")
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.measure, arguments)
        return
    sizes = arguments.tables or [1_000, 10_000]
    results = [measured(tables, arguments) for tables in sizes]
    if len(results) > 1 and not arguments.profile:
        print(f"{sizes[-1]:,} tables against {sizes[0]:,}:")
        for step, seconds in results[0]["seconds"].items():
            print(f"  {step:<28} {results[-1]['seconds'][step] / seconds:8.1f} x")


if __name__ == "__main__":
    main()
