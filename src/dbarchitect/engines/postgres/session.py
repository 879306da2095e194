"""One read-only session: transactions, questions, and gaps where a question could not be answered."""

import re
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import errors, sql
from psycopg.rows import namedtuple_row

from dbarchitect.engines.postgres.connection import IDLE_MS, LOCK_MS, STATEMENT_MS, Connection, read_error
from dbarchitect.engines.postgres.sql_files import sql_for
from dbarchitect.model.progress import Progress, silent
from dbarchitect.model.snapshot import Gap

Rows = list[Any]
"""Named tuples whose fields are the columns of the question's .sql file."""

_BEGIN = "BEGIN /* dbarchitect */ ISOLATION LEVEL REPEATABLE READ READ ONLY"
# search_path: with pg_catalog alone every other name prints qualified. row_security: an error instead of rows left out in silence.
_SETTINGS = """SELECT /* dbarchitect */ set_config(name, value, true) FROM (VALUES
    ('search_path', 'pg_catalog'), ('statement_timeout', '{statement_ms}'), ('lock_timeout', '{lock_ms}'),
    ('idle_in_transaction_session_timeout', '{idle_ms}'), ('DateStyle', 'ISO'), ('IntervalStyle', 'postgres'), ('TimeZone', 'UTC'),
    ('extra_float_digits', '1'), ('bytea_output', 'hex'), ('quote_all_identifiers', 'off'), ('row_security', 'off'),
    ('jit', 'off'), ('client_encoding', '{encoding}')
) AS wanted (name, value)"""

_OTHER_ENCODING = (
    "A text of a SQL_ASCII database is in the way; forget that database's statements: "
    "SELECT pg_stat_statements_reset(0, oid) FROM pg_database WHERE pg_encoding_to_char(encoding) = 'SQL_ASCII';"
)
_CHANGED = (errors.InternalError_, errors.UndefinedTable, errors.UndefinedObject, errors.UndefinedFunction)  # "cache lookup failed"
_LOST = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow, errors.IdleInTransactionSessionTimeout)


class CatalogChanged(Exception):
    """An object went away between two of our questions; reading again from the start helps."""


class ReadSession:
    """Asks questions in read-only transactions. A failed question ends its transaction, the next one begins another."""

    def __init__(self, connection: Connection, progress: Progress = silent, statement_ms: int = STATEMENT_MS) -> None:
        self._connection = connection
        self._statement_ms = statement_ms
        self._progress = progress
        self._encoding = "UTF8"
        self._asked = 0
        self.version = connection.info.server_version // 10_000
        self.gaps: list[Gap] = []
        if connection.info.parameter_status("server_encoding") == "SQL_ASCII":
            # bytes of any encoding come unconverted; Latin-1 maps each to one letter and back
            self._encoding = "LATIN1"

    def begin(self) -> None:
        """Begin a read-only transaction with our settings, in one round trip."""
        settings = _SETTINGS.format(statement_ms=self._statement_ms, lock_ms=LOCK_MS, idle_ms=IDLE_MS, encoding=self._encoding)
        self._connection.execute(f"{_BEGIN};\n{settings}".encode())

    def begin_untouched(self) -> None:
        """Begin a read-only transaction in which the server's, database's and role's own settings hold."""
        self._connection.execute(_BEGIN)

    def end(self) -> None:
        """End the transaction, whatever its state."""
        if not self._connection.closed and self.in_transaction:
            failed = self._connection.info.transaction_status is psycopg.pq.TransactionStatus.INERROR
            # a rollback would count in pg_stat_database.xact_rollback
            self._connection.execute("ROLLBACK /* dbarchitect */" if failed else "COMMIT /* dbarchitect */")

    @property
    def in_transaction(self) -> bool:
        """True inside a transaction, also a failed one."""
        return self._connection.info.transaction_status is not psycopg.pq.TransactionStatus.IDLE

    def run(self, query: sql.SQL | sql.Composed | bytes, parameters: dict[str, object] | None = None) -> Rows:
        """The rows of a query; on an error the transaction is ended and the driver's error raised."""
        try:
            if not self.in_transaction:
                self.begin()
            with self._connection.cursor(row_factory=namedtuple_row) as cursor:
                return cursor.execute(query, parameters).fetchall()
        except psycopg.Error:
            if not self.lost:
                self.end()
            raise

    @property
    def lost(self) -> bool:
        """True when the server is gone."""
        return self._connection.closed or self._connection.broken

    def ask(self, question: str, *, locked: Iterable[int] | None = None, **parameters: object) -> Rows:
        """The rows of a question that everything else needs. `locked`: relations whose definition is not to be touched.

        Raises SourceError's kinds, and CatalogChanged.
        """
        try:
            return self._ask(question, self.version, None, _with(parameters, locked))
        except _CHANGED as error:
            raise CatalogChanged(f"{question}: {error.diag.message_primary}") from error
        except psycopg.Error as error:
            raise read_error(error, question) from error

    def ask_if_possible(
        self,
        question: str,
        what: str,
        remedy: str,
        *,
        locked: Iterable[int] | None = None,
        schema: str | None = None,
        version: int | None = None,
    ) -> Rows:
        """The rows of a question that a review can do without: on failure none, and a gap with the remedy.

        `schema` fills the file's {schema}; `version` picks the variant, where it is not the server's that counts.
        Raises ConnectionLost when the server is gone.
        """
        try:
            return self._ask(question, self.version if version is None else version, schema, _with({}, locked))
        except psycopg.Error as error:
            if self.lost or isinstance(error, _LOST):
                raise read_error(error, question) from error
            self.gaps.append(gap_of(error, what, remedy))
            return []

    def _ask(self, question: str, version: int, schema: str | None, parameters: dict[str, object] | None) -> Rows:
        text = sql_for(question, version)
        self._asked += 1
        self._progress(question.replace("_", " "), self._asked, 0)
        if text is None:
            return []
        if schema is not None:
            return self.run(sql.SQL(text).format(schema=sql.Identifier(schema)))
        return self.run(text.encode(), parameters)


def _with(parameters: dict[str, object], locked: Iterable[int] | None) -> dict[str, object] | None:
    """The parameters of a query; None (no placeholders, so % stands for itself) when there are none."""
    found = parameters if locked is None else parameters | {"locked": list(locked)}
    return found or None


def gap_of(error: psycopg.Error, what: str, remedy: str) -> Gap:
    """The gap that a failed question leaves."""
    reason = re.sub(r"\s+", " ", error.diag.message_primary or str(error)).strip()
    if isinstance(error, errors.QueryCanceled):
        return Gap(what, f"the time limit was reached ({reason})", "Run again when the server is less busy.")
    if isinstance(error, errors.LockNotAvailable):
        return Gap(what, f"another session holds a lock ({reason})", "Run again when that session has ended its transaction.")
    if isinstance(error, errors.CharacterNotInRepertoire):
        # pg_stat_statements converts the texts of all databases, and those of SQL_ASCII ones may be in any encoding
        return Gap(what, reason, _OTHER_ENCODING)
    return Gap(what, reason, remedy)
