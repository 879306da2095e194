"""Connecting read only, and what the driver's errors mean to a user.

Poolers: settings that outlive a transaction would reach the pool's other clients, so nothing is SET for the session. The read-only
default travels as a startup option, which belongs to this client alone; every transaction says READ ONLY again and sets its
timeouts for itself. (Timeouts as startup options would hide the server's own from pg_settings.)
"""

import os
import re
from urllib.parse import quote, urlencode

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from dbarchitect.engines.postgres.refusals import connect_error
from dbarchitect.errors import CannotConnect, ConnectionLost, NotPermitted, SourceError, SourceNotFound, UnsupportedVersion

Connection = psycopg.Connection[tuple[object, ...]]

APPLICATION = "dbarchitect"
OLDEST = 13
NEWEST = 18
CONNECT_SECONDS = 10
STATEMENT_MS = 60_000
LOCK_MS = 2_000
IDLE_MS = 60_000
STARTUP_OPTIONS = "-c default_transaction_read_only=on"
# libpq asks whether the session can write, and ours never can: what is meant is the server's role
_ROLES = {"read-write": "primary", "read-only": "prefer-standby"}


def connect(url: str) -> Connection:
    """An autocommit connection whose transactions are read only by default. Raises SourceError's kinds."""
    words = _conninfo(url)
    words.setdefault("fallback_application_name", APPLICATION)
    words["client_encoding"] = "UTF8"
    if "connect_timeout" not in words and "PGCONNECT_TIMEOUT" not in os.environ:
        words["connect_timeout"] = CONNECT_SECONDS
    wanted = str(words.get("target_session_attrs") or os.environ.get("PGTARGETSESSIONATTRS", ""))
    if wanted in _ROLES:
        words["target_session_attrs"] = _ROLES[wanted]
    own = str(words.pop("options", None) or os.environ.get("PGOPTIONS", ""))
    try:
        return _open(words | {"options": f"{own} {STARTUP_OPTIONS}".strip()})
    except psycopg.OperationalError as error:
        if "startup parameter" not in str(error):  # pgbouncer's words for options that it does not pass on
            raise connect_error(error, words) from None
    try:
        return _open(words | ({"options": own} if own else {}))
    except psycopg.OperationalError as error:
        raise connect_error(error, words) from None


def _open(words: dict[str, str | int]) -> Connection:
    connection = psycopg.connect(autocommit=True, **{key: str(value) for key, value in words.items()})  # type: ignore[arg-type]
    connection.prepare_threshold = None  # prepared statements do not survive transaction pooling
    return connection


def _conninfo(url: str) -> dict[str, str | int]:
    """The URL's parts. libpq's own message is not shown: it may quote a piece of the password."""
    try:
        words = {key: value for key, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError:
        raise SourceNotFound(
            "The PostgreSQL URL cannot be understood.",
            "Write it as postgresql://user:password@host:port/database, in the password @ as %40, / as %2F, : as %3A, % as %25.",
        ) from None
    if not re.fullmatch(r"[\d,]*", str(words.get("port", ""))):  # a / in the password ends the host's part, so that its beginning
        raise SourceNotFound(  # is taken for the port
            "The PostgreSQL URL's port is no number.", "In the password write / as %2F, : as %3A, @ as %40."
        )
    if "@" in str(words.get("host", "")):
        raise SourceNotFound(
            "The PostgreSQL URL has more than one @ before the database's name.",
            "In the password write @ as %40, / as %2F, : as %3A.",
        )
    return words


def shown_source(connection: Connection) -> str:
    """The URL without password or other secrets: user, host, port and database as they came to be used."""
    info = connection.info
    user = f"{quote(info.user, safe='')}@" if info.user else ""
    database = quote(info.dbname, safe="")
    if info.host.startswith(("/", "@")):
        return f"postgresql://{user}/{database}?{urlencode({'host': info.host, 'port': info.port}, safe='/')}"
    host = f"[{info.host}]" if ":" in info.host else info.host
    return f"postgresql://{user}{host}:{info.port}/{database}"


def check_server(connection: Connection) -> None:
    """Raises UnsupportedVersion for what is no PostgreSQL, or one too old to read."""
    try:
        row = connection.execute("SELECT /* dbarchitect */ version()").fetchone()
    except psycopg.Error as error:
        raise read_error(error, "the version") from error
    check_version(connection.info.server_version // 10_000, str(row[0]) if row else "")


def check_version(major: int, text: str) -> None:
    """The same by major version and version()'s text."""
    if not re.match(r"(PostgreSQL|EnterpriseDB) ", text):
        raise UnsupportedVersion(f"The server is not PostgreSQL: {text[:80]}", f"Give the URL of PostgreSQL {OLDEST} to {NEWEST}.")
    if major < OLDEST:
        raise UnsupportedVersion(
            f"PostgreSQL {major} is older than {OLDEST}, the oldest version that can be read.",
            "Review a schema dump instead: pg_dump --schema-only > schema.sql, then dbarchitect review schema.sql.",
        )


def read_error(error: psycopg.Error, question: str) -> SourceError:
    """What an error while reading something essential means."""
    what = question.replace("_", " ")
    text = " ".join(str(error).split())
    if isinstance(error, errors.InsufficientPrivilege):
        return NotPermitted(
            f"Reading {what} is not permitted: {text}", "Grant SELECT on that catalogue to the reading role, or GRANT pg_monitor."
        )
    if "statement pooling" in text:
        return CannotConnect(
            f"The pooler allows no transactions: {text}",
            "Connect to the server itself, or to a pool whose pool_mode is transaction or session.",
        )
    if isinstance(error, errors.LockNotAvailable):
        return ConnectionLost(
            f"Reading {what} waited more than {LOCK_MS} ms for a lock: {text}",
            "Run again when the ALTER, VACUUM FULL or similar that holds it has ended (pg_blocking_pids tells which).",
        )
    if isinstance(error, errors.QueryCanceled):
        return ConnectionLost(
            f"Reading {what} took more than {STATEMENT_MS // 1000} s or was cancelled: {text}",
            "Run again when the server is less busy.",
        )
    if isinstance(error, psycopg.ProgrammingError | psycopg.DataError | psycopg.NotSupportedError):
        return UnsupportedVersion(
            f"The server cannot tell {what}: {text}",
            f"dbarchitect reads PostgreSQL {OLDEST} to {NEWEST}; if it is one, please report this message.",
        )
    return ConnectionLost(
        f"The connection was lost while reading {what}: {text}", "Check that the server still runs, then run again."
    )
