"""What goes wrong at the door, or later for want of rights: each with its kind of error or gap, and its next step."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files

import pytest

from dbarchitect.engines.mysql import open_source
from dbarchitect.engines.mysql.address import parse_url
from dbarchitect.engines.mysql.session import query_text
from dbarchitect.errors import CannotConnect, NotPermitted, SourceError, SourceNotFound, UnsupportedVersion
from dbarchitect.lab.mariadb import PrivateMariaDB
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.questions import NullQuestion
from dbarchitect.model.snapshot import Snapshot


def fails(url: str, kind: type[SourceError], *words: str) -> SourceError:
    with pytest.raises(kind) as caught:
        open_source(url, limits=Limits())
    assert caught.value.next_step
    for word in words:
        assert word in f"{caught.value.message} {caught.value.next_step}"
    return caught.value


@contextmanager
def listener(greeting: bytes) -> Iterator[int]:
    """A port that says this and nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            client, _ = server.accept()
            with client:
                client.sendall(greeting)
                with suppress(ConnectionResetError):
                    client.recv(1)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    fails(f"mysql://root@127.0.0.1:{port}/x", CannotConnect, "refuses the connection", "unix_socket")


def test_no_socket_there() -> None:
    fails("mysql://root@localhost/x?unix_socket=/nowhere/s.sock", CannotConnect, "/nowhere/s.sock")


def test_unknown_host() -> None:
    fails("mysql://root@no-such-host.invalid/x", CannotConnect, "no-such-host.invalid")


@pytest.mark.parametrize("greeting", [b"SSH-2.0-OpenSSH_9.2\r\n", b""])
def test_another_protocol(greeting: bytes) -> None:
    with listener(greeting) as port:
        fails(f"mysql://root@127.0.0.1:{port}/x?connect_timeout=1", CannotConnect, "does not speak the MySQL protocol")


def test_server_too_old() -> None:
    # the server lets itself be called by another version
    with PrivateMariaDB("--version=5.7.44-log") as server:
        server.create_database("x")
        fails(server.url("x"), UnsupportedVersion, "5.7.44", "10.6")


def test_unknown_database(mariadb: PrivateMariaDB, rich: PrivateMariaDB) -> None:
    fails(mariadb.url("no such"), SourceNotFound, "no such", "rich")
    fails(mariadb.url(), SourceNotFound, "names no database", "rich")


def test_wrong_password(mariadb: PrivateMariaDB) -> None:
    mariadb.execute("CREATE USER guarded@localhost IDENTIFIED BY 'right'")
    try:
        error = fails(mariadb.url("x", "guarded", "wr:ng/@"), NotPermitted, "guarded", "MYSQL_PWD")
        assert "wr:ng" not in str(error)
    finally:
        mariadb.execute("DROP USER guarded@localhost")


def test_password_from_the_environment(rich: PrivateMariaDB, monkeypatch: pytest.MonkeyPatch) -> None:
    rich.execute("CREATE USER guarded@localhost IDENTIFIED BY 'right'", "GRANT SELECT ON rich.* TO guarded@localhost")
    monkeypatch.setenv("MYSQL_PWD", "right")
    try:
        with open_source(rich.url("rich", "guarded"), limits=Limits()) as source:
            assert len(source.snapshot().catalog.tables) == 4
    finally:
        rich.execute("DROP USER guarded@localhost")


@pytest.mark.parametrize("query", ["ssl_verify=perhaps", "ssl_cipher=AES", "connect_timeout=soon", "ssl_ca=/nowhere/ca.pem"])
def test_wrong_options(query: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        fails(f"mysql://root@127.0.0.1:{server.getsockname()[1]}/x?{query}&connect_timeout=1", SourceError)


def test_address() -> None:
    address = parse_url("mariadb+pymysql://a%40b:p%2Fw@db.example:3307/sh%20op?charset=utf8mb4&ssl-ca=ca.pem")
    assert (address.user, address.password, address.host, address.port, address.database) == (
        "a@b", "p/w", "db.example", 3307, "sh op",
    )  # fmt: skip
    assert (address.tls, address.ssl_ca) == ("identity", "ca.pem")
    assert address.shown == "mysql://a@b@db.example:3307/sh op"
    assert "p/w" not in repr(address)


def test_every_query_has_a_text_for_both_servers() -> None:
    names = {path.name.split(".")[0] for path in (files("dbarchitect.engines.mysql") / "queries").iterdir()}
    only_mariadb = {"user_statistics"}
    for name in names:
        for engine in (Engine.MARIADB, Engine.MYSQL):
            if engine is Engine.MARIADB or name not in only_mariadb:
                assert "/* dbarchitect */" in query_text(name, engine)


@pytest.fixture(scope="module")
def poor(rich: PrivateMariaDB) -> Iterator[Snapshot]:
    """What an account sees that may read one table only."""
    rich.execute(
        "CREATE USER poor@localhost",
        "GRANT SELECT ON rich.orders TO poor@localhost",
        "GRANT SELECT ON rich.buyers TO poor@localhost",
    )
    with open_source(rich.url("rich", "poor"), limits=Limits()) as source:
        snapshot = source.snapshot()
        answers, gaps = source.answers([NullQuestion(QualifiedName("rich", "customers"), "born")])
    assert answers == () and "GRANT SELECT ON `rich`.`customers` TO 'poor'@'localhost'" in gaps[0].remedy
    yield snapshot
    rich.execute("DROP USER poor@localhost")


def test_missing_rights_are_gaps(poor: Snapshot) -> None:
    assert [t.name.name for t in poor.catalog.tables] == ["orders"]
    remedies = {gap.what: gap.remedy for gap in poor.gaps}
    account = "TO 'poor'@'localhost'"
    assert remedies == {
        "tables on which this account has no right": f"GRANT SELECT, SHOW VIEW, TRIGGER ON `rich`.* {account}",
        "which statements run and what they cost": f"GRANT SELECT ON performance_schema.* {account}",
        "sizes of indexes": f"GRANT SELECT ON mysql.innodb_index_stats {account}",
        "statistics of columns": f"GRANT SELECT ON mysql.column_stats {account}; GRANT SELECT ON mysql.table_stats {account}",
        "accounts and their passwords": f"GRANT SELECT ON mysql.global_priv {account}",
        "definitions of views": f"GRANT SHOW VIEW ON `rich`.* {account}",
    }
    assert all(gap.remedy and gap.reason for gap in poor.gaps)


def test_performance_schema_off() -> None:
    with PrivateMariaDB("--performance-schema=OFF", "--userstat=0") as server:
        server.create_database("x")
        with open_source(server.url("x"), limits=Limits()) as source:
            snapshot = source.snapshot()
    assert snapshot.workload is None
    assert {gap.remedy for gap in snapshot.gaps} == {"performance_schema=ON under [mariadb] in my.cnf, then restart the server"}
    assert len(snapshot.gaps) == 2
