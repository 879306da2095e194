"""What goes to standard output: one document and nothing else."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
from jsonschema import Draft202012Validator, FormatChecker

from dbarchitect.report.todo import parse_todo, print_todo

SCHEMA = Path(__file__).resolve().parents[2] / "docs/reference/report.schema.json"
_BARE = {k: v for k, v in os.environ.items() if not k.startswith("PG") and k != "DATABASE_URL"}
_SHOP = """
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers (id), price double precision);
INSERT INTO customers SELECT i FROM generate_series(1, 2000) i;
INSERT INTO orders SELECT i, 1 + i % 2000, i / 10.0 FROM generate_series(1, 20000) i;
ANALYZE;
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "dbarchitect", *arguments)
    done = subprocess.run(command, cwd=folder, env=_BARE, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return done


def test_markdown_on_standard_output(tmp_path: Path, fresh_database: str) -> None:
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(_SHOP)
    done = run(tmp_path, "review", fresh_database, "-o", "-")
    assert done.stdout.startswith("# Database tasks: test_") and done.stdout.endswith(" -->\n")
    assert print_todo(parse_todo(done.stdout)) == done.stdout
    assert "open item" in done.stderr and "written to" not in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert run(tmp_path, "review", fresh_database, "-o", "-", "--no-rehearsal", "-q").stderr == ""


def test_the_demo_as_json_is_what_the_schema_says(tmp_path: Path) -> None:
    done = run(tmp_path, "demo", "--format", "json")
    report = json.loads(done.stdout)
    schema = json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(report)
    assert list(Draft202012Validator(schema).iter_errors(report | {"extra": 1}))
    assert len(report["items"]) > 40 and all(item["findings"] for item in report["items"])
    assert list(tmp_path.iterdir()) == []
