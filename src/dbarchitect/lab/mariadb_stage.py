"""The copy of a MySQL or MariaDB schema as a stage, on a MariaDB of our own."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeAlias

import pymysql
from pymysql.constants import ER

from dbarchitect.errors import LabError
from dbarchitect.lab.mariadb import PrivateMariaDB
from dbarchitect.lab.stage import StatementFailed
from dbarchitect.model.change import Change, Step
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.progress import Progress, silent
from dbarchitect.model.snapshot import Gap, Snapshot
from dbarchitect.sql.identifiers import quote_literal, quote_name, quote_qualified
from dbarchitect.sql.mysql_schema import (
    DatabaseStatement,
    comparable_definition,
    create_database_statement,
    mysql_schema_statements,
)

Connection: TypeAlias = "pymysql.Connection[pymysql.cursors.Cursor]"

_WHAT = "rebuilding the schema"
_ACCOUNTS = re.compile(r"\s*(?:(?:create|alter|drop|rename)\s+(?:user|role)|grant|revoke|set\s+password)\b", re.IGNORECASE)
_LIVE = re.compile(r"\s*(?:kill|purge|change\s+master|(?:start|stop|reset)\s+(?:slave|replica))\b", re.IGNORECASE)
_SETS_A_VARIABLE = re.compile(r"\s*set\s+(?:global|@@global)", re.IGNORECASE)
# the names of what SHOW CREATE prints, by the kind that information_schema gives
_SHOWN = {"BASE TABLE": "TABLE", "SYSTEM VERSIONED": "TABLE", "VIEW": "VIEW", "SEQUENCE": "TABLE"}
# (kind, schema and name of all stored code) in one query each: their texts stand in information_schema
_CODE = """
SELECT 'trigger', trigger_schema, trigger_name, CONCAT_WS(' ', action_timing, event_manipulation, event_object_table,
  action_order, action_statement) FROM information_schema.triggers WHERE trigger_schema IN ({databases})
UNION ALL SELECT 'routine', routine_schema, routine_name, CONCAT_WS(' ', routine_type, dtd_identifier, routine_definition,
  security_type, is_deterministic, sql_data_access) FROM information_schema.routines WHERE routine_schema IN ({databases})
UNION ALL SELECT 'database', schema_name, '', CONCAT_WS(' ', default_character_set_name, default_collation_name)
  FROM information_schema.schemata WHERE schema_name IN ({databases})
"""


def clone_mysql_schema(server: PrivateMariaDB, snapshot: Snapshot, progress: Progress = silent) -> tuple[Gap, ...]:
    """Make the snapshot's databases, under their own names, with every object; what could not be made, and why.

    Names cannot be changed, as views and foreign keys spell them. LabError when the server already has a database of one of
    these names: it may be somebody's.
    """
    with _session(server) as connection:
        for database in snapshot.catalog.schemas:
            created = _attempt(connection, create_database_statement(snapshot, database))
            if created:
                raise LabError(f"the private MariaDB server cannot make the database {database}: {created}")
        connection.query("SET SESSION foreign_key_checks = 0, SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION'")
        return tuple(_make_all(connection, mysql_schema_statements(snapshot), progress))


def drop_clone(server: PrivateMariaDB, snapshot: Snapshot) -> None:
    """Drop the databases that `clone_mysql_schema` made."""
    server.execute(*(f"DROP DATABASE IF EXISTS {quote_name(Engine.MARIADB, d)}" for d in snapshot.catalog.schemas))


def _make_all(connection: Connection, statements: Sequence[DatabaseStatement], progress: Progress) -> list[Gap]:
    """Run all in order; those that fail are tried again as long as that helps: what they need may have come later."""
    pending, failed = list(statements), [("", s) for s in statements]
    while failed and (len(failed) < len(pending) or failed[0][0] == ""):
        pending = [s for _, s in failed]
        failed = []
        for number, statement in enumerate(pending, 1):
            error = _attempt(connection, statement)
            failed += [(error, statement)] if error else []
            progress(_WHAT, number, len(pending))
    remedy = "none needed for the review: changes of this object are not rehearsed"
    return [Gap(f"copy of the schema: {s.subject.key}", f"it cannot be made again: {error}", remedy) for error, s in failed]


def _attempt(connection: Connection, statement: DatabaseStatement) -> str | None:
    if not statement.sql:
        return "its definition could not be read from the source"
    try:
        if statement.database:
            connection.select_db(statement.database)
        connection.query(statement.sql)
    except pymysql.MySQLError as error:
        if not connection.open:
            raise LabError(f"the private MariaDB server was lost: {error}") from error
        return _message(error)
    return None


def _message(error: pymysql.MySQLError) -> str:
    return str(error.args[1]) if len(error.args) > 1 else str(error)


@contextmanager
def _session(server: PrivateMariaDB) -> Iterator[Connection]:
    connection = _connect(server)
    try:
        yield connection
    finally:
        connection.close()


def _connect(server: PrivateMariaDB) -> Connection:
    try:
        return pymysql.connect(unix_socket=str(server.socket), user="root", autocommit=True, charset="utf8mb4")
    except pymysql.MySQLError as error:
        raise LabError(f"the private MariaDB server does not answer: {error}", "look at its log") from error


class MariaDBStage:
    """Empty copies of the snapshot's databases on a MariaDB of our own, for as long as the stage lasts.

    `missing` is what could not be copied. A MySQL schema is tried on MariaDB, and the trial says so.
    """

    def __init__(self, server: PrivateMariaDB, snapshot: Snapshot) -> None:
        self._private, self._snapshot = server, snapshot
        self.missing = clone_mysql_schema(server, snapshot)
        self._connection = _connect(server)
        self._version = server.version
        self._source_start = self._start = self._objects()

    @property
    def server(self) -> str:
        """`MariaDB 10.11.19, an empty copy of the schema`."""
        of = " of MySQL's" if self._snapshot.engine is Engine.MYSQL else ""
        return f"MariaDB {self._version}, an empty copy{of or ' of the'} schema"

    def why_not(self, change: Change) -> str | None:
        """Accounts are not copied; sessions and replication are only on the live server."""
        for step in (*change.steps, *change.undo):
            if _ACCOUNTS.match(step.sql):
                return "it changes accounts or their rights, which are not copied"
            if _LIVE.match(step.sql):
                return "it acts on sessions or replication, which only the live server has"
        return None

    def prepare(self, change: Change) -> None:
        """Variables are not copied with the schema: those that undo would set again are set first."""
        variables = [step for step in change.undo if _SETS_A_VARIABLE.match(step.sql)]
        self.run(variables)
        self._start = self._objects() if variables else self._source_start

    def run(self, steps: Sequence[Step]) -> None:
        """One by one: the server commits every DDL statement by itself."""
        for step in steps:
            self._query(step.sql)

    def run_without_keeping(self, steps: Sequence[Step]) -> bool:
        """Never: the server commits every DDL statement by itself."""
        return False

    def answer(self, sql: str) -> str:
        """The query's one value as text, read in a read-only transaction."""
        self._query("START TRANSACTION READ ONLY")
        try:
            rows = self._query(sql)
        finally:
            self._connection.rollback()
        value = rows[0][0] if rows and rows[0] else None
        return value.decode() if isinstance(value, bytes) else ("" if value is None else str(value))

    def differences(self) -> tuple[str, ...]:
        """Which objects are new, gone or differ in what SHOW CREATE prints."""
        now = self._objects()
        names = sorted(key for key in {*now, *self._start} if now.get(key) != self._start.get(key))
        return tuple(f"{name} {_how(name in self._start, name in now)}" for name in names)

    def settle(self, *, clean: bool) -> None:
        """Variables that were prepared go back to this server's values."""
        if self._start is not self._source_start or (not clean and self.differences()):
            self.restore()

    def restore(self) -> None:
        """Variables back as they were; the databases made anew when they differ."""
        self._start = self._source_start
        for name in [d.split()[1] for d in self.differences() if d.startswith("variable ")]:
            value = self._source_start[f"variable {name}"]
            with suppress(StatementFailed):  # one that only shows the server's state cannot be set
                self._query(f"SET GLOBAL {name} = {_variable_value(value)}")
        if any(not d.startswith("variable ") for d in self.differences()):
            drop_clone(self._private, self._snapshot)
            clone_mysql_schema(self._private, self._snapshot)
            self._source_start = self._start = self._objects()

    def close(self) -> None:
        """End the session and drop the copies."""
        self._connection.close()
        drop_clone(self._private, self._snapshot)

    def _query(self, sql: str) -> tuple[tuple[object, ...], ...]:
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(sql)
                return tuple(cursor.fetchall())
        except pymysql.MySQLError as error:
            if not self._connection.open:
                raise LabError(f"the private MariaDB server was lost at: {sql[:200]}: {error}") from error
            unknown = self._snapshot.engine is Engine.MYSQL and error.args[0] == ER.PARSE_ERROR
            raise StatementFailed(sql, _message(error), unknown_here=unknown) from error

    def _objects(self) -> dict[str, str]:
        """What the server prints of each object, by kind and name, and its global variables."""
        found: dict[str, str] = {}
        databases = ", ".join(quote_literal(Engine.MARIADB, d) for d in self._snapshot.catalog.schemas) or "''"
        for schema, name, kind in self._query(
            f"SELECT table_schema, table_name, table_type FROM information_schema.tables WHERE table_schema IN ({databases})"
        ):
            of = QualifiedName(str(schema), str(name))
            row = self._query(f"SHOW CREATE {_SHOWN.get(str(kind), 'TABLE')} {quote_qualified(Engine.MARIADB, of)}")[0]
            found[f"{_SHOWN.get(str(kind), 'TABLE').lower()} {of}"] = comparable_definition(str(row[1]))
        for kind, schema, name, text in self._query(_CODE.format(databases=databases)):
            found[f"{kind} {schema}.{name}"] = str(text)
        for name, value in self._query("SHOW GLOBAL VARIABLES"):
            found[f"variable {name}"] = str(value)
        return found


def _variable_value(value: str) -> str:
    return value if re.fullmatch(r"-?\d+(\.\d+)?", value) else quote_literal(Engine.MARIADB, value)


def _how(before: bool, now: bool) -> str:
    return "differs" if before and now else ("is gone" if before else "is new")
