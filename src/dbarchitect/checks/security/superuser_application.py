"""An application connects as a superuser.

A superuser passes every check of rights and every policy, reads and writes the server's files and runs programs on its machine. One
injected statement is then enough to lose the machine.

Ignore it for administration tools. What a session is can only be told by the name it gives itself: known tools for people and for
maintenance are left out.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._counts import counted, is_are
from dbarchitect.checks._sessions import application_sessions
from dbarchitect.model.change import Change, ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, global_subject
from dbarchitect.model.postgres import Role
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.postgres_changes import role_attribute

CODES = ("SEC-19",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def _change(role: Role, only_one: bool) -> Change:
    if only_one or role.name == "postgres":  # the bootstrap superuser cannot lose the attribute
        return advice(
            ChangeKind.SECURITY,
            f"Create a role of its own for the application, grant it what it uses, and let it connect as that role instead of {role.name}.",
            risk=Risk.MEDIUM,
        )
    return replace(
        role_attribute(role.name, "NOSUPERUSER", "SUPERUSER", "NOT rolsuper"),
        assumptions=("the role owns, or has been granted, every object that the application uses",),
        hazards=("statements that needed superuser rights fail from that moment on",),
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each superuser with named sessions that are not of a known tool."""
    superusers = [r for r in (snapshot.postgres.roles if snapshot.postgres else ()) if r.superuser]
    for role in superusers:
        sessions = application_sessions(snapshot.postgres, role.name)
        names = sorted({s.application for s in sessions if s.application})
        remote = [s for s in sessions if not s.local]
        if not names and not remote:
            continue
        shown = ", ".join(names[:3]) or "without a name, from another machine"
        yield Finding(
            subject=global_subject(SubjectKind.ROLE, role.name),
            title=f"an application connects as superuser {role.name}",
            claim=f"{counted(len(sessions), 'session')} ({shown}) {is_are(len(sessions))} connected as {role.name}, a superuser: no grant and no policy binds them.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"{counted(len(sessions), 'session')} of {role.name} at {snapshot.taken_at:%Y-%m-%d %H:%M} UTC: {shown}",
                    f"SELECT application_name, client_addr, count(*) FROM pg_stat_activity WHERE usename = '{role.name}' GROUP BY 1, 2",
                ),
            ),
            change=_change(role, len(superusers) == 1),
            severity=Severity.CRITICAL if remote else Severity.WARNING,
            confidence=Confidence.LIKELY,
            benefit="a fault in the application reaches no further than its own grants",
        )


_CONNECT = """
SET application_name = 'psql';
CREATE EXTENSION dblink;
CREATE ROLE dbarchitect_example_app LOGIN;
-- session app
SET application_name = 'psql';
SELECT dblink_connect('a', format('host=%s port=%s dbname=%s user=dbarchitect_example_app application_name=%s',
    trim('"' FROM current_setting('unix_socket_directories')), current_setting('port'), current_database(), 'shop-web'));
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_CONNECT.replace("LOGIN;", "LOGIN SUPERUSER;"),
        good=_CONNECT,
        yields=("role dbarchitect_example_app",),
    ),
    Example(
        Engine.POSTGRESQL,
        name="the only superuser",
        bad="""
-- session app
SET application_name = 'shop-web';
""",
        good="""
SET application_name = 'psql';
""",
        yields=("role postgres",),
    ),
)
