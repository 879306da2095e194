"""More superusers than a server needs.

Each superuser that can log in is a way past every right and policy. Two or three are enough: one for the administrators, one for the
system's own jobs.

Ignore it when each of them belongs to a named administrator.
"""

from collections.abc import Iterator

from dbarchitect.model.change import ChangeKind, Risk, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, server_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SEC-19",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
ENOUGH = 3
_COUNT = "SELECT count(*) FROM pg_roles WHERE rolsuper AND rolcanlogin"


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when more than three superusers can log in."""
    names = sorted(r.name for r in (snapshot.postgres.roles if snapshot.postgres else ()) if r.superuser and r.login)
    if len(names) <= ENOUGH:
        return
    shown = ", ".join(names[:8])
    yield Finding(
        subject=server_subject("superusers"),
        title=f"{len(names)} superusers can log in",
        claim=f"{len(names)} roles are superusers and can log in: {shown}. Each of them passes every right and policy of the server.",
        evidence=(
            Evidence(EvidenceKind.OBSERVED, f"pg_roles: {shown}", "SELECT rolname FROM pg_roles WHERE rolsuper AND rolcanlogin"),
        ),
        change=advice(
            ChangeKind.SECURITY,
            "Take the attribute from those that do not need it (ALTER ROLE … NOSUPERUSER) and give them what they do need, such as "
            f"pg_monitor, {'pg_read_all_data' if snapshot.catalog.version.major >= 14 else 'SELECT on tables'} or pg_signal_backend.",
            risk=Risk.MEDIUM,
            verify=Verification(f"SELECT ({_COUNT}) <= {ENOUGH}", "t"),
        ),
        severity=Severity.NOTICE,
        confidence=Confidence.LIKELY,
        benefit="fewer accounts whose loss is the loss of the server",
    )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE ROLE dbarchitect_example_a LOGIN SUPERUSER;
CREATE ROLE dbarchitect_example_b LOGIN SUPERUSER;
CREATE ROLE dbarchitect_example_c LOGIN SUPERUSER;
""",
        good="CREATE ROLE dbarchitect_example_a LOGIN SUPERUSER; CREATE ROLE dbarchitect_example_b SUPERUSER NOLOGIN; CREATE ROLE dbarchitect_example_c LOGIN;",
        yields=("server superusers",),
    ),
)
