"""Account that lets anybody in without a password.

Whoever reaches the server's port, or a socket that everybody may open, is that account, with all its rights.

Ignore it on a machine of one user's own. Accounts that are locked, and those that the operating system identifies (unix_socket,
auth_socket, PAM), are left out.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import MYSQL_FAMILY, Engine, SubjectKind, global_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.mysql_changes import lock_account, quote_account

CODES = ("SEC-20",)
ENGINES = MYSQL_FAMILY
NEEDS_LIVE = True
_LOCAL = ("localhost", "127.0.0.1", "::1")


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each named account with an empty password."""
    for account in snapshot.mysql.accounts if snapshot.mysql else ():
        if not account.user or account.locked or not account.password_empty:
            continue
        grave = account.superuser or account.host not in _LOCAL
        named = quote_account(snapshot.engine, account.user, account.host)
        rights = "with the rights of an administrator " if account.superuser else ""
        yield Finding(
            subject=global_subject(SubjectKind.ROLE, f"{account.user}@{account.host}"),
            title=f"account {account.user}@{account.host} has no password",
            claim=f"{named} logs in {rights}by {account.authentication} with an empty password.",
            evidence=(Evidence(EvidenceKind.OBSERVED, "its authentication string is empty", f"SHOW CREATE USER {named}"),),
            change=replace(
                lock_account(snapshot.engine, account.user, account.host),
                hazards=("programs that log in with it are refused from then on",),
                assumptions=(f"or keep it and give it a password that its programs know: ALTER USER {named} IDENTIFIED BY …",),
            ),
            severity=Severity.CRITICAL if grave else Severity.WARNING,
            weight=1.0,
            benefit="nobody gets in without a secret",
        )


EXAMPLES = (
    Example(
        Engine.MARIADB,
        bad="CREATE USER dbarchitect_open@'%'; CREATE USER dbarchitect_desk@localhost; GRANT SELECT ON *.* TO dbarchitect_open@'%';",
        good="""
CREATE USER dbarchitect_secret@'%' IDENTIFIED BY 'a long secret';
CREATE USER dbarchitect_socket@localhost IDENTIFIED VIA unix_socket;
CREATE USER dbarchitect_locked@localhost ACCOUNT LOCK;
""",
        yields=("role dbarchitect_open@%", "role dbarchitect_desk@localhost"),
    ),
)
