"""The server logs every statement, or asks the name service for every connection.

`log_statement = all` and `log_min_duration_statement = 0` write each statement with its values, secrets included, to the log: the disk and the
log's lock become the limit. `log_hostname` makes each connection wait for the name service.

Ignore it while a problem is being looked for, and for servers that must keep such a record.
"""

from collections.abc import Iterator

from dbarchitect.checks._settings import known, setting_subject, show
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import change_setting

CODES = ("CPG-16",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_LOUD = (
    ("log_statement", "all", "ddl", "every statement is written to the log with its values"),
    ("log_min_duration_statement", "0", "1000", "every statement is written to the log with its values and duration"),
    ("log_duration", "on", "off", "a line is written to the log for every statement"),
    ("log_hostname", "on", "off", "every connection waits for the name service"),
)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each such setting."""
    for name, loud, better, effect in _LOUD:
        setting = known(snapshot.postgres, name)
        if setting is None or setting.value != loud:
            continue
        yield Finding(
            subject=setting_subject(name),
            title=f"{name} is {loud}",
            claim=f"{name} is {loud}, from {setting.source}: {effect}.",
            evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_settings: {loud}, from {setting.source}", show(name)),),
            change=change_setting(setting, better),
            severity=Severity.NOTICE,
            weight=0.4,
            benefit="less is written, and no values",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="ALTER SYSTEM SET log_statement = 'all'; ALTER SYSTEM SET log_hostname = on;",
        good="ALTER SYSTEM SET log_statement = 'ddl'; ALTER SYSTEM SET log_min_duration_statement = '500ms';",
        yields=("setting log_statement", "setting log_hostname"),
    ),
)
