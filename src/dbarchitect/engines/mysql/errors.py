"""The driver's errors as ours: what happened, why, and the next step."""

from collections.abc import Iterator
from contextlib import contextmanager

import pymysql
from pymysql.constants import CR, ER

from dbarchitect.engines.mysql.address import Address
from dbarchitect.errors import CannotConnect, ConnectionLost, NotPermitted, SourceError, SourceNotFound

STATEMENT_TIMEOUT_MARIADB, STATEMENT_TIMEOUT_MYSQL, SOCKET_LOGIN_DENIED = 1969, 3024, 1698
TIMEOUTS = frozenset(
    {STATEMENT_TIMEOUT_MARIADB, STATEMENT_TIMEOUT_MYSQL, ER.LOCK_WAIT_TIMEOUT, ER.QUERY_INTERRUPTED, ER.LOCK_DEADLOCK}
)
DENIED = frozenset(
    {
        ER.TABLEACCESS_DENIED_ERROR, ER.COLUMNACCESS_DENIED_ERROR, ER.DBACCESS_DENIED_ERROR,
        ER.SPECIFIC_ACCESS_DENIED_ERROR, ER.PROCACCESS_DENIED_ERROR, ER.VIEW_NO_EXPLAIN, ER.VIEW_INVALID,
    }
)  # fmt: skip
_LOST = frozenset({CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST})


def code_of(error: pymysql.MySQLError) -> int:
    """The server's or client's error number; 0 when it has none."""
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


def text_of(error: pymysql.MySQLError) -> str:
    """The error's text without its number."""
    return str(error.args[1]) if len(error.args) > 1 else str(error)


def _not_reached(address: Address, error: pymysql.MySQLError) -> SourceError:
    text = text_of(error)
    if address.unix_socket:
        return CannotConnect(
            f"nobody listens on the socket {address.unix_socket}: {text}", "check the path and that the server runs"
        )
    if any(sign in text for sign in ("Name or service not known", "No address associated", "Temporary failure in name")):
        return CannotConnect(f"the host name {address.host} is unknown", "check the spelling of the host in the URL, and DNS")
    if "refused" in text:
        return CannotConnect(
            f"{address.host}:{address.port} refuses the connection",
            "check host and port, that the server runs and does not have skip-networking; "
            "for a server on this machine add ?unix_socket=/run/mysqld/mysqld.sock",
        )
    if "timed out" in text:
        return CannotConnect(f"{address.host}:{address.port} does not answer", "check host, port and firewall")
    return CannotConnect(f"no connection to {address.shown}: {text}", "check host, port and the TLS options of the URL")


def mapped_error(address: Address, error: pymysql.MySQLError) -> SourceError:
    """Our error for one of the driver's."""
    code, text = code_of(error), text_of(error)
    if code == CR.CR_CONN_HOST_ERROR:
        return _not_reached(address, error)
    if code in (ER.ACCESS_DENIED_ERROR, SOCKET_LOGIN_DENIED):
        return NotPermitted(
            f"the server does not let {address.user or 'this user'} in: {text}",
            "check user and password; the password may stand in MYSQL_PWD instead of the URL",
        )
    if code == ER.HOST_NOT_PRIVILEGED:
        return NotPermitted(text, f"CREATE USER {address.user}@<this host>, or connect from a host that has an account")
    if code in (ER.BAD_DB_ERROR, ER.NO_DB_ERROR):
        return SourceNotFound(
            f"there is no database {address.database} on that server", "SHOW DATABASES lists those that there are"
        )
    if code == ER.CON_COUNT_ERROR:
        return CannotConnect("the server has no connection left (max_connections)", "try again later")
    if code == ER.HOST_IS_BLOCKED:
        return CannotConnect(text, "FLUSH HOSTS on the server")
    if code in DENIED:
        return NotPermitted(text, f"GRANT SELECT, SHOW VIEW, TRIGGER ON `{address.database}`.* TO the account")
    if code in TIMEOUTS:
        return ConnectionLost(f"the server stopped a query of ours at its time limit: {text}", "try again when it is less busy")
    if code in _LOST:
        return ConnectionLost(f"the connection to {address.shown} broke: {text}", "check the server's error log, then try again")
    return SourceError(f"{address.shown}: {text} (error {code})", "check that the server is MariaDB 10.6+ or MySQL 8+")


@contextmanager
def mapped(address: Address) -> Iterator[None]:
    """Within the block the driver's errors become ours."""
    try:
        yield
    except pymysql.MySQLError as error:
        raise mapped_error(address, error) from error
    except RuntimeError as error:
        # caching_sha2_password without TLS needs a package that we do not require
        if "cryptography" not in str(error):
            raise
        raise CannotConnect(
            f"{address.user} logs in with caching_sha2_password, which needs TLS or the package cryptography",
            "add ssl_verify=none (or ssl_ca=…) to the URL, or pip install cryptography",
        ) from error
