"""Runs the scripts of examples: several sessions, open transactions, statements that block.

A line `-- session NAME` sends what follows over a connection of that name (`main` is the first one), whose
application name it becomes; it stays open, with its transaction, until the context ends. A line `-- wait` sends the next
statement without waiting for its end: it is expected to block.
"""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
import pymysql
from psycopg.pq import TransactionStatus

from dbarchitect.errors import LabError
from dbarchitect.model.names import Engine
from dbarchitect.sql.script import PartKind, split_script

MAIN = "main"
_BLOCKED_SECONDS = 10.0
_STATEMENT_SECONDS = 120
_DIRECTIVE = re.compile(r"^--[ \t]+(?:session[ \t]+(?P<session>\w+)|(?P<wait>wait))[ \t]*\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SessionStatement:
    """A statement, the session that sends it, and whether it is expected to block."""

    session: str
    sql: str
    waits: bool = False


class Session(Protocol):
    """A connection that runs one statement at a time and can be ended while it waits.

    `polling_seconds` is how often `blocked` may be asked.
    """

    polling_seconds: float

    def run(self, sql: str) -> None:
        """Run a statement to its end. LabError when the server refuses it."""

    def blocked(self, observer: "Session") -> bool:
        """True while the running statement waits for another session."""

    def settle(self) -> None:
        """Make the counters of what it has done visible to others, if it is idle."""

    def cancel(self) -> None:
        """Cancel what runs."""

    def end(self) -> None:
        """Cancel what runs and close."""


def read_script(engine: Engine, script: str) -> tuple[SessionStatement, ...]:
    """The script's statements in order."""
    found: list[SessionStatement] = []
    session, waits, position = MAIN, False, 0

    def add(text: str) -> None:
        nonlocal waits
        for part in split_script(engine, text):
            if part.kind is not PartKind.STATEMENT or part.rows is not None:
                raise LabError(f"an example cannot hold a client's command or data: {part.text[:100]}", "use INSERT")
            found.append(SessionStatement(session, part.text, waits))
            waits = False

    for directive in _DIRECTIVE.finditer(script):
        add(script[position : directive.start()])
        position = directive.end()
        session = directive["session"] or session
        waits = waits or bool(directive["wait"])
    add(script[position:])
    return tuple(found)


@contextmanager
def run_script(url: str, script: str) -> Iterator[None]:
    """Run the script on the database; sessions stay open until the context ends. LabError names the failing statement."""
    engine, connect = _engine(url)
    with ExitStack() as stack:
        sessions: dict[str, Session] = {}
        waiting: list[_Waiting] = []

        def session(name: str) -> Session:
            if name not in sessions:
                sessions[name] = connect(url, name)
                stack.callback(sessions[name].end)
            return sessions[name]

        for statement in read_script(engine, script):
            if statement.waits:
                observer = session(MAIN) if statement.session != MAIN else session("observer")
                waiting.append(_Waiting(statement, session(statement.session), observer))
                stack.callback(waiting[-1].finish)  # before its session is closed
            else:
                session(statement.session).run(statement.sql)
        for waiter in waiting:
            waiter.raise_error()
        for name in sessions.keys() - {waiter.session_name for waiter in waiting}:
            sessions[name].settle()
        yield


class _Waiting:
    """A statement that runs in a thread of its own. Returns once it waits for another session, or has ended."""

    def __init__(self, statement: SessionStatement, session: Session, observer: Session) -> None:
        self._error: LabError | None = None
        self.session_name = statement.session
        self._session, self._sql = session, statement.sql
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        until = time.monotonic() + _BLOCKED_SECONDS
        while self._thread.is_alive() and not session.blocked(observer):
            if time.monotonic() > until:
                raise LabError(f"the statement neither ends nor waits for a lock: {statement.sql[:200]}")
            time.sleep(session.polling_seconds)

    def _run(self) -> None:
        try:
            self._session.run(self._sql)
        except LabError as error:
            self._error = error

    def raise_error(self) -> None:
        if self._error:
            raise self._error

    def finish(self) -> None:
        """Cancel the statement if it still runs: a connection must not be closed while another thread reads from it."""
        if self._thread.is_alive():
            self._session.cancel()
            self._thread.join(_BLOCKED_SECONDS)


def _engine(url: str) -> tuple[Engine, type["PostgresSession"] | type["MySQLSession"]]:
    if url.startswith("mysql://"):
        return Engine.MARIADB, MySQLSession
    return Engine.POSTGRESQL, PostgresSession


class PostgresSession:
    """A session on PostgreSQL, outside of transactions unless a statement begins one."""

    polling_seconds = 0.02

    def __init__(self, url: str, name: str) -> None:
        self._connection = psycopg.connect(
            url,
            autocommit=True,
            application_name=name,
            prepare_threshold=None,
            options=f"-c statement_timeout={_STATEMENT_SECONDS}s",
        )

    def run(self, sql: str) -> None:
        """Run a statement to its end. LabError when the server refuses it."""
        try:
            self._connection.execute(sql.encode())
        except psycopg.Error as error:
            raise LabError(f"{str(error).strip()}\nin: {sql[:500]}") from error

    def value(self, sql: str, *parameters: object) -> Any:
        """The first column of the first row."""
        row = self._connection.execute(sql.encode(), parameters).fetchone()
        return row[0] if row else None

    def blocked(self, observer: Session) -> bool:
        """True while the running statement waits for another session."""
        assert isinstance(observer, PostgresSession)
        return bool(observer.value("SELECT cardinality(pg_blocking_pids(%s)) > 0", self._connection.info.backend_pid))

    def settle(self) -> None:
        """Make the counters of what it has done visible to others, if it is idle: they are sent once a second otherwise."""
        info = self._connection.info
        if info.transaction_status is TransactionStatus.IDLE and info.server_version >= 150_000:
            self.run("SELECT pg_catalog.pg_stat_force_next_flush()")

    def cancel(self) -> None:
        """Cancel what runs."""
        with suppress(psycopg.Error):
            self._connection.cancel_safe(timeout=5)

    def end(self) -> None:
        """Cancel what runs and close."""
        self.cancel()
        self._connection.close()


class MySQLSession:
    """A session on MySQL or MariaDB, outside of transactions unless a statement begins one."""

    # InnoDB renews what innodb_trx shows only when nobody has looked for 0.1 s
    polling_seconds = 0.15

    def __init__(self, url: str, name: str) -> None:
        self._url, self._name = url, name
        self._connection = _connect_mysql(url, name)
        self._id = int(self.value("SELECT CONNECTION_ID()"))

    def run(self, sql: str) -> None:
        """Run a statement to its end. LabError when the server refuses it."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(sql)
        except pymysql.MySQLError as error:
            raise LabError(f"{error.args[1] if len(error.args) > 1 else error}\nin: {sql[:500]}") from error

    def blocked(self, observer: Session) -> bool:
        """True while the running statement waits for another session."""
        assert isinstance(observer, MySQLSession)
        waits = (
            "SELECT count(*) FROM information_schema.processlist p LEFT JOIN information_schema.innodb_trx t "
            "ON t.trx_mysql_thread_id = p.id WHERE p.id = %s AND (p.state LIKE 'Waiting for%%' OR t.trx_state = 'LOCK WAIT')"
        )
        return bool(observer.value(waits, self._id))

    def value(self, sql: str, *parameters: object) -> Any:
        """The first column of the first row."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            row = cursor.fetchone()
        return row[0] if row else None

    def settle(self) -> None:
        """Nothing to do: counters are visible at once."""

    def cancel(self) -> None:
        """Cancel what runs, by ending the connection."""
        with suppress(pymysql.MySQLError), closing(_connect_mysql(self._url, self._name)) as other, other.cursor() as cursor:
            cursor.execute("KILL CONNECTION %s", (self._id,))

    def end(self) -> None:
        """Cancel what runs and close."""
        self.cancel()
        with suppress(pymysql.MySQLError):
            self._connection.close()


def _connect_mysql(url: str, name: str) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    parts = urlsplit(url)
    socket = parse_qs(parts.query).get("unix_socket", [""])[0]
    return pymysql.connect(
        host=parts.hostname or "localhost",
        port=parts.port or 3306,
        unix_socket=socket or None,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=unquote(parts.path.lstrip("/")) or None,
        charset="utf8mb4",
        autocommit=True,
        program_name=name,
    )
