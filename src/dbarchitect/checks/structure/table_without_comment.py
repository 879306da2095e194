"""Tables without a comment.

COMMENT ON keeps one sentence of meaning where every tool shows it; without it a newcomer reads code to learn what a row is.

Ignore it where a data dictionary is kept elsewhere.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import listed
from dbarchitect.checks._tables import own_tables
from dbarchitect.model.change import ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, global_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("NAM-08",)
ENGINES = (Engine.POSTGRESQL,)
STYLE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each schema, with its tables that have no comment."""
    bare: dict[str, list[str]] = {}
    for table in own_tables(snapshot):
        if not table.comment:
            bare.setdefault(table.name.schema, []).append(table.name.name)
    for schema, names in bare.items():
        yield Finding(
            subject=global_subject(SubjectKind.SCHEMA, schema),
            title=f"{len(names)} tables without a comment" if len(names) > 1 else f"table {names[0]} has no comment",
            claim=f"Nothing says what a row is of {listed(names)}.",
            evidence=(Evidence(EvidenceKind.OBSERVED, f"{len(names)} without a comment in schema {schema}"),),
            change=advice(
                ChangeKind.SCHEMA, "COMMENT ON TABLE … IS 'one sentence: what one row is'; the sentence is yours to write."
            ),
            severity=Severity.STYLE,
            weight=0.1,
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE t (id bigint PRIMARY KEY);",
        good="CREATE TABLE t (id bigint PRIMARY KEY); COMMENT ON TABLE t IS 'One row is one thing';",
        yields=("schema public",),
    ),
)
