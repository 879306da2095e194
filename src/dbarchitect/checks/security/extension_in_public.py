"""An extension is installed in the schema public.

Its functions and operators stand among the application's own, are dumped and searched with them, and clash with names to come. House
style: off by default.

Ignore it when the application relies on finding them without a schema.
"""

from collections.abc import Iterator

from dbarchitect.model.change import ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, global_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.postgres_changes import literal, name

CODES = ("SEC-17",)
ENGINES = (Engine.POSTGRESQL,)
STYLE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each extension in public."""
    for extension in snapshot.postgres.extensions if snapshot.postgres else ():
        if extension.schema != "public":
            continue
        yield Finding(
            subject=global_subject(SubjectKind.EXTENSION, extension.name),
            title=f"extension {extension.name} is in schema public",
            claim=f"The objects of {extension.name} {extension.version} stand in public, among the application's own.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    "pg_extension.extnamespace is public",
                    f"SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = {literal(extension.name)}",
                ),
            ),
            change=advice(
                ChangeKind.SCHEMA,
                f"CREATE SCHEMA extensions; ALTER EXTENSION {name(extension.name)} SET SCHEMA extensions (some cannot move: drop and create those), "
                "and add extensions to the search_path of the roles that use it.",
            ),
            severity=Severity.STYLE,
            weight=0.1,
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE EXTENSION pg_trgm;",
        good="CREATE SCHEMA extensions; CREATE EXTENSION pg_trgm SCHEMA extensions;",
        yields=("extension pg_trgm",),
    ),
)
