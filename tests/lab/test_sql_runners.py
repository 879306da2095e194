"""SQL files as the tools that run them would: transactions, what the server was built without, extensions, programs in between."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from dbarchitect.engines.postgres import open_source
from dbarchitect.errors import NotParsed
from dbarchitect.lab.clone import clone_schema
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.lab.sql_files import LoadedSource, find_sql_source, load_sql_source, postgres
from dbarchitect.model.limits import Limits
from dbarchitect.model.snapshot import Origin

TABLE = "CREATE TABLE t (id bigint PRIMARY KEY, a int);\n"
LOCK = "LOCK TABLE t IN ACCESS EXCLUSIVE MODE;\n"
CONCURRENTLY = "CREATE INDEX CONCURRENTLY t_a ON t (a);\n"


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A server of its own: files make extensions."""
    with EmbeddedPostgres() as started:
        yield started


@pytest.fixture
def database(server: EmbeddedPostgres) -> Iterator[str]:
    server.create_database("files")
    yield "files"
    server.drop_database("files")


def _load(server: EmbeddedPostgres, database: str, folder: Path, files: dict[str, str]) -> LoadedSource:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    source = find_sql_source(folder)
    loaded = load_sql_source(server, source, database)
    return LoadedSource(loaded.statements, source.gaps + loaded.gaps)


def _value(server: EmbeddedPostgres, question: str) -> object:
    with psycopg.connect(server.url("files")) as session:
        row = session.execute(question.encode()).fetchone()
        return row[0] if row else None


@pytest.mark.parametrize(
    ("name", "begin"),
    [
        ("1_a.sql", "-- +goose Up\n"),
        ("1_a.sql", "-- +migrate Up\n"),
        ("1_a.sql", "-- migrate:up\n"),
        ("1_a/up.sql", ""),
        ("1_a/migration.sql", ""),
        ("1_a.up.sql", ""),
        ("V1__a.sql", ""),
    ],
)
def test_a_file_is_one_transaction(name: str, begin: str, server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    _load(server, database, tmp_path, {name: begin + TABLE + LOCK})
    assert _value(server, "SELECT to_regclass('t') IS NOT NULL")


def test_a_plain_script_runs_statement_by_statement_and_its_own_transactions_hold(
    server: EmbeddedPostgres, database: str, tmp_path: Path
) -> None:
    with pytest.raises(NotParsed, match="LOCK TABLE can only be used in transaction blocks"):
        _load(server, database, tmp_path / "without", {"schema.sql": TABLE + LOCK})
    _load(server, database, tmp_path / "with", {"schema.sql": "BEGIN;\n" + LOCK + "COMMIT;\n" + CONCURRENTLY})
    assert _value(server, "SELECT to_regclass('t_a') IS NOT NULL")


@pytest.mark.parametrize(
    "files",
    [
        {"1_a.sql": "-- +goose NO TRANSACTION\n-- +goose Up\n" + TABLE + CONCURRENTLY},
        {"1_a.sql": "-- +migrate Up notransaction\n" + TABLE + CONCURRENTLY},
        {"1_a.sql": "-- migrate:up transaction:false\n" + TABLE + CONCURRENTLY},
        {"1_a/up.sql": TABLE + CONCURRENTLY, "1_a/metadata.toml": "run_in_transaction = false\n"},
        {"V1__a.sql": TABLE + CONCURRENTLY, "V1__a.sql.conf": "executeInTransaction=false\n"},
        {"V1__a.sql": TABLE + CONCURRENTLY},
        {"1_a.up.sql": "CREATE TYPE e AS ENUM ('x');\nALTER TYPE e ADD VALUE 'y';\n" + TABLE + CONCURRENTLY},
    ],
)
def test_what_no_transaction_allows_runs_outside(
    files: dict[str, str], server: EmbeddedPostgres, database: str, tmp_path: Path
) -> None:
    loaded = _load(server, database, tmp_path, files)
    assert _value(server, "SELECT to_regclass('t_a') IS NOT NULL")
    assert loaded.gaps == ()
    assert loaded.statements == sum(text.count(";") for name, text in files.items() if name.endswith(".sql"))


def test_extensions_survive_a_second_run_outside_the_transaction(server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    text = 'CREATE EXTENSION "uuid-ossp";\nCREATE TABLE t (id uuid DEFAULT uuid_generate_v4(), a int);\n' + CONCURRENTLY
    loaded = _load(server, database, tmp_path, {"1_a.up.sql": text})
    assert [g.what for g in loaded.gaps] == ["extension uuid-ossp (1_a.up.sql:1)"]
    assert _value(server, "SELECT count(*) FROM pg_extension WHERE extname = 'uuid-ossp'") == 1


def test_stand_ins_behave_as_the_real_functions(server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    _load(server, database, tmp_path, {"schema.sql": 'CREATE EXTENSION pgcrypto;\nCREATE EXTENSION "uuid-ossp";\n' + TABLE})
    assert _value(server, "SELECT array_agg(length(gen_random_bytes(n))) FROM unnest('{0,1,16,32,33,1024}'::int[]) n") == [
        0, 1, 16, 32, 33, 1024,
    ]  # fmt: skip
    assert _value(server, "SELECT count(DISTINCT gen_random_bytes(8)) FROM generate_series(1, 100)") == 100
    # RFC 4231, test case 2; RFC 2202, test case 2 of HMAC-MD5
    assert _value(server, "SELECT encode(hmac('what do ya want for nothing?', 'Jefe', 'sha256'), 'hex')") == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
    assert _value(server, "SELECT encode(hmac('what do ya want for nothing?', 'Jefe', 'md5'), 'hex')") == (
        "750c783e6ab0b503eaa86e310a5db738"
    )
    assert _value(server, "SELECT encode(digest('abc', 'sha512'), 'hex') = encode(sha512('abc'), 'hex')")
    assert _value(server, "SELECT length(digest('abc', 'sha1'))") == 20
    for method, length in (("bf", 60), ("md5", 34), ("des", 13)):
        made = f"(SELECT crypt('secret', gen_salt('{method}')) AS c OFFSET 0) AS made"
        assert _value(server, f"SELECT c = crypt('secret', c) AND c <> crypt('other', c) FROM {made}")
        assert _value(server, f"SELECT length(c) FROM {made}") == length
    assert _value(server, "SELECT uuid_generate_v5(uuid_ns_dns(), 'a') = uuid_generate_v5(uuid_ns_dns(), 'a')")
    assert _value(server, "SELECT substring(uuid_generate_v3(uuid_ns_url(), 'a')::text, 15, 1)") == "3"
    with psycopg.connect(server.url(database)) as session, pytest.raises(psycopg.errors.FeatureNotSupported):
        session.execute("SELECT armor('x')")


def test_what_the_server_was_built_without_is_a_gap(server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    text = (
        "CREATE SCHEMA s;\nCREATE COLLATION s.natural_order (provider = icu, locale = 'und-u-kn', deterministic = false);\n"
        "CREATE TABLE t (id bigint PRIMARY KEY, name text COLLATE s.natural_order);\n"
        "CREATE FUNCTION f(text) RETURNS text LANGUAGE c AS '$libdir/not_there', 'f';\n"
        "CREATE INDEX t_f ON t (f(name));\nCREATE INDEX t_name ON t (name);\n"
    )
    loaded = _load(server, database, tmp_path, {"schema.sql": text})
    assert [g.what for g in loaded.gaps] == [
        "collation s.natural_order (schema.sql:2)",
        "CREATE FUNCTION f(text) (schema.sql:4)",
        "CREATE INDEX t_f (schema.sql:5)",
    ]
    assert "without ICU" in loaded.gaps[0].reason
    assert "what schema.sql:4 makes" in loaded.gaps[2].reason
    assert _value(server, "SELECT to_regclass('t_name') IS NOT NULL")


def test_a_collation_of_the_users_own_stands_in_the_copy_too(server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    text = (
        "CREATE SCHEMA s;\nCREATE COLLATION s.\"By Name\" (provider = icu, locale = 'und-u-kn');\n"
        'CREATE TABLE t (id bigint PRIMARY KEY, name text);\nCREATE INDEX t_name ON t (name COLLATE s."By Name");\n'
    )
    _load(server, database, tmp_path, {"schema.sql": text})
    with open_source(server.url(database), limits=Limits()) as source:
        snapshot = source.snapshot(Origin.SQL_FILES)
    gaps = clone_schema(server, snapshot, "copied")
    assert [g.what for g in gaps] == ['copy of the schema: collation s."By Name"']
    with psycopg.connect(server.url("copied")) as session:
        assert session.execute("SELECT to_regclass('t_name') IS NOT NULL").fetchone() == (True,)


def test_a_statement_that_does_not_end_is_a_gap(
    server: EmbeddedPostgres, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_SECONDS", 1)
    loaded = _load(server, database, tmp_path, {"schema.sql": TABLE + "DO $$ BEGIN LOOP NULL; END LOOP; END $$;\n" + CONCURRENTLY})
    assert [(g.what, g.reason) for g in loaded.gaps] == [
        ("DO $$ BEGIN (schema.sql:2)", "it ran for 1 s on our server, and was stopped")
    ]
    assert _value(server, "SELECT to_regclass('t_a') IS NOT NULL")


def test_programs_among_the_migrations(server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    files = {
        "001_a.sql": "-- +goose Up\n" + TABLE,
        "002_b.go": "package migrations",
        "002_b_test.go": "package migrations",
        "003_c.sql": "-- +goose Up\nCREATE TABLE half (id int);\nALTER TABLE made_by_b ADD COLUMN x int;\n",
        "004_d.sql": "-- +goose Up\nALTER TABLE t ADD COLUMN b int;\n",
    }
    loaded = _load(server, database, tmp_path, files)
    assert [g.what for g in loaded.gaps] == ["002_b.go", "the whole file (003_c.sql:3)"]
    assert _value(server, "SELECT string_agg(relname, ' ') FROM pg_class WHERE relkind = 'r' AND relnamespace = 2200") == "t"
    assert _value(server, "SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'b'") == 1


def test_an_error_is_an_error_when_no_program_is_missing(server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    with pytest.raises(NotParsed, match=r"2_b\.sql:2: .*made_by_b"):
        _load(server, database, tmp_path, {"1_a.sql": TABLE, "2_b.sql": "-- +goose Up\nALTER TABLE made_by_b ADD COLUMN x int;\n"})


def test_dates_with_and_without_dashes_are_one_sequence(tmp_path: Path) -> None:
    for name in ("20140924113530_a", "2017-08-31-230457_c", "20150101000000_b", "2026-07-30-140000-0000_d", "00000000000000_setup"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "up.sql").write_text(TABLE, encoding="utf-8")
    order = [p.parent.name.rpartition("_")[2] for p in find_sql_source(tmp_path).files]
    assert order == ["setup", "a", "b", "c", "d"]


def test_the_runners_own_tables_are_left_out(server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    files = {"1_a/up.sql": TABLE + "CREATE INDEX x ON __diesel_schema_migrations (run_on);\n"}
    assert [g.reason for g in _load(server, database, tmp_path, files).gaps] == [
        "the tool that runs the migrations makes this table"
    ]
