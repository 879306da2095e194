"""What only this family of servers has: variables, status, accounts."""

from collections.abc import Sequence

from dbarchitect.engines.mysql.session import Row, Session
from dbarchitect.engines.mysql.usage import grantee
from dbarchitect.model.mysql import Account, Variable
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Gap

# variables that may hold a password or somebody's SQL
_SECRET = frozenset(
    {
        "init_connect", "init_slave", "init_replica", "init_file", "report_password", "wsrep_sst_auth", "wsrep_provider_options",
        "ssl_passphrase", "tls_passphrase", "proxy_protocol_networks",
    }
)  # fmt: skip
# logins that check a stored secret: an empty one lets anybody in
_PASSWORD_PLUGINS = frozenset(
    {"mysql_native_password", "mysql_old_password", "caching_sha2_password", "sha256_password", "ed25519", "parsec"}
)


def read_variables(session: Session, query: str) -> tuple[Variable, ...]:
    """Global variables, or status counters, without those that may hold a secret."""
    rows = session.rows(query)
    return tuple(Variable(str(r["Variable_name"]), str(r["Value"])) for r in rows if r["Variable_name"] not in _SECRET)


def _account(row: Row) -> Account:
    empty = bool(row["password_empty"]) if row["plugin"] in _PASSWORD_PLUGINS else False
    return Account(str(row["name"]), str(row["host"]), str(row["plugin"]), empty, bool(row["superuser"]), bool(row["locked"]))


def read_accounts(session: Session, gaps: list[Gap]) -> tuple[Account, ...]:
    """The server's accounts, without roles and without anything of their passwords; a gap when they may not be read."""
    table = "mysql.global_priv" if session.engine is Engine.MARIADB else "mysql.user"
    checks = ("account_without_password", "anonymous_account", "administrator_from_any_host")
    gap = Gap("accounts and their passwords", "", f"GRANT SELECT ON {table} TO {grantee(session.account)}", checks)
    rows: Sequence[Row] = session.rows_or_gap("accounts", gap, gaps) or ()
    return tuple(_account(row) for row in rows)
