"""Runs examples and their remedies on real servers, and puts back what an example changed outside its own database."""

import re
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import psycopg
import pymysql
import pytest
from psycopg import sql

from dbarchitect.checks import all_checks
from dbarchitect.checks.questions import questions
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.lab.mariadb import PrivateMariaDB
from dbarchitect.lab.scripts import run_script
from dbarchitect.model.change import Step, Verification
from dbarchitect.model.check import Check, Example
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Case:
    """One example of one check."""

    check: Check
    example: Example
    number: int

    @property
    def id(self) -> str:
        words = re.sub(r"\W+", "_", self.example.name) or str(self.number)
        return f"{self.check.slug}-{self.example.engine.value}-{words}"


def cases() -> list[Case]:
    """Every example of every check."""
    return [Case(check, example, n) for check in all_checks() for n, example in enumerate(check.examples, start=1)]


class Laboratory(Protocol):
    """A server with an empty database for one example. Its name stands for `{database}` in an example's subjects."""

    url: str
    database: str

    def read(self, limits: Limits) -> Snapshot:
        """What a review would read now, answers included."""

    def apply(self, steps: Sequence[Step]) -> None:
        """Run steps as a person would: the lonely ones by themselves, the others together in one transaction."""

    def value(self, verification: Verification) -> str:
        """What the verification gives, as the engine's client prints it."""

    def repeat(self, statement: str) -> None:
        """Run what an evidence says repeats it, where nothing can be written."""

    def settle(self) -> None:
        """Wait until changed settings are in force, restarting the server when they need it."""


@contextmanager
def laboratory(engine: Engine, request: pytest.FixtureRequest) -> Iterator[Laboratory]:
    """An empty database on a server of that engine; whatever is done to the server is put back afterwards."""
    if engine is Engine.POSTGRESQL:
        postgres: EmbeddedPostgres = request.getfixturevalue(f"postgres{request.config.getoption('postgres')}")
        with _postgres_laboratory(postgres) as found:
            yield found
    else:
        mariadb: PrivateMariaDB = request.getfixturevalue("mariadb")
        with _mariadb_laboratory(mariadb) as other:
            yield other


def read_answered(source: Any, limits: Limits) -> Snapshot:
    """The source's snapshot with the answers to what is worth asking."""
    snapshot: Snapshot = source.snapshot()
    answers, gaps = source.answers(questions(snapshot, limits))
    return replace(snapshot, answers=answers, gaps=(*snapshot.gaps, *gaps))


def _transactions(steps: Sequence[Step]) -> Iterator[list[str]]:
    together: list[str] = []
    for step in steps:
        if not step.alone:
            together.append(step.sql)
            continue
        if together:
            yield together
        yield [step.sql]
        together = []
    if together:
        yield together


class PostgresLaboratory:
    """An empty database on the shared PostgreSQL server."""

    def __init__(self, server: EmbeddedPostgres, database: str) -> None:
        self.server, self.database, self.url = server, database, server.url(database)

    def read(self, limits: Limits) -> Snapshot:
        from dbarchitect.engines.postgres import open_source

        self._wait_for_counters()
        with open_source(self.url, limits=limits) as source:
            return read_answered(source, limits)

    def apply(self, steps: Sequence[Step]) -> None:
        with _session(self.server, self.database) as session:
            for statements in _transactions(steps):
                if len(statements) == 1:
                    session.execute(statements[0].encode())
                else:
                    with session.transaction():
                        for statement in statements:
                            session.execute(statement.encode())

    def value(self, verification: Verification) -> str:
        self._wait_for_counters()
        with _session(self.server, self.database) as session:
            result = session.execute(verification.sql.encode()).pgresult
            assert result is not None and (result.ntuples, result.nfields) == (1, 1), "a verification gives one value"
            return (result.get_value(0, 0) or b"").decode()

    def repeat(self, statement: str) -> None:
        with _session(self.server, self.database) as session:
            session.execute("BEGIN READ ONLY")
            result = session.execute(statement.encode())
            assert result.description, f"gives rows: {statement}"

    def settle(self) -> None:
        _settle(self.server)

    def _wait_for_counters(self) -> None:
        """Before 15 readers are shown counters that may be half a second old, and get them half a second late."""
        if self.server.version.major < 15:
            time.sleep(1.1)


def _session(server: EmbeddedPostgres, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
    """A session that gives up rather than wait for an example's locks."""
    options = "-c lock_timeout=10s -c statement_timeout=60s"
    return psycopg.connect(server.url(database), autocommit=True, options=options, connect_timeout=10)


# counters are sent when a session idles, at most twice a second
_FLUSH_BEFORE_15 = "CREATE FUNCTION pg_catalog.pg_stat_force_next_flush() RETURNS void LANGUAGE sql AS 'SELECT pg_sleep(0.6)'"


@contextmanager
def _postgres_laboratory(server: EmbeddedPostgres) -> Iterator[PostgresLaboratory]:
    before = _outside(server)
    name = f"example_{uuid.uuid4().hex[:10]}"
    server.create_database(name)
    with _session(server, name) as session:
        for counters, since in (("bgwriter", 13), ("archiver", 13), ("wal", 14), ("io", 16), ("checkpointer", 17)):
            if server.version.major >= since:
                session.execute("SELECT pg_stat_reset_shared(%s)", (counters,))
        if server.version.major < 15:
            session.execute("SET allow_system_table_mods = on")
            session.execute(_FLUSH_BEFORE_15)
    try:
        yield PostgresLaboratory(server, name)
    finally:
        _put_back(server, before, name)


@dataclass(frozen=True, slots=True)
class _Outside:
    """What a PostgreSQL server holds outside of databases."""

    databases: frozenset[str]
    roles: frozenset[str]
    slots: frozenset[str]
    own_settings: bytes


def _outside(server: EmbeddedPostgres) -> _Outside:
    with _session(server) as session:
        return _Outside(
            frozenset(r[0] for r in session.execute("SELECT datname FROM pg_database")),
            frozenset(r[0] for r in session.execute("SELECT rolname FROM pg_roles")),
            frozenset(r[0] for r in session.execute("SELECT slot_name FROM pg_replication_slots")),
            (server.data_folder / "postgresql.auto.conf").read_bytes(),
        )


def _put_back(server: EmbeddedPostgres, before: _Outside, database: str) -> None:
    with _session(server) as session:
        for name, where in session.execute("SELECT gid, database FROM pg_prepared_xacts").fetchall():
            with _session(server, where) as other:
                other.execute(sql.SQL("ROLLBACK PREPARED {}").format(sql.Literal(name)))
        for (slot,) in session.execute("SELECT slot_name FROM pg_replication_slots").fetchall():
            if slot not in before.slots:
                session.execute("SELECT pg_drop_replication_slot(%s)", (slot,))
        for (other_database,) in session.execute("SELECT datname FROM pg_database").fetchall():
            if other_database not in before.databases or other_database == database:
                server.drop_database(other_database)
        roles = [r[0] for r in session.execute("SELECT rolname FROM pg_roles").fetchall() if r[0] not in before.roles]
        for role in map(sql.Identifier, roles):
            session.execute(sql.SQL("DROP OWNED BY {}").format(role))
        for role in map(sql.Identifier, roles):
            session.execute(sql.SQL("DROP ROLE {}").format(role))
        for everybody in (b"ALL", b"postgres"):
            session.execute(b"ALTER ROLE " + everybody + b" RESET ALL")
        if (server.data_folder / "postgresql.auto.conf").read_bytes() != before.own_settings:
            session.execute("ALTER SYSTEM RESET ALL")
    _settle(server)


def _settle(server: EmbeddedPostgres) -> None:
    """Reload, wait until new sessions see it, and restart when a setting waits for that."""
    with _session(server) as session:
        loaded = session.execute("SELECT pg_conf_load_time()").fetchone()
        session.execute("SELECT pg_reload_conf()")
    assert loaded is not None
    until = time.monotonic() + 5
    while time.monotonic() < until:
        with _session(server) as session:
            row = session.execute("SELECT pg_conf_load_time(), (SELECT bool_or(pending_restart) FROM pg_settings)").fetchone()
        assert row is not None
        if row[0] > loaded[0]:
            if row[1]:
                server.restart()
            return
        time.sleep(0.01)
    raise AssertionError("the server does not reload its settings")


class MariaLaboratory:
    """An empty database on the shared MariaDB server."""

    def __init__(self, server: PrivateMariaDB, database: str) -> None:
        self.server, self.database, self.url = server, database, server.url(database)

    def read(self, limits: Limits) -> Snapshot:
        from dbarchitect.engines.mysql import open_source

        with open_source(self.url, limits=limits) as source:
            return read_answered(source, limits)

    def apply(self, steps: Sequence[Step]) -> None:
        with closing(_mariadb_session(self.server, self.database)) as session, session.cursor() as cursor:
            cursor.execute("SET SESSION lock_wait_timeout = 5, innodb_lock_wait_timeout = 5")
            for step in steps:
                cursor.execute(step.sql)

    def value(self, verification: Verification) -> str:
        with closing(_mariadb_session(self.server, self.database)) as session, session.cursor() as cursor:
            cursor.execute(verification.sql)
            (row,) = cursor.fetchall()
            assert len(row) == 1, "a verification gives one value"
            return "" if row[0] is None else str(row[0])

    def repeat(self, statement: str) -> None:
        with closing(_mariadb_session(self.server, self.database)) as session, session.cursor() as cursor:
            cursor.execute("START TRANSACTION READ ONLY")
            cursor.execute(statement)
            assert cursor.description, f"gives rows: {statement}"

    def settle(self) -> None:
        """Settings of MariaDB are in force at once."""


def _mariadb_session(server: PrivateMariaDB, database: str = "") -> "pymysql.Connection[pymysql.cursors.Cursor]":
    return pymysql.connect(unix_socket=str(server.socket), user="root", database=database or None, autocommit=True)


@contextmanager
def _mariadb_laboratory(server: PrivateMariaDB) -> Iterator[MariaLaboratory]:
    before = _mariadb_outside(server)
    name = f"example_{uuid.uuid4().hex[:10]}"
    server.create_database(name)
    try:
        yield MariaLaboratory(server, name)
    finally:
        after = _mariadb_outside(server)
        for database in after.databases - before.databases:
            server.drop_database(database)
        for account in after.accounts - before.accounts:
            server.execute(f"DROP USER {account}")
        with closing(_mariadb_session(server)) as session, session.cursor() as cursor:
            for variable, value in before.variables - after.variables:
                cursor.execute(f"SET GLOBAL {variable} = %s", (int(value) if value.lstrip("-").isdigit() else value,))


@dataclass(frozen=True, slots=True)
class _MariaOutside:
    databases: frozenset[str]
    accounts: frozenset[str]
    variables: frozenset[tuple[str, str]]


def _mariadb_outside(server: PrivateMariaDB) -> _MariaOutside:
    settable = (
        "SELECT LOWER(variable_name), global_value FROM information_schema.system_variables "
        "WHERE read_only = 'NO' AND global_value IS NOT NULL AND variable_scope <> 'SESSION ONLY' "
        "AND variable_name NOT LIKE 'GTID%' AND variable_name <> 'TIMESTAMP'"
    )
    with closing(_mariadb_session(server)) as session, session.cursor() as cursor:
        rows = []
        for question in ("SHOW DATABASES", "SELECT CONCAT(QUOTE(user), '@', QUOTE(host)) FROM mysql.global_priv", settable):
            cursor.execute(question)
            rows.append(cursor.fetchall())
    databases, accounts, variables = rows
    return _MariaOutside(
        frozenset(r[0] for r in databases), frozenset(r[0] for r in accounts), frozenset((r[0], r[1]) for r in variables)
    )


@contextmanager
def staged(lab: Laboratory, script: str) -> Iterator[None]:
    """The script's effects in force. Settings that need a restart are given one, after which the script's sessions are gone."""
    with run_script(lab.url, script):
        if "alter system" in script.lower():
            lab.settle()
        yield
