"""Every role may create objects in a schema.

CREATE for PUBLIC lets any login put tables and functions where others look for them. A function of the same name with a closer argument
type, or an operator, is then run by whoever calls what he believes to be another. Up to PostgreSQL 14 the schema `public` starts this way.

Ignore it when a single role uses the database.
"""

from collections.abc import Iterator

from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, global_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import literal, name, revoke

CODES = ("SEC-18",)
ENGINES = (Engine.POSTGRESQL,)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each schema in which PUBLIC may create."""
    for schema in snapshot.postgres.schemas if snapshot.postgres else ():
        if not schema.public_create:
            continue
        test = f"SELECT NOT has_schema_privilege('public', {literal(schema.name)}, 'CREATE')"
        yield Finding(
            subject=global_subject(SubjectKind.SCHEMA, schema.name),
            title=f"every role may create objects in schema {schema.name}",
            claim=f"PUBLIC has CREATE on schema {schema.name}: any login can add functions and tables there that other roles' statements then resolve to.",
            evidence=(Evidence(EvidenceKind.OBSERVED, f"PUBLIC has CREATE on schema {schema.name}", test.replace("NOT ", "")),),
            change=revoke(("CREATE",), f"SCHEMA {name(schema.name)}", "PUBLIC", test),
            severity=Severity.WARNING,
            benefit="only roles with a grant of their own can create there",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad='CREATE SCHEMA "Shared"; GRANT USAGE, CREATE ON SCHEMA "Shared" TO PUBLIC;',
        good='CREATE SCHEMA "Shared"; GRANT USAGE ON SCHEMA "Shared" TO PUBLIC; CREATE SCHEMA closed;',
        yields=("schema Shared",),
    ),
)
