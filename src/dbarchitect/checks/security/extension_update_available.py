"""An extension's objects are older than its files on the server.

After an upgrade the server has the new library, but the SQL objects stay as they were until ALTER EXTENSION … UPDATE: new functions are
missing and fixes in SQL are not in force.

Ignore it when the application depends on the older objects.
"""

from collections.abc import Iterator

from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, global_subject
from dbarchitect.model.postgres import Extension
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import literal, name

CODES = ("SEC-17",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def _change(extension: Extension, newest: str) -> Change:
    verify = (
        f"SELECT EXISTS (SELECT FROM pg_extension WHERE extname = {literal(extension.name)} AND extversion = {literal(newest)})"
    )
    return Change(
        ChangeKind.SECURITY, Strategy.STANDARD, (Step(f"ALTER EXTENSION {name(extension.name)} UPDATE TO {literal(newest)}"),), (),
        "the extension's own objects, while its script runs", "usually under a second; read the extension's release notes",
        Verification(verify, "t"), risk=Risk.MEDIUM, no_undo="extensions bring scripts for going forward only",
    )  # fmt: skip


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each extension with a newer version on the server."""
    for extension in snapshot.postgres.extensions if snapshot.postgres else ():
        newest = extension.available_version
        if newest is None or newest == extension.version:
            continue
        yield Finding(
            subject=global_subject(SubjectKind.EXTENSION, extension.name),
            title=f"extension {extension.name} can be updated to {newest}",
            claim=f"{extension.name} is installed as {extension.version}; the server's files offer {newest}.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"pg_available_extensions: installed {extension.version}, default {newest}",
                    f"SELECT installed_version, default_version FROM pg_available_extensions WHERE name = {literal(extension.name)}",
                ),
            ),
            change=_change(extension, newest),
            severity=Severity.NOTICE,
            weight=0.1,
            benefit="the extension's SQL objects match its library",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE EXTENSION pg_trgm VERSION '1.5';",
        good="CREATE EXTENSION pg_trgm;",
        yields=("extension pg_trgm",),
    ),
)
