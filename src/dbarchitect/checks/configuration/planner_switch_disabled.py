"""A way to execute statements is switched off for the planner.

`enable_seqscan = off` and its sisters were made to find out why a plan is chosen. Left off for everybody, or for a role, they force worse
plans on statements that nobody looked at.

Ignore it when a measured case needs it; then set it in that transaction alone. Switches that are off by default are left out.
"""

from collections.abc import Iterator

from dbarchitect.checks._settings import is_off, known, setting_subject, show
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, global_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import change_setting, reset_scoped_setting

CODES = ("CPG-11",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_SCOPED_SOURCES = ("database", "user", "database user", "global")


def _server_wide(snapshot: Snapshot) -> Iterator[Finding]:
    for found in snapshot.postgres.settings if snapshot.postgres else ():
        setting = known(snapshot.postgres, found.name) if found.name.startswith("enable_") else None
        if setting is None or not is_off(setting) or setting.boot_value != "on" or setting.source in _SCOPED_SOURCES:
            continue
        yield Finding(
            subject=setting_subject(setting.name),
            title=f"{setting.name} is off for the whole server",
            claim=f"{setting.name} is off, from {setting.source}: the planner avoids this way in every statement, also where it is the best.",
            evidence=(
                Evidence(EvidenceKind.OBSERVED, f"pg_settings: off, from {setting.source}; on by default", show(setting.name)),
            ),
            change=change_setting(setting, "on"),
            severity=Severity.WARNING,
            weight=0.7,
            benefit="the planner may choose the cheapest plan again",
        )


def _scoped(snapshot: Snapshot) -> Iterator[Finding]:
    for scoped in snapshot.postgres.scoped_settings if snapshot.postgres else ():
        server = known(snapshot.postgres, scoped.name) or (snapshot.postgres.setting(scoped.name) if snapshot.postgres else None)
        if (
            not scoped.name.startswith("enable_")
            or scoped.value.lower() not in ("off", "false", "0", "no")
            or (server and server.boot_value != "on")
        ):
            continue
        if scoped.database not in (None, snapshot.catalog.database):
            continue
        place = (
            " in ".join(p for p in (scoped.role and f"role {scoped.role}", scoped.database and f"database {scoped.database}") if p)
            or "all roles"
        )
        name = " ".join(p for p in (scoped.role or "all roles", scoped.name) if p)
        yield Finding(
            subject=global_subject(SubjectKind.SETTING, name),
            title=f"{scoped.name} is off for {place}",
            claim=f"{scoped.name} is off for {place}: the planner avoids this way in all its statements, also where it is the best.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED, f"pg_db_role_setting: {scoped.name}={scoped.value}", "SELECT * FROM pg_db_role_setting"
                ),
            ),
            change=reset_scoped_setting(scoped),
            severity=Severity.WARNING,
            weight=0.5,
            benefit="the planner may choose the cheapest plan again",
        )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each switch that is off for the server, a role or the database."""
    yield from _server_wide(snapshot)
    yield from _scoped(snapshot)


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE ROLE dbarchitect_example_app; ALTER SYSTEM SET enable_nestloop = off; ALTER ROLE dbarchitect_example_app SET enable_seqscan = off;",
        good="ALTER SYSTEM SET enable_partitionwise_join = off; CREATE ROLE dbarchitect_example_app; ALTER ROLE dbarchitect_example_app SET enable_seqscan = on;",
        yields=("setting enable_nestloop", "setting dbarchitect_example_app enable_seqscan"),
    ),
)
