"""What a refused or failed connection means, and what to do next."""

import os
import re

import psycopg

from dbarchitect.errors import CannotConnect, NotPermitted, SourceError, SourceNotFound

_FULL = "or connect as a role that may use reserved connections (pg_use_reserved_connections, superusers)"
# libpq's and the server's words, the more special first: a refusal by pg_hba.conf names the database too
_REFUSALS: tuple[tuple[str, type[SourceError], str], ...] = (
    (
        "password authentication failed",
        NotPermitted,
        "Check user and password (in the URL, PGPASSWORD or ~/.pgpass; in a URL write special letters as %XX), and that the "
        "password's VALID UNTIL has not passed.",
    ),
    ("no password supplied", NotPermitted, "Give the password in the URL, in PGPASSWORD or in ~/.pgpass (mode 0600)."),
    (
        "Peer authentication failed",
        NotPermitted,
        "Run as the operating system's user of that name, or connect through TCP (host=127.0.0.1) with a password.",
    ),
    (
        r"no pg_hba\.conf entry .*no encryption",
        NotPermitted,
        "Try sslmode=require: the server may let this user in with TLS only; or let an administrator add a line for this user, "
        "database and address to pg_hba.conf.",
    ),
    (r"no pg_hba\.conf entry", NotPermitted, "Let an administrator add a line for this user, database and address to pg_hba.conf."),
    (
        r"pg_hba\.conf rejects",
        NotPermitted,
        "Let an administrator change the reject line for this user and address in pg_hba.conf.",
    ),
    ("not permitted to log in", NotPermitted, "Use a role that may log in, or: ALTER ROLE … LOGIN."),
    ("permission denied for database", NotPermitted, "Let an administrator run: GRANT CONNECT ON DATABASE … TO …;"),
    (
        "too many connections for",
        CannotConnect,
        "Raise the role's or database's CONNECTION LIMIT, or wait until one of its connections ends.",
    ),
    ("too many clients", CannotConnect, f"Wait for a free connection, {_FULL}."),
    ("remaining connection slots", CannotConnect, f"Wait for a free connection, {_FULL}."),
    (
        "no more connections allowed",
        CannotConnect,
        "The pooler's max_client_conn is reached: wait, or connect to the server itself.",
    ),
    (
        "not currently accepting connections",
        CannotConnect,
        "Name another database, or let an administrator run: ALTER DATABASE … ALLOW_CONNECTIONS true;",
    ),
    ("no such database", SourceNotFound, "Check the database's name; the pooler lists those it serves under [databases]."),
    ('role ".*" does not exist', NotPermitted, "Check the user's name; CREATE ROLE … LOGIN makes one."),
    ('database ".*" does not exist', SourceNotFound, "Check the database's name; `psql -l` lists those there are."),
    ("starting up", CannotConnect, "Wait until the server has started, then run again."),
    ("shutting down", CannotConnect, "Start the server again, then run again."),
    (
        r'definition of service|service file ".*" not found|syntax error in service file',
        SourceNotFound,
        "Check the service's name in PGSERVICE or the URL, and its section in ~/.pg_service.conf or PGSERVICEFILE.",
    ),
    (
        "unrecognized configuration parameter|invalid value for parameter|permission denied to set parameter",
        CannotConnect,
        "Check options=… in the URL, and PGOPTIONS.",
    ),
    (r"invalid \w+ value", SourceNotFound, "Correct that value in the URL, the service file or libpq's PG… variables."),
    (
        "hot standby mode|in recovery|session is (not )?read-only",
        CannotConnect,
        "Check target_session_attrs: no host of the URL is what it asks for.",
    ),
    (
        "does not match host name",
        CannotConnect,
        "Connect by a name that the server's certificate holds (hostaddr=… may give the address), or use sslmode=verify-ca.",
    ),
    (
        "root certificate file|certificate verify failed",
        CannotConnect,
        "Name the authority's certificate that signed the server's: sslrootcert=FILE; a self-signed one is its own authority.",
    ),
    (
        "does not support SSL",
        CannotConnect,
        "The server has no TLS: use sslmode=prefer or disable where the network is trusted, or set ssl = on at the server.",
    ),
    ("private key file|certificate file", CannotConnect, "Check sslcert and sslkey."),
    ("SSL|certificate", CannotConnect, "Check sslmode, sslrootcert, sslcert, sslkey and sslnegotiation."),
    ("GSS", CannotConnect, "Check gssencmode, and that kinit has been run."),
    ("translate host name|resolve host", CannotConnect, "Check the host's name."),
    ("Connection refused", CannotConnect, "Check host and port, that the server runs, and its listen_addresses."),
    ("No such file or directory", CannotConnect, "No server listens on that socket: check host (the socket's folder) and port."),
    ("timeout", CannotConnect, "Check host, port and firewall; connect_timeout=… in the URL waits longer."),
)
_ATTEMPT = re.compile(
    r'connection to server (?:at "(?P<host>[^"]*)"(?: \([^)]*\))?, port (?P<port>\d+)|on socket "[^"]*") failed: '
)


def connect_error(error: psycopg.OperationalError, words: dict[str, str | int]) -> SourceError:
    """The error to raise for what libpq said. `words` are the URL's parts."""
    text = re.sub(r"^connection (failed|is bad): ", "", " ".join(str(error).split()))
    secret = str(words.get("password") or os.environ.get("PGPASSWORD") or "")
    if secret:
        text = text.replace(secret, "***")
    cannot = f"Cannot connect to PostgreSQL at {_where(text, words)}: {_said(text)}"
    for sign, kind, next_step in _REFUSALS:
        if re.search(sign, text):
            return kind(cannot, next_step)
    if "FATAL" in text:  # the server answered, perhaps in its own language
        return NotPermitted(cannot, "Check user, password and database.")
    return CannotConnect(cannot, "Check host and port, and that the server runs.")


def _where(text: str, words: dict[str, str | int]) -> str:
    """As the user wrote it; what a service file named is known from libpq's words only."""
    host = words.get("host") or words.get("hostaddr") or os.environ.get("PGHOST")
    port = words.get("port") or os.environ.get("PGPORT")
    tried = _ATTEMPT.search(text)
    if tried and tried["host"] and not host:
        host, port = tried["host"], tried["port"]
    return f"{host or 'the local socket'}, port {port or 5432}"


def _said(text: str) -> str:
    """Without the server's address when there is but one, and without what a second try (with and without TLS) repeats."""
    parts = _ATTEMPT.split(text)
    said = dict.fromkeys(part.strip() for part in parts[3::3])
    tried = {match.group() for match in _ATTEMPT.finditer(text)}
    return " ".join((parts[0] + " ".join(said)).split()) if len(tried) == 1 else text
