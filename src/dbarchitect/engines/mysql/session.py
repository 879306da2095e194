"""One read-only session on the inspected server."""

import re
import socket
import struct
from collections.abc import Mapping
from importlib.resources import files
from types import TracebackType
from typing import Any, Self

import pymysql
from pymysql.cursors import DictCursor

from dbarchitect.engines.mysql.address import Address, tls_context
from dbarchitect.engines.mysql.errors import DENIED, code_of, mapped, mapped_error, text_of
from dbarchitect.errors import CannotConnect, SourceNotFound, UnsupportedVersion
from dbarchitect.model.names import Engine, ServerVersion
from dbarchitect.model.snapshot import Gap

Row = Mapping[str, Any]
TAG = "/* dbarchitect */"
STATEMENT_SECONDS, LOCK_SECONDS = 60.0, 5
_OLDEST = {Engine.MARIADB: ServerVersion(10, 6), Engine.MYSQL: ServerVersion(8, 0)}
_QUERIES = files("dbarchitect.engines.mysql") / "queries"


def query_text(name: str, engine: Engine) -> str:
    """The text of a catalogue query: the engine's own variant where there is one."""
    own = _QUERIES / f"{name}.{engine.value}.sql"
    return (own if own.is_file() else _QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def _unix_socket(path: str, seconds: float) -> socket.socket:
    # the driver would leave its socket open when nobody listens
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect(path)
    except OSError:
        sock.close()
        raise
    return sock


def _open_socket(address: Address) -> socket.socket:
    try:
        if address.unix_socket:
            return _unix_socket(address.unix_socket, address.connect_seconds)
        return _greeted_socket(address)
    except OSError as error:
        raise mapped_error(address, pymysql.OperationalError(2003, str(error))) from error


def _greeted_socket(address: Address) -> socket.socket:
    """A TCP connection on which a MySQL server has spoken first, as its protocol wants."""
    where = f"{address.host}:{address.port}"
    sock = socket.create_connection((address.host, address.port), address.connect_seconds)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    try:
        head = sock.recv(5, socket.MSG_PEEK | socket.MSG_WAITALL)
    except OSError:  # silence until the timeout: the other side waits for us to speak
        head = b""
    # length, number of the packet, then version 10 of the handshake or an error packet
    if len(head) < 5 or head[3] != 0 or head[4] not in (10, 255):
        sock.close()
        raise CannotConnect(f"{where} does not speak the MySQL protocol", "check the port: MySQL's is 3306, PostgreSQL's 5432")
    return sock


def connect(address: Address) -> "pymysql.Connection[DictCursor]":
    """An open connection in autocommit mode, without a default database."""
    # without a host or socket in the URL, the default file names one and the driver finds it
    sock = _open_socket(address) if address.host or address.unix_socket else None
    try:
        with mapped(address):
            connection = pymysql.connect(
                host=address.host or None,
                port=address.port,
                user=address.user or None,
                # as the server's own clients send it; the driver would encode a text as Latin-1
                password=address.password.encode(),
                unix_socket=address.unix_socket,
                ssl=tls_context(address),
                ssl_disabled=address.tls == "disabled" or None,
                read_default_file=address.default_file,
                connect_timeout=address.connect_seconds,
                read_timeout=STATEMENT_SECONDS + 30,
                charset="utf8mb4",
                autocommit=True,
                program_name="dbarchitect",
                cursorclass=DictCursor,
                defer_connect=True,
            )
            # over a Unix socket a password may be sent as it is; the driver tells only of sockets that it opened itself
            connection._secure = bool(address.unix_socket)  # type: ignore[attr-defined]
            connection.connect(sock)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise CannotConnect(f"{address.shown} does not speak the MySQL protocol", "check host and port") from error
    return connection


def _flavour(version_text: str) -> tuple[Engine, ServerVersion]:
    engine = Engine.MARIADB if "mariadb" in version_text.lower() else Engine.MYSQL
    numbers = re.match(r"(?:5\.5\.5-)?(\d+)\.(\d+)(?:\.(\d+))?", version_text)
    if not numbers:
        raise UnsupportedVersion(f"the server calls itself {version_text}", "MariaDB 10.6+ and MySQL 8+ are read")
    return engine, ServerVersion(*(int(n or 0) for n in numbers.groups()))


class Session:
    """A session that cannot write: every transaction is READ ONLY by the server's own rule, with time and lock limits."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._connection = connect(address)
        try:
            with mapped(address):
                first = self.rows_of(f"SELECT {TAG} VERSION() AS version, CURRENT_USER() AS account")[0]
                self.version_text = str(first["version"])
                self.account = str(first["account"])
                self.engine, self.version = _flavour(self.version_text)
                if self.version < _OLDEST[self.engine]:
                    raise UnsupportedVersion(
                        f"{self.version_text} is older than we read",
                        "upgrade to MariaDB 10.6+ or MySQL 8+, or review a dump of its schema",
                    )
                self._bind()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Leave the server."""
        if self._connection.open:
            self._connection.close()

    @property
    def usable(self) -> bool:
        """False once the connection broke."""
        return bool(self._connection.open)

    def _bind(self) -> None:
        settings = [
            "SESSION TRANSACTION READ ONLY",
            "SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            f"SESSION lock_wait_timeout = {LOCK_SECONDS}",
            "SESSION time_zone = '+00:00'",
            # texts must come as written, whatever the server's default: no ANSI_QUOTES, no NO_BACKSLASH_ESCAPES
            "SESSION sql_mode = ''",
            "SESSION sql_quote_show_create = 1",
        ]
        if self.engine is Engine.MYSQL:
            settings.append("SESSION information_schema_stats_expiry = 0")
        for setting in settings:
            self.execute(f"SET {setting}")
        self.limit_statements(STATEMENT_SECONDS)

    def limit_statements(self, seconds: float) -> None:
        """From now on the server stops a statement of ours after that time (MySQL: SELECT only)."""
        if self.engine is Engine.MARIADB:
            self.execute(f"SET SESSION max_statement_time = {seconds:.3f}")
        else:
            self.execute(f"SET SESSION max_execution_time = {max(1, round(seconds * 1000))}")

    def execute(self, statement: str) -> None:
        """Run a statement of ours that gives no rows."""
        with self._connection.cursor() as cursor:
            cursor.execute(f"{TAG} {statement}")

    def rows_of(self, statement: str, parameters: Mapping[str, object] | None = None) -> list[Row]:
        """The rows of one statement. Raises the driver's errors."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return list(cursor.fetchall())

    def rows(self, query: str) -> list[Row]:
        """The rows of a catalogue query about the URL's database."""
        with mapped(self.address):
            return self.rows_of(query_text(query, self.engine), {"schema": self.address.database})

    def rows_or_gap(self, query: str, gap: Gap, gaps: list[Gap]) -> list[Row] | None:
        """The rows, or None and the gap (its reason completed with the server's words) when a right is missing."""
        try:
            return self.rows_of(query_text(query, self.engine), {"schema": self.address.database})
        except pymysql.MySQLError as error:
            # 1146: a system table that this server does not have
            if code_of(error) not in DENIED | {1146}:
                raise mapped_error(self.address, error) from error
            gaps.append(Gap(gap.what, gap.reason or text_of(error), gap.remedy, gap.checks))
            return None

    def find_database(self) -> Row:
        """The database's own row. SourceNotFound when the URL names none, or one that is not there or not visible."""
        names = [str(row["name"]) for row in self.rows("databases")]
        if not self.address.database:
            raise SourceNotFound("the URL names no database", f"add one of: {', '.join(names) or '(none is visible)'}")
        found = self.rows("database")
        if not found:
            raise SourceNotFound(
                f"there is no database {self.address.database}, or {self.account} has no right on it",
                f"visible are: {', '.join(names) or 'none'}",
            )
        return found[0]
