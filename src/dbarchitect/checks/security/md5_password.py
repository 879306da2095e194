"""A role's password is stored as an MD5 hash.

The stored MD5 value is enough to log in, and it is broken in seconds for common passwords. SCRAM-SHA-256 has been available since
PostgreSQL 10; version 18 warns of MD5 passwords and a later one will refuse them.

Ignore it when a driver in use is older than SCRAM and cannot be replaced.
"""

from collections.abc import Iterator

from dbarchitect.model.change import ChangeKind, Risk, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, global_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.postgres_changes import literal, name

CODES = ("SEC-20", "CPG-19")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each login with an MD5 password."""
    for role in snapshot.postgres.roles if snapshot.postgres else ():
        if role.password_kind != "md5" or not role.login:
            continue
        test = f"SELECT rolpassword LIKE 'SCRAM-SHA-256%' FROM pg_authid WHERE rolname = {literal(role.name)}"
        yield Finding(
            subject=global_subject(SubjectKind.ROLE, role.name),
            title=f"role {role.name} has an MD5 password",
            claim=f"The password of {role.name} is stored as an MD5 hash: who reads it can log in with it, and later servers will refuse it.",
            evidence=(Evidence(EvidenceKind.OBSERVED, "its entry in pg_authid starts with md5", test),),
            change=advice(
                ChangeKind.SECURITY,
                f"Set password_encryption to scram-sha-256, then set the role's password again: \\password {name(role.name)} in psql.",
                risk=Risk.MEDIUM,
                verify=Verification(test, "t"),
            ),
            severity=Severity.CRITICAL if role.superuser else Severity.WARNING,
            benefit="the stored value cannot be used to log in",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE ROLE dbarchitect_example_old LOGIN PASSWORD 'md50123456789abcdef0123456789abcdef';",
        good="CREATE ROLE dbarchitect_example_new LOGIN PASSWORD 'correct horse'; CREATE ROLE dbarchitect_example_peer LOGIN;",
        yields=("role dbarchitect_example_old",),
    ),
)
