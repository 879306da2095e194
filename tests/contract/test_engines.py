"""One suite that every engine passes.

The same small schema in each dialect gives the same neutral facts, sources only read, passwords stay hidden, and what goes wrong
at the door has the same kind of error."""

import socket
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import psycopg
import pymysql
import pytest

from dbarchitect.app.sources import engine_reader
from dbarchitect.engines.mysql.address import parse_url
from dbarchitect.engines.mysql.session import Session as MySQLSession
from dbarchitect.engines.postgres.connection import connect as connect_postgres
from dbarchitect.errors import CannotConnect, NotPermitted, SourceError, SourceNotFound
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.lab.mariadb import PrivateMariaDB
from dbarchitect.model.catalog import ForeignKey, Index, ReferentialAction, Table, TypeFamily
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.questions import (
    InclusionAnswer,
    InclusionQuestion,
    NullAnswer,
    NullQuestion,
    Question,
    ShapeAnswer,
    ShapeQuestion,
    TextShape,
    UniquenessAnswer,
    UniquenessQuestion,
)
from dbarchitect.model.snapshot import Snapshot

SECRET = "pa:ss/w@rd é'"
SCHEMA = {
    Engine.POSTGRESQL: """
CREATE TABLE customers (id bigint PRIMARY KEY, email varchar(80) NOT NULL, nickname text, born date,
  active boolean NOT NULL DEFAULT true,
  balance numeric(12, 2) NOT NULL, rate double precision, seen timestamp, CONSTRAINT customers_email UNIQUE (email),
  CONSTRAINT solvent CHECK (balance >= 0));
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, total int, token uuid,
  CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE);
CREATE INDEX by_customer ON orders (customer_id, total);
CREATE VIEW buyers AS SELECT c.id, o.total FROM customers c JOIN orders o ON o.customer_id = c.id;
INSERT INTO customers SELECT i, 'c' || i || '@example.org', nullif('n' || i % 3, 'n0'), date '1990-01-01', true, i, 1.5, NULL
  FROM generate_series(1, 300) i;
INSERT INTO orders SELECT i, 1 + i % 100, nullif(i % 10, 0), gen_random_uuid() FROM generate_series(1, 1000) i;
ANALYZE;
""",
    Engine.MARIADB: """
CREATE TABLE customers (id bigint PRIMARY KEY, email varchar(80) NOT NULL, nickname text, born date,
  active boolean NOT NULL DEFAULT true,
  balance decimal(12, 2) NOT NULL, rate double, seen datetime, CONSTRAINT customers_email UNIQUE (email),
  CONSTRAINT solvent CHECK (balance >= 0));
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, total int, token uuid,
  KEY by_customer (customer_id, total),
  CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE);
CREATE VIEW buyers AS SELECT c.id, o.total FROM customers c JOIN orders o ON o.customer_id = c.id;
INSERT INTO customers SELECT seq, concat('c', seq, '@example.org'), nullif(concat('n', seq % 3), 'n0'), date '1990-01-01', true,
  seq, 1.5, NULL FROM seq_1_to_300;
INSERT INTO orders SELECT seq, 1 + seq % 100, nullif(seq % 10, 0), uuid() FROM seq_1_to_1000;
ANALYZE TABLE customers, orders PERSISTENT FOR ALL;
""",
}
WRITES = (
    "CREATE TABLE made (a int)",
    "INSERT INTO customers (id, email, balance) VALUES (0, 'x', 0)",
    "UPDATE orders SET total = 1",
    "DELETE FROM orders",
    "DROP TABLE orders",
    "ALTER TABLE orders ADD COLUMN made int",
)


class Source(Protocol):
    """What every engine's open_source gives."""

    def __enter__(self) -> "Source": ...
    def __exit__(self, *caught: Any) -> None: ...
    def snapshot(self) -> Snapshot: ...
    def answers(self, questions: list[Question]) -> tuple[tuple[Any, ...], tuple[Any, ...]]: ...


class Server(Protocol):
    """An engine's server with the schema above."""

    @property
    def engine(self) -> Engine: ...
    @property
    def url(self) -> str: ...
    @property
    def schema(self) -> str: ...
    def at(self, database: str) -> str:
        """The URL of a database on it."""

    def login(self, password: str) -> AbstractContextManager[str]:
        """The URL of an account that reads the schema and needs this password; the account is gone afterwards."""

    def nowhere(self, port: int) -> str:
        """A URL of a host and port."""

    def write(self, statement: str) -> None:
        """Run a statement in a session as our sources open it."""


@dataclass(frozen=True)
class Postgres:
    """PostgreSQL; passwords are asked for over TCP."""

    server: EmbeddedPostgres
    port: int
    database: str
    engine: Engine = Engine.POSTGRESQL
    schema: str = "public"

    @property
    def url(self) -> str:
        return self.at(self.database)

    def at(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={quote(str(self.server.socket_folder), safe='')}&port={self.port}"

    def nowhere(self, port: int) -> str:
        return f"postgresql://somebody@127.0.0.1:{port}/{self.database}"

    @contextmanager
    def login(self, password: str) -> Iterator[str]:
        name = f"guarded_{uuid.uuid4().hex[:8]}"
        with psycopg.connect(self.url, autocommit=True) as session:
            session.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password.replace(chr(39), chr(39) * 2)}'".encode())
            session.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}".encode())
            try:
                yield f"postgresql://{name}:{{password}}@127.0.0.1:{self.port}/{self.database}"
            finally:
                session.execute(f"DROP OWNED BY {name}; DROP ROLE {name}".encode())

    def write(self, statement: str) -> None:
        with connect_postgres(self.url) as connection:
            connection.execute(statement.encode())


@dataclass(frozen=True)
class Maria:
    """MariaDB."""

    server: PrivateMariaDB
    database: str
    engine: Engine = Engine.MARIADB

    @property
    def schema(self) -> str:
        return self.database

    @property
    def url(self) -> str:
        return self.at(self.database)

    def at(self, database: str) -> str:
        return self.server.url(database)

    def nowhere(self, port: int) -> str:
        return f"mysql://somebody@127.0.0.1:{port}/{self.database}"

    @contextmanager
    def login(self, password: str) -> Iterator[str]:
        name = f"guarded_{uuid.uuid4().hex[:8]}"
        literal = password.replace("'", "''")
        self.server.execute(
            f"CREATE USER {name}@localhost IDENTIFIED BY '{literal}'", f"GRANT SELECT ON {self.database}.* TO {name}@localhost"
        )
        try:
            yield f"mysql://{name}:{{password}}@localhost/{self.database}?unix_socket={quote(str(self.server.socket))}"
        finally:
            self.server.execute(f"DROP USER {name}@localhost")

    def write(self, statement: str) -> None:
        with closing(MySQLSession(parse_url(self.url))) as session:
            session.execute(f"USE {self.database}")
            session.execute(statement)


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module", params=[Engine.POSTGRESQL, Engine.MARIADB], ids=lambda engine: engine.value)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Each engine's server with the schema in its own dialect."""
    if request.param is Engine.POSTGRESQL:
        port = free_port()
        settings = (("listen_addresses", "127.0.0.1"), ("port", str(port)))
        with EmbeddedPostgres(settings=settings) as embedded:
            postgres = Postgres(embedded, port, "contract")
            (embedded.data_folder / "pg_hba.conf").write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
            with psycopg.connect(postgres.at("postgres"), autocommit=True) as session:
                session.execute("SELECT pg_reload_conf()")
                session.execute("CREATE DATABASE contract")
            with psycopg.connect(postgres.url, autocommit=True) as session:
                session.execute(SCHEMA[Engine.POSTGRESQL].encode())
            yield postgres
        return
    mariadb: PrivateMariaDB = request.getfixturevalue("mariadb")
    mariadb.create_database("contract")
    statements = [s for s in SCHEMA[Engine.MARIADB].split(";\n") if s.strip()]
    mariadb.execute(*statements, database="contract")
    yield Maria(mariadb, "contract")
    mariadb.drop_database("contract")


def opened(url: str) -> Source:
    """The source as the application opens it."""
    source: Source = engine_reader(url)(url, limits=Limits())
    return source


@pytest.fixture(scope="module")
def snapshot(server: Server) -> Snapshot:
    with opened(server.url) as source:
        return source.snapshot()


def table(snapshot: Snapshot, server: Server, name: str) -> Table:
    found = snapshot.table(QualifiedName(server.schema, name))
    assert found is not None
    return found


def test_tables_views_and_rows(snapshot: Snapshot, server: Server) -> None:
    assert snapshot.engine is server.engine and snapshot.live
    assert sorted(t.name for t in snapshot.catalog.tables) == [QualifiedName(server.schema, n) for n in ("customers", "orders")]
    assert snapshot.rows(table(snapshot, server, "customers")) == 300
    (view,) = snapshot.catalog.views
    assert view.name.name == "buyers" and sorted(n.name for n in view.depends_on) == ["customers", "orders"]


def test_columns(snapshot: Snapshot, server: Server) -> None:
    seen = [(c.name, c.type.family, c.nullable, c.default is not None) for c in table(snapshot, server, "customers").columns]
    assert seen == [
        ("id", TypeFamily.INTEGER, False, False),
        ("email", TypeFamily.VARCHAR, False, False),
        ("nickname", TypeFamily.TEXT, True, False),
        ("born", TypeFamily.DATE, True, False),
        ("active", TypeFamily.BOOLEAN, False, True),
        ("balance", TypeFamily.DECIMAL, False, False),
        ("rate", TypeFamily.FLOAT, True, False),
        ("seen", TypeFamily.TIMESTAMP, True, False),
    ]
    kinds = {c.name: c.type for c in table(snapshot, server, "customers").columns}
    assert (kinds["id"].bytes, kinds["id"].integer_maximum, kinds["email"].length) == (8, 2**63 - 1, 80)
    assert (kinds["balance"].precision, kinds["balance"].scale) == (12, 2)
    token = table(snapshot, server, "orders").column("token")
    assert token is not None and token.type.family is TypeFamily.UUID and token.type.bytes == 16


def test_keys_and_checks(snapshot: Snapshot, server: Server) -> None:
    customers = table(snapshot, server, "customers")
    assert customers.primary_key is not None and customers.primary_key.columns == ("id",)
    assert {(k.columns, k.primary) for k in customers.keys} == {(("id",), True), (("email",), False)}
    (check,) = customers.checks
    assert (check.name, check.columns, check.validated, check.enforced) == ("solvent", ("balance",), True, True)


def test_foreign_keys(snapshot: Snapshot, server: Server) -> None:
    (key,) = table(snapshot, server, "orders").foreign_keys
    parent = QualifiedName(server.schema, "customers")
    assert facts(key) == ("of_customer", ("customer_id",), parent, ("id",), ReferentialAction.CASCADE, True, True)
    assert [t.name.name for t, _ in snapshot.references_to(parent)] == ["orders"]


def facts(key: ForeignKey) -> tuple[object, ...]:
    return (key.name, key.columns, key.target, key.target_columns, key.on_delete, key.validated, key.enforced)


def test_indexes(snapshot: Snapshot, server: Server) -> None:
    def shape(index: Index) -> tuple[object, ...]:
        return (index.columns, index.unique, index.primary, index.method, index.whole, index.constraint is not None)

    assert {shape(i) for i in table(snapshot, server, "customers").indexes} == {
        (("id",), True, True, "btree", True, True),
        (("email",), True, False, "btree", True, True),
    }
    (index,) = (i for i in table(snapshot, server, "orders").indexes if not i.primary)
    assert shape(index) == (("customer_id", "total"), False, False, "btree", True, False)
    assert index.name.name == "by_customer" and index.definition and index.bytes


def test_statistics(snapshot: Snapshot, server: Server) -> None:
    row = snapshot.column_statistics(QualifiedName(server.schema, "customers"), "nickname")
    if server.engine is Engine.POSTGRESQL:  # MariaDB keeps none of texts without a length
        assert row is not None and row.null_fraction == pytest.approx(1 / 3, abs=0.01)
    total = snapshot.column_statistics(QualifiedName(server.schema, "orders"), "total")
    assert (
        total is not None and total.null_fraction == pytest.approx(0.1, abs=0.01) and total.distinct_rows(1000) == pytest.approx(9)
    )
    email = snapshot.column_statistics(QualifiedName(server.schema, "customers"), "email")
    assert email is not None and email.distinct_rows(300) == pytest.approx(300)


def test_answers(server: Server) -> None:
    customers, orders = QualifiedName(server.schema, "customers"), QualifiedName(server.schema, "orders")
    asked: list[Question] = [
        UniquenessQuestion(customers, ("email",)),
        UniquenessQuestion(orders, ("customer_id",)),
        NullQuestion(orders, "total"),
        InclusionQuestion(orders, ("customer_id",), customers, ("id",)),
        InclusionQuestion(customers, ("id",), orders, ("customer_id",)),
        ShapeQuestion(customers, "email"),
    ]
    with opened(server.url) as source:
        answers, gaps = source.answers(asked)
    assert gaps == () and [a.question for a in answers] == asked
    unique, repeated, nulls, whole, orphaned, shapes = answers
    assert all(a.reach.complete for a in answers if a is not orphaned)
    assert isinstance(unique, UniquenessAnswer) and (unique.values, unique.duplicates) == (300, 0)
    assert isinstance(repeated, UniquenessAnswer) and (repeated.values, repeated.duplicates) == (1000, 900)
    assert isinstance(nulls, NullAnswer) and (nulls.nulls, nulls.reach.rows_read) == (100, 1000)
    assert isinstance(whole, InclusionAnswer) and (whole.values, whole.orphans) == (1000, 0)
    # an engine may stop looking once most values are orphans
    assert isinstance(orphaned, InclusionAnswer) and orphaned.orphans > orphaned.values / 2
    assert not orphaned.reach.complete or (orphaned.values, orphaned.orphans) == (300, 200)
    assert isinstance(shapes, ShapeAnswer) and shapes.values == shapes.count(TextShape.EMAIL) == 300


@pytest.mark.parametrize("statement", WRITES)
def test_a_session_of_ours_cannot_write(server: Postgres | Maria, statement: str) -> None:
    with pytest.raises((psycopg.errors.ReadOnlySqlTransaction, pymysql.MySQLError)) as caught:
        server.write(statement)
    assert "read-only" in str(caught.value).lower() or "READ ONLY" in str(caught.value)


def test_passwords_are_shown_nowhere(server: Server) -> None:
    with server.login(SECRET) as url, opened(url.format(password=quote(SECRET, safe=""))) as source:
        shown = source.snapshot()
    assert shown.catalog.tables and SECRET not in repr(shown) and quote(SECRET, safe="") not in repr(shown)
    assert shown.source.startswith(("postgresql://guarded_", "mysql://guarded_")) and "contract" in shown.source


def fails(url: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        opened(url)
    assert caught.value.message and caught.value.next_step
    return caught.value


def test_nobody_listens(server: Server) -> None:
    assert type(fails(server.nowhere(free_port()))) is CannotConnect


def test_wrong_password(server: Server) -> None:
    with server.login(SECRET) as url:
        error = fails(url.format(password="another%20word"))
    assert type(error) is NotPermitted and "another" not in f"{error.message} {error.next_step}"


def test_unknown_database(server: Server) -> None:
    error = fails(server.at("no_such_database"))
    assert type(error) is SourceNotFound and "no_such_database" in error.message


def test_another_protocol(server: Server) -> None:
    other = "mysql" if server.engine is Engine.POSTGRESQL else "postgresql"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = server.nowhere(silent.getsockname()[1]).replace("postgresql:" if other == "mysql" else "mysql:", f"{other}:")
        error = fails(f"{url}?connect_timeout=2")
    assert type(error) is CannotConnect
