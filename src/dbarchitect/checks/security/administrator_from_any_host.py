"""Administrator who may log in from anywhere.

An account with SUPER and the host `%` needs one leaked password and any machine that reaches the port. Administrators come
from a few known places; accounts can say so.

Ignore it when a firewall or a private network already says so, and logins need TLS certificates.
"""

from collections.abc import Iterator

from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.mysql import Account
from dbarchitect.model.names import MYSQL_FAMILY, Engine, SubjectKind, global_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.identifiers import quote_literal
from dbarchitect.sql.mysql_changes import quote_account

CODES = ("SEC-21", "SEC-19")
ENGINES = MYSQL_FAMILY
NEEDS_LIVE = True
_INSIDE = "10.%"


def _change(snapshot: Snapshot, account: Account, taken: set[tuple[str, str]]) -> Change:
    if (account.user, _INSIDE) in taken:
        return advice(ChangeKind.SECURITY, f"Drop the account: {account.user} has one for {_INSIDE} already.")
    engine = snapshot.engine
    before, after = quote_account(engine, account.user, account.host), quote_account(engine, account.user, _INSIDE)
    user = quote_literal(engine, account.user)
    return Change(
        ChangeKind.SECURITY,
        Strategy.STANDARD,
        (Step(f"RENAME USER {before} TO {after}"),),
        (Step(f"RENAME USER {after} TO {before}"),),
        "none",
        "milliseconds; open sessions go on",
        Verification(f"SELECT count(*) FROM mysql.user WHERE user = {user} AND host = '%'", "0"),
        risk=Risk.MEDIUM,
        assumptions=(f"administrators come from {_INSIDE}: put your own network there",),
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each unlocked administrator with the host %."""
    accounts = snapshot.mysql.accounts if snapshot.mysql else ()
    taken = {(a.user, a.host) for a in accounts}
    for account in accounts:
        if not (account.superuser and account.host == "%" and account.user) or account.locked:
            continue
        named = quote_account(snapshot.engine, account.user, account.host)
        yield Finding(
            subject=global_subject(SubjectKind.ROLE, f"{account.user}@{account.host}"),
            title=f"{account.user} administers from any host",
            claim=f"{named} has the SUPER right and may log in from every address.",
            evidence=(Evidence(EvidenceKind.OBSERVED, "SUPER on *.*, host %", f"SHOW GRANTS FOR {named}"),),
            change=_change(snapshot, account, taken),
            severity=Severity.WARNING,
            weight=0.8,
            benefit="a leaked password alone is not enough",
        )


EXAMPLES = (
    Example(
        Engine.MARIADB,
        bad="CREATE USER dbarchitect_boss@'%' IDENTIFIED BY 'a long secret'; GRANT ALL ON *.* TO dbarchitect_boss@'%';",
        good="""
CREATE USER dbarchitect_boss@'10.1.%' IDENTIFIED BY 'a long secret'; GRANT ALL ON *.* TO dbarchitect_boss@'10.1.%';
CREATE USER dbarchitect_app@'%' IDENTIFIED BY 'a long secret'; GRANT SELECT ON *.* TO dbarchitect_app@'%';
""",
        yields=("role dbarchitect_boss@%",),
    ),
)
