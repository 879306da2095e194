"""An application connects as the owner of its tables.

An owner may drop and alter its tables, disable triggers and grant rights, and is not bound by row security unless it is forced. An
application needs none of that; a migration does. With two roles, one injected statement cannot drop a table.

Ignore it when the application migrates its own schema at start and that is wanted.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted, is_are
from dbarchitect.checks._sessions import application_sessions
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, global_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.postgres_changes import literal

CODES = ("NEW-06",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each role, not a superuser, with application sessions and tables of its own."""
    for role in snapshot.postgres.roles if snapshot.postgres else ():
        sessions = [s for s in application_sessions(snapshot.postgres, role.name) if s.database == snapshot.catalog.database]
        owned = [t for t in snapshot.catalog.tables if t.owner == role.name]
        if role.superuser or not sessions or not owned:
            continue
        yield Finding(
            subject=global_subject(SubjectKind.ROLE, role.name),
            title=f"application role {role.name} owns {counted(len(owned), 'table')}",
            claim=f"{counted(len(sessions), 'application session')} {is_are(len(sessions))} connected as {role.name}, which owns {len(owned)} of {len(snapshot.catalog.tables)} tables: "
            "the application may drop and alter them and passes their policies unless row security is forced.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"pg_class.relowner of {counted(len(owned), 'table')}, pg_stat_activity with {counted(len(sessions), 'session')}",
                    f"SELECT count(*) FROM pg_tables WHERE tableowner = {literal(role.name)}",
                ),
            ),
            change=advice(
                ChangeKind.SECURITY,
                f"Keep {role.name} as the role that owns and migrates. Create a second login for the application, grant it SELECT, INSERT, UPDATE and DELETE "
                "on the tables and USAGE on the sequences, add ALTER DEFAULT PRIVILEGES for tables to come, and change the application's URL.",
                risk=Risk.MEDIUM,
            ),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY,
            benefit="a fault in the application cannot change the schema",
        )


_CONNECT = """
CREATE EXTENSION dblink;
CREATE ROLE dbarchitect_example_app LOGIN;
CREATE ROLE dbarchitect_example_owner;
CREATE TABLE orders (id bigint PRIMARY KEY);
ALTER TABLE orders OWNER TO dbarchitect_example_owner;
-- session app
SELECT dblink_connect('a', format('host=%s port=%s dbname=%s user=dbarchitect_example_app application_name=%s',
    trim('"' FROM current_setting('unix_socket_directories')), current_setting('port'), current_database(), 'shop-web'));
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_CONNECT.replace("OWNER TO dbarchitect_example_owner", "OWNER TO dbarchitect_example_app"),
        good=_CONNECT,
        yields=("role dbarchitect_example_app",),
    ),
)
