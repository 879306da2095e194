"""Anonymous account.

An account without a name takes every user name that has no account of its own on that host. It is a door of old installations
that nobody means to keep, and it shadows accounts that are declared for any host: they are refused from that host.

There is hardly a reason to ignore it; a public read-only demo may be one.
"""

from collections.abc import Iterator

from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import MYSQL_FAMILY, Engine, SubjectKind, global_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.mysql_changes import lock_account, quote_account

CODES = ("SEC-21",)
ENGINES = MYSQL_FAMILY
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each account without a name."""
    for account in snapshot.mysql.accounts if snapshot.mysql else ():
        if account.user or account.locked:
            continue
        named = quote_account(snapshot.engine, "", account.host)
        yield Finding(
            subject=global_subject(SubjectKind.ROLE, f"''@{account.host}"),
            title=f"anonymous account on {account.host}",
            claim=f"{named} lets in every user name{' without a password' if account.password_empty else ''} from {account.host}.",
            evidence=(Evidence(EvidenceKind.OBSERVED, "an account whose user is empty", f"SHOW GRANTS FOR {named}"),),
            change=lock_account(snapshot.engine, "", account.host),
            severity=Severity.WARNING,
            weight=0.8,
            benefit="only named accounts get in",
        )


EXAMPLES = (
    Example(
        Engine.MARIADB,
        bad="CREATE USER ''@localhost;",
        good="CREATE USER dbarchitect_named@localhost IDENTIFIED BY 'a long secret';",
        yields=("role ''@localhost",),
    ),
)
