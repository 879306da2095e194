"""The command line as its users meet it: messages, exit codes, files."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

TODO = "TODO_database-architect.md"
_QUIET = {k: v for k, v in os.environ.items() if not k.startswith("PG") and k != "DATABASE_URL"}


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    return subprocess.run(
        (sys.executable, "-m", "dbarchitect", *arguments),
        cwd=folder,
        env={**_QUIET, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def failed(result: subprocess.CompletedProcess[str], code: int, words: str) -> None:
    """It ended with the code, a message with these words, a next step, and no traceback."""
    assert result.returncode == code, result.stderr
    assert re.search(words, result.stderr), result.stderr
    assert re.search(r"next step: \S", result.stderr), result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("review",), 64, "no source is named"),
        (("review", "--fast"), 64, "--fast"),
        (("reviews",), 64, "reviews"),
        (("review", "oracle://db/x"), 2, "oracle"),
        (("review", "no/such/folder"), 2, "no file or folder"),
        (("review", "postgresql://nobody@127.0.0.1:1/x"), 2, "127.0.0.1"),
        (("review", "postgresql://host.invalid/x"), 2, "host.invalid"),
        (("review", "mysql://nobody@127.0.0.1:1/x"), 2, "127.0.0.1"),
        (("review", "postgresql://u:secret@127.0.0.1:1/x"), 2, "127.0.0.1"),
        (("review", "x.sql", "--config", "none.toml"), 2, "none.toml"),
        (("review", "x.sql", "--check", "no_such_check"), 64, "no_such_check"),
        (("explain", "unused_indx"), 64, "unused_index"),
        (("verify",), 2, TODO),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    result = run(tmp_path, *arguments)
    failed(result, code, words)
    assert "secret" not in result.stderr + result.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"CREATE TABLE t (id int PRIMARY KEY);\n\nCREATE TABEL u (id int);\n", r"schema\.sql:3"),
        (b"CREATE TABLE t (id int PRIMARY KEY);\nCREATE INDEX ON t (missing);\n", r"schema\.sql:2.*missing"),
        (b"", r"schema\.sql"),
        (b"CREATE TABLE t (name text DEFAULT '\xff\xfe');\n", r"schema\.sql.*UTF-8"),
    ],
    ids=["syntax", "unknown column", "empty", "not UTF-8"],
)
def test_a_file_that_is_wrong_is_named_with_its_line(tmp_path: Path, text: bytes, words: str) -> None:
    (tmp_path / "schema.sql").write_bytes(text)
    (tmp_path / TODO).write_text("mine\n", "utf-8")
    failed(run(tmp_path, "review", "schema.sql"), 2, words)
    assert (tmp_path / TODO).read_text("utf-8") == "mine\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == [TODO, "schema.sql"]


def test_an_empty_database_gives_a_whole_file(tmp_path: Path, fresh_database: str) -> None:
    result = run(tmp_path, "review", fresh_database)
    assert result.returncode == 0, result.stderr
    text = (tmp_path / TODO).read_text("utf-8")
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == [
        "## Context",
        "## Database Plan",
        "## Database Items",
        "## Proposed Code Changes",
        "## Commands",
        "## Quality Assurance Task Checklist",
    ]


_BAD = """
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers (id), price double precision);
INSERT INTO customers SELECT i FROM generate_series(1, 2000) i;
INSERT INTO orders SELECT i, 1 + i % 2000, i / 10.0 FROM generate_series(1, 20000) i;
ANALYZE;
"""


def _keys(folder: Path, name: str = TODO) -> set[str]:
    return set(re.findall(r"DB-ITEM-[^<]*<!-- dbarchitect:key=([^>]*?) -->", (folder / name).read_text("utf-8")))


def test_a_snapshot_gives_the_same_items_as_the_database(tmp_path: Path, fresh_database: str) -> None:
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(_BAD)
    live = run(tmp_path, "review", fresh_database, "-o", "live.md", "--fail-on", "warning")
    assert live.returncode == 1, live.stderr
    assert run(tmp_path, "snapshot", fresh_database, "-o", "shop.snapshot", "--redact").returncode == 0
    assert run(tmp_path, "review", "shop.snapshot", "-o", "stored.md").returncode == 0
    assert any("unindexed_foreign_key" in key for key in _keys(tmp_path, "live.md"))
    assert _keys(tmp_path, "live.md") == _keys(tmp_path, "stored.md")


def test_the_environment_names_the_source(tmp_path: Path, fresh_database: str) -> None:
    result = run(tmp_path, "review", "-o", "-", DATABASE_URL=fresh_database)
    assert result.returncode == 0
    assert result.stdout.startswith("# Database tasks")
    assert not (tmp_path / TODO).exists()


def test_a_baseline_leaves_out_what_was_accepted(tmp_path: Path, fresh_database: str) -> None:
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(_BAD)
    assert run(tmp_path, "review", fresh_database, "--write-baseline", "accepted").returncode == 0
    again = run(tmp_path, "review", fresh_database, "-o", "again.md", "--baseline", "accepted", "--fail-on", "notice")
    assert again.returncode == 0, again.stderr
    assert _keys(tmp_path, "again.md") == set()


def test_documents_of_sql_files_are_written(tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a_id int REFERENCES a);", "utf-8")
    result = run(tmp_path, "docs", "schema.sql", "-o", "out")
    assert result.returncode == 0, result.stderr
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["data-dictionary.md", "er-diagram.svg", "er-diagrams.md"]
