import re
from collections.abc import Iterator

import postgast
import psycopg
import pytest

from dbarchitect.engines.postgres import open_source
from dbarchitect.engines.postgres.connection import connect
from dbarchitect.engines.postgres.session import ReadSession
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import QualifiedName
from dbarchitect.model.questions import InclusionQuestion, NullQuestion, ShapeQuestion, UniquenessQuestion
from tests.conftest import POSTGRES, postgres_programs
from tests.postgres.conftest import fill_rich, take

READING = {"select_stmt", "transaction_stmt"}
STATEMENT = re.compile(r"LOG:  (?:statement|execute [^:]*): (.*?)(?=^\d{4}-\d\d-\d\d |\Z)", re.DOTALL | re.MULTILINE)
QUESTIONS = (
    NullQuestion(QualifiedName("shop", "orders"), "note"),
    ShapeQuestion(QualifiedName("shop", "orders"), "note"),
    UniquenessQuestion(QualifiedName("shop", "customers"), ("name",)),
    InclusionQuestion(QualifiedName("shop", "orders"), ("customer_id",), QualifiedName("shop", "customers"), ("id",)),
)


@pytest.fixture(params=POSTGRES)
def logging_server(request: pytest.FixtureRequest) -> Iterator[EmbeddedPostgres]:
    programs = postgres_programs(request.param)
    with EmbeddedPostgres(binaries=programs, preload=("pg_stat_statements",), settings=(("log_statement", "all"),)) as server:
        yield server


def test_the_server_gets_nothing_but_our_reads(logging_server: EmbeddedPostgres) -> None:
    logging_server.create_database("rich")
    url = logging_server.url("rich")
    fill_rich(url, logging_server.version.major)
    before = len(logging_server.log_text())
    with open_source(url, limits=Limits()) as source:
        source.snapshot()
        answers, gaps = source.answers(QUESTIONS)
    assert len(answers) == len(QUESTIONS) and not gaps
    statements = STATEMENT.findall(logging_server.log_text()[before:])
    assert len(statements) > 50
    for text in statements:
        assert "/* dbarchitect */" in text
        for statement in postgast.parse(text).stmts:
            kind = statement.stmt.WhichOneof("node")
            assert kind in READING, text
            if kind == "select_stmt":
                assert not statement.stmt.select_stmt.HasField("into_clause") and not statement.stmt.select_stmt.locking_clause
    beginnings = [text for text in statements if text.startswith("BEGIN")]
    assert beginnings and all("READ ONLY" in text for text in beginnings)


@pytest.mark.parametrize("statement", ["CREATE TABLE x (a int)", "DELETE FROM shop.orders", "SELECT nextval('shop.numbers')"])
def test_a_write_on_our_session_fails(rich: str, statement: str) -> None:
    connection = connect(rich)
    try:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):  # outside of any transaction of ours
            connection.execute(statement.encode())
        session = ReadSession(connection)
        session.begin()
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            session.run(statement.encode())
    finally:
        connection.close()


def test_transactions_have_limits_and_a_safe_search_path(rich: str) -> None:
    connection = connect(rich)
    try:
        session = ReadSession(connection, statement_ms=1_500)
        session.begin()
        names = (
            "search_path",
            "statement_timeout",
            "lock_timeout",
            "idle_in_transaction_session_timeout",
            "TimeZone",
            "row_security",
        )
        found = {name: session.run(f"SHOW {name}".encode())[0][0] for name in names}
    finally:
        connection.close()
    assert found == {
        "search_path": "pg_catalog",
        "statement_timeout": "1500ms",
        "lock_timeout": "2s",
        "idle_in_transaction_session_timeout": "1min",
        "TimeZone": "UTC",
        "row_security": "off",
    }


def test_functions_of_the_inspected_database_are_not_called(fresh_database: str) -> None:
    """A function in public that looks like one of the catalogue's must not run with the reader's rights."""
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        captured = "LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''captured''; END'"
        connection.execute(
            f"CREATE FUNCTION public.format_type(oid, integer) RETURNS text {captured};"
            f"CREATE FUNCTION public.quote_ident(name) RETURNS text {captured};"
            "CREATE VIEW public.pg_settings AS SELECT 1 AS captured; CREATE TABLE t (a int)".encode()
        )
        connection.execute(
            b"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database()); END $$"
        )
    with open_source(fresh_database, limits=Limits()) as source:
        snapshot = source.snapshot()
    assert len(snapshot.catalog.tables) == 1 and snapshot.postgres is not None and len(snapshot.postgres.settings) > 300


def test_locked_tables_are_read_around(fresh_database: str) -> None:
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE t (a int PRIMARY KEY CHECK (a > 0), b text DEFAULT 'x'); CREATE INDEX e ON t (lower(b));"
            'CREATE INDEX "Odd" ON t (b COLLATE "C" text_pattern_ops DESC NULLS LAST, a DESC) INCLUDE (a) WITH (fillfactor = 80);'
            "CREATE TABLE u (a int REFERENCES t CHECK (a > 1)); CREATE VIEW v AS SELECT * FROM t; CREATE VIEW w AS SELECT * FROM u"
        )
    before = {i.name: i.definition for i in take(fresh_database).catalog.tables[0].indexes}
    with psycopg.connect(fresh_database) as holder, open_source(fresh_database, limits=Limits()) as source:
        holder.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        snapshot = source.snapshot()
        answers, gaps = source.answers(
            [NullQuestion(QualifiedName("public", "t"), "b"), NullQuestion(QualifiedName("public", "u"), "a")]
        )
    tables = {t.name.name: t for t in snapshot.catalog.tables}
    assert [c.default for c in tables["t"].columns] == [None, "'x'::text"]
    assert (tables["t"].size, tables["t"].checks, [i.name.name for i in tables["t"].indexes]) == (None, (), ["Odd", "t_pkey"])
    for index in tables["t"].indexes:
        assert index.definition == before[index.name]
    assert tables["u"].size is not None and len(tables["u"].checks) == 1 and len(tables["u"].foreign_keys) == 1
    assert [v.name.name for v in snapshot.catalog.views] == ["w"]
    assert any("public.t (session" in gap.what and "ACCESS EXCLUSIVE" in gap.reason for gap in snapshot.gaps)
    assert len(answers) == 1 and "exclusively" in gaps[0].reason
