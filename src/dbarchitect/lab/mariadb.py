"""A private MariaDB server: on a socket of its own, for as long as a `with` block lasts, durable for nobody."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import pymysql

from dbarchitect.errors import LabError
from dbarchitect.lab.guard import FolderGuard
from dbarchitect.lab.private_server import (
    make_folder,
    remove_folder,
    run_program,
    start_server,
    stop_server,
    sweep,
    unprivileged_account,
)
from dbarchitect.model.names import Engine, ServerVersion
from dbarchitect.sql.identifiers import quote_literal, quote_name

KIND = "mariadb"
READY_SECONDS = 30.0
_SEARCH = "/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin:/opt/mariadb/bin:/usr/local/mysql/bin"
# nothing here must survive a crash: no flushing, small files; statistics and digests are what we want to read
_OPTIONS = (
    "--skip-networking",
    "--performance-schema=ON",
    "--userstat=1",
    "--innodb-log-file-size=16M",
    "--innodb-buffer-pool-size=128M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-flush-method=nosync",
    "--innodb-buffer-pool-dump-at-shutdown=0",
    "--innodb-buffer-pool-load-at-startup=0",
    "--skip-log-bin",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_general_ci",
    "--open-files-limit=4096",
    "--table-open-cache=2000",
    "--event-scheduler=OFF",
    # on only for who asks with SQL_CACHE; a server that starts with OFF could not be shown with it on
    "--query-cache-type=DEMAND",
)


def find_programs() -> tuple[Path, Path]:
    """Paths of the server and of its installer. LabError, with the command that installs them, when they are missing."""
    path = os.pathsep.join((os.environ.get("PATH", ""), _SEARCH))
    server, install = shutil.which("mariadbd", path=path), shutil.which("mariadb-install-db", path=path)
    if not server or not install:
        missing = "mariadbd" if not server else "mariadb-install-db"
        raise LabError(f"no MariaDB server is installed here ({missing} not found)", "sudo apt-get install mariadb-server")
    return Path(server), Path(install)


class PrivateMariaDB:
    """A MariaDB server that starts with the block and is gone after it. `options` are further command-line options."""

    def __init__(self, *options: str) -> None:
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: FolderGuard | None = None
        self._folder = Path()
        self._version: ServerVersion | None = None

    def __enter__(self) -> Self:
        server, install = find_programs()
        sweep(KIND)
        self._server, self._account = server, unprivileged_account("mysql", "nobody")
        self._folder = make_folder(KIND, self._account)
        try:
            self._guard = FolderGuard(self._folder)
            self._install(install)
            self._start()
            self._keep_root_to_us()
        except BaseException:  # a Ctrl-C during the start must leave nothing behind either
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def socket(self) -> Path:
        """The server's Unix socket."""
        return self._folder / "private" / "s.sock"

    @property
    def version(self) -> ServerVersion:
        """The running server's version."""
        if self._version is None:
            with self._connect() as connection, connection.cursor() as cursor:
                # the greeting says 5.5.5-10.11.19 to please old replicas; VERSION() does not
                cursor.execute("SELECT VERSION()")
                row = cursor.fetchone()
            self._version = ServerVersion(*(int(n) for n in str(row[0] if row else "").split("-")[0].split(".")[:3]))
        return self._version

    def url(self, database: str = "", user: str = "root", password: str = "") -> str:
        """The URL of a database on this server; root needs no password here."""
        secret = f":{quote(password, safe='')}" if password else ""
        return f"mysql://{quote(user, safe='')}{secret}@localhost/{quote(database, safe='')}?unix_socket={quote(str(self.socket))}"

    def create_database(self, name: str) -> None:
        """Make an empty database."""
        self.execute(f"CREATE DATABASE {quote_name(Engine.MARIADB, name)}")

    def drop_database(self, name: str) -> None:
        """Drop a database and all that is in it."""
        self.execute(f"DROP DATABASE {quote_name(Engine.MARIADB, name)}")

    def execute(self, *statements: str, database: str = "") -> None:
        """Run statements as root, each committed by itself. LabError when one fails."""
        with self._connect(database) as connection, connection.cursor() as cursor:
            for statement in statements:
                try:
                    cursor.execute(statement)
                except pymysql.MySQLError as error:
                    raise LabError(f"{error.args[1] if len(error.args) > 1 else error}: {statement[:200]}") from error

    def log_text(self) -> str:
        """The server's error log."""
        log = self._folder / "server.log"
        return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""

    def restart(self) -> None:
        """Stop the server in good order and start it on the same data."""
        if self._process:
            stop_server(self._process, signal.SIGTERM)
        self._start()

    def stop(self) -> None:
        """End the server and remove its folder; harmless when that is done already."""
        if self._process:
            stop_server(self._process)  # its data goes with it: no need for a clean shutdown
            self._process = None
        if self._folder != Path():
            remove_folder(self._folder)
            self._folder = Path()
        if self._guard:
            self._guard.release()
            self._guard = None

    def _connect(self, database: str = "") -> "pymysql.Connection[pymysql.cursors.Cursor]":
        try:
            return pymysql.connect(unix_socket=str(self.socket), user="root", database=database or None, autocommit=True)
        except pymysql.MySQLError as error:
            raise LabError(f"the private MariaDB server does not answer: {error}", "look at its log") from error

    def _install(self, install: Path) -> None:
        data = self._folder / "private" / "data"
        root = ("--skip-test-db", "--auth-root-authentication-method=normal", "--skip-name-resolve")
        arguments = (str(install), "--no-defaults", f"--datadir={data}", "--innodb-log-file-size=16M", *root)
        run_program(self._folder, self._account, arguments)

    def _start(self) -> None:
        private, log = self._folder / "private", self._folder / "server.log"
        places = (f"--datadir={private / 'data'}", f"--socket={self.socket}", f"--pid-file={private / 'pid'}")
        arguments = (str(self._server), "--no-defaults", *places, f"--tmpdir={private}", *_OPTIONS, *self._options)
        self._process = start_server(self._folder, self._account, arguments, log)
        until = time.monotonic() + READY_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                tail = "\n".join(self.log_text().splitlines()[-5:])
                raise LabError(f"the private MariaDB server did not start: {tail}", "free some disk space, then try again")
            time.sleep(0.02)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as greeting:
            greeting.settimeout(READY_SECONDS)
            try:
                greeting.connect(str(self.socket))
                return bool(greeting.recv(1))
            except OSError:
                return False

    def _keep_root_to_us(self) -> None:
        """Root without a password becomes root by the socket's peer: no finding about our own server's accounts."""
        try:
            account = pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:  # an account without a name (containers): the folder's mode alone keeps others out
            return
        others = "DELETE FROM mysql.global_priv WHERE User = 'root' AND Host <> 'localhost'"
        alter = f"ALTER USER root@localhost IDENTIFIED VIA unix_socket AS {quote_literal(Engine.MARIADB, account)}"
        self.execute(others, "FLUSH PRIVILEGES", alter)
