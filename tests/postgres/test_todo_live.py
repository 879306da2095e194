"""The way from a real database to the file and back: what the file tells to run is run as it tells."""

import re
import subprocess
from datetime import date
from pathlib import Path

from dbarchitect.checks import all_checks, run_check
from dbarchitect.engines.postgres import open_source
from dbarchitect.lab.postgres_programs import find_postgres
from dbarchitect.lab.scripts import run_script
from dbarchitect.model.finding import Finding
from dbarchitect.model.limits import Limits
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.model.task import CheckRun
from dbarchitect.plan import make_plan, recheck
from dbarchitect.report.markdown import render
from dbarchitect.report.scripts import DOWN_NAME, TODO_NAME, UP_NAME, extract_command
from dbarchitect.report.todo import parse_todo

TODAY = date(2026, 11, 22)
CHECKS = tuple(c for c in all_checks() if c.slug in ("unindexed_foreign_key", "duplicate_index", "missing_primary_key"))
RUNS = tuple(CheckRun(c.slug, c.area, c.summary) for c in CHECKS)
ODD = r'''
CREATE TABLE "My ""shop""" (id bigint PRIMARY KEY);
CREATE TABLE "it's | `odd`" (id bigint PRIMARY KEY, "a b" bigint NOT NULL REFERENCES "My ""shop""" (id));
CREATE INDEX "x$y" ON "it's | `odd`" (id, "a b");
CREATE INDEX "x\z" ON "it's | `odd`" (id, "a b");
INSERT INTO "My ""shop""" SELECT i FROM generate_series(1, 2000) i;
INSERT INTO "it's | `odd`" SELECT i, 1 + i % 2000 FROM generate_series(1, 20000) i;
ANALYZE;
'''


def look(url: str) -> tuple[Snapshot, list[Finding]]:
    with open_source(url, limits=Limits()) as source:
        snapshot = source.snapshot()
    return snapshot, [finding for check in CHECKS for finding in run_check(check, snapshot, Limits())]


def shell(command: str, folder: Path, url: str) -> str:
    path = f"{find_postgres().folder}:/usr/bin:/bin"
    surroundings = {"PATH": path, "DATABASE_URL": url}
    done = subprocess.run(["sh", "-c", command], cwd=folder, env=surroundings, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_what_the_file_says_works(fresh_database: str, tmp_path: Path) -> None:
    script = next(c for c in CHECKS if c.slug == "unindexed_foreign_key").examples[0].bad + ODD
    with run_script(fresh_database, script):
        pass
    snapshot, findings = look(fresh_database)
    assert {f.check for f in findings} == {"unindexed_foreign_key", "duplicate_index"}
    text = render(make_plan(snapshot, findings, None, today=TODAY, checks=RUNS))
    (tmp_path / TODO_NAME).write_text(text, "utf-8")
    tests = re.findall(r"^    (psql .*)$", text, re.MULTILINE)
    assert len(tests) == 3
    assert [shell(command, tmp_path, fresh_database) for command in tests] == ["f\n"] * 3

    commands = re.search(r"  ```sh\n(.*?)  ```", text[text.index("## Commands") :], re.DOTALL)
    assert commands
    wanted = [line.strip() for line in commands[1].splitlines()]
    assert extract_command(UP_NAME) in wanted and extract_command(DOWN_NAME) in wanted
    for command in wanted[2:5]:
        shell(command, tmp_path, fresh_database)
    assert [shell(command, tmp_path, fresh_database) for command in tests] == ["t\n"] * 3

    after, left = look(fresh_database)
    result = recheck(parse_todo(text), after, left, RUNS, TODAY)
    assert result.all_done and len(result.outcomes) == 3

    shell(wanted[5].split("  #")[0], tmp_path, fresh_database)
    again, found = look(fresh_database)
    assert {f.key for f in found} == {f.key for f in findings}
    assert {i.definition for _, i in again.catalog.indexes()} == {i.definition for _, i in snapshot.catalog.indexes()}
