"""Sessions from other machines are not encrypted.

Without TLS everybody on the way can read and change what is asked and answered, and with it the data.

Ignore it when the network between the machines is private or encrypted below (WireGuard, a service mesh).
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted, is_are
from dbarchitect.checks._sessions import clients
from dbarchitect.checks._settings import is_off, known
from dbarchitect.model.change import ChangeKind, Risk, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, global_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SEC-22",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when any session of another machine is not encrypted."""
    open_sessions = [s for s in clients(snapshot.postgres) if not s.local and s.ssl is False]
    if not open_sessions:
        return
    users = ", ".join(sorted({s.user or "unknown" for s in open_sessions})[:5])
    off = is_off(known(snapshot.postgres, "ssl"))
    remedy = (
        "Put a certificate and its key where ssl_cert_file and ssl_key_file point, set ssl = on and reload; then "
        if off
        else "The server offers TLS; "
    )
    yield Finding(
        subject=global_subject(SubjectKind.SETTING, "ssl"),
        title="sessions from other machines without TLS",
        claim=f"{counted(len(open_sessions), 'session')} from other machines ({users}) {is_are(len(open_sessions))} not encrypted{'; the server has ssl off' if off else ''}.",
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED,
                f"pg_stat_ssl shows ssl false for {counted(len(open_sessions), 'session')} with an address",
                "SELECT a.usename, a.client_addr, s.ssl FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid) WHERE a.client_addr IS NOT NULL",
            ),
        ),
        change=advice(
            ChangeKind.SECURITY,
            remedy + "let clients connect with sslmode=verify-full and make the rules of pg_hba.conf hostssl.",
            risk=Risk.MEDIUM,
            verify=Verification("SELECT current_setting('ssl')", "on") if off else None,
        ),
        severity=Severity.WARNING,
        confidence=Confidence.LIKELY,
        benefit="nobody on the way can read or change the traffic",
    )


EXAMPLES: tuple[Example, ...] = ()
UNSHOWN = "the servers of the examples listen on no network"
