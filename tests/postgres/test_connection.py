import socket
import threading
from collections.abc import Iterator

import psycopg
import pytest

from dbarchitect.engines.postgres import open_source
from dbarchitect.engines.postgres.connection import check_version, connect, shown_source
from dbarchitect.errors import CannotConnect, ConnectionLost, NotPermitted, SourceError, SourceNotFound, UnsupportedVersion
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.model.limits import Limits
from tests.postgres.conftest import take


def _failure(url: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        open_source(url, limits=Limits())
    assert caught.value.next_step
    return caught.value


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def tcp_server() -> Iterator[tuple[EmbeddedPostgres, int]]:
    """A server that listens on TCP and wants passwords there."""
    port = _free_port()
    settings = (("listen_addresses", "127.0.0.1"), ("port", str(port)))
    with EmbeddedPostgres(settings=settings) as server:
        with psycopg.connect(_socket_url(server, port), autocommit=True) as connection:
            connection.execute("CREATE ROLE joe LOGIN PASSWORD 'right word'; CREATE ROLE nologin NOLOGIN")
        hba = server.data_folder / "pg_hba.conf"
        hba.write_text("local all all trust\nhost all joe 127.0.0.1/32 scram-sha-256\n")
        with psycopg.connect(_socket_url(server, port), autocommit=True) as connection:
            connection.execute("SELECT pg_reload_conf()")
        yield server, port


def _socket_url(server: EmbeddedPostgres, port: int) -> str:
    return f"host={server.socket_folder} port={port} user=postgres dbname=postgres"


def test_connection_refused() -> None:
    port = _free_port()
    error = _failure(f"postgresql://joe@127.0.0.1:{port}/shop")
    assert isinstance(error, CannotConnect) and f"127.0.0.1, port {port}" in error.message and "host and port" in error.next_step


def test_no_such_socket_and_no_such_host() -> None:
    assert isinstance(_failure("postgresql:///shop?host=/nowhere/at/all"), CannotConnect)
    assert isinstance(_failure("postgresql://joe@no-such-host.invalid/shop"), CannotConnect)


def test_missing_database_and_role(postgres18: EmbeddedPostgres) -> None:
    missing = _failure(postgres18.url("nix"))
    assert isinstance(missing, SourceNotFound) and 'database "nix" does not exist' in missing.message
    unknown = _failure(postgres18.url("postgres", "nobody_here"))
    assert isinstance(unknown, NotPermitted) and "nobody_here" in unknown.message


def test_passwords(tcp_server: tuple[EmbeddedPostgres, int]) -> None:
    _, port = tcp_server
    wrong = _failure(f"postgresql://joe:wrong-word@127.0.0.1:{port}/postgres")
    assert isinstance(wrong, NotPermitted) and "wrong-word" not in wrong.message + wrong.next_step
    assert isinstance(_failure(f"postgresql://joe@127.0.0.1:{port}/postgres"), NotPermitted)
    assert isinstance(_failure(f"postgresql://nologin@127.0.0.1:{port}/postgres"), NotPermitted)  # no line of pg_hba.conf
    with open_source(f"postgresql://joe:right%20word@127.0.0.1:{port}/postgres", limits=Limits()) as source:
        snapshot = source.snapshot()
    assert snapshot.source == f"postgresql://joe@127.0.0.1:{port}/postgres"
    assert "right" not in snapshot.source and "right word" not in repr(snapshot)


def test_environment_of_libpq(tcp_server: tuple[EmbeddedPostgres, int], monkeypatch: pytest.MonkeyPatch) -> None:
    _, port = tcp_server
    for name, value in {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGUSER": "joe", "PGPASSWORD": "right word"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PGDATABASE", "postgres")
    monkeypatch.setenv("PGAPPNAME", "theirs")
    monkeypatch.setenv("PGOPTIONS", "-c geqo=off")
    connection = connect("")
    try:
        assert shown_source(connection) == f"postgresql://joe@127.0.0.1:{port}/postgres"
        names = ("application_name", "geqo", "default_transaction_read_only", "server_encoding")
        assert [connection.execute(f"SHOW {n}".encode()).fetchone() for n in names] == [("theirs",), ("off",), ("on",), ("UTF8",)]
    finally:
        connection.close()


def test_tls_that_the_server_has_not(tcp_server: tuple[EmbeddedPostgres, int]) -> None:
    _, port = tcp_server
    error = _failure(f"postgresql://joe:right%20word@127.0.0.1:{port}/postgres?sslmode=require")
    assert isinstance(error, CannotConnect) and "sslmode" in error.next_step


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://joe:p@ss:word@host:port/db",
        "postgresql://joe:hush%zz@host/db",
        "postgresql://joe:hush/plus@host/db",
        "postgresql://joe:hush@plus@host/db",
        "postgresql://joe:hush@host/db?nonsense=1",
    ],
)
def test_urls_that_cannot_be_understood_show_no_password(url: str) -> None:
    error = _failure(url)
    assert "%" in error.next_step or "host" in error.next_step
    assert not any(secret in error.message for secret in ("hush", "p@ss", "ss:word", "plus"))


def test_what_answers_is_no_postgresql() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=_answer_like_http, args=(listener,))
        thread.start()
        error = _failure(f"postgresql://joe@127.0.0.1:{listener.getsockname()[1]}/shop?sslmode=disable")
        thread.join()
    assert isinstance(error, CannotConnect)


def _answer_like_http(listener: socket.socket) -> None:
    client, _ = listener.accept()
    with client:
        client.recv(1024)
        client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize(
    ("major", "text", "says"),
    [
        (12, "PostgreSQL 12.22 on x86_64", "older than 13"),
        (8, "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2, Redshift 1.0", "older than 13"),
        (13, "CockroachDB CCL v24.1.0 (x86_64-pc-linux-gnu)", "not PostgreSQL: CockroachDB"),
    ],
)
def test_unsupported_servers(major: int, text: str, says: str) -> None:
    with pytest.raises(UnsupportedVersion) as caught:
        check_version(major, text)
    assert says in caught.value.message and caught.value.next_step


def test_server_that_goes_away() -> None:
    with EmbeddedPostgres() as server:
        source = open_source(server.url(), limits=Limits())
        server.restart()
        with pytest.raises(ConnectionLost), source:
            source.snapshot()


def test_sql_ascii_database() -> None:
    with EmbeddedPostgres(preload=("pg_stat_statements",)) as server:
        url = server.url("ascii")
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION pg_stat_statements")
            connection.execute("CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
        with psycopg.connect(url, autocommit=True, client_encoding="latin1") as connection:
            connection.execute('CREATE TABLE "größe" (a text); INSERT INTO "größe" SELECT \'ü\' FROM generate_series(1, 9)')
            connection.execute("ANALYZE")
        snapshot = take(url)
        assert snapshot.catalog.tables[0].name.name == "größe"
        assert snapshot.statistics[0].common_values == ("ü",)
        # the other databases' workload cannot be read while such texts are kept, and the remedy helps
        spoilt = take(server.url())
        assert spoilt.workload is None
        (gap,) = spoilt.gaps
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(gap.remedy.partition(": ")[2].encode())
        assert take(server.url()).gaps == ()
