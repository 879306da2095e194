"""Foreign key into another schema.

Where schemas are meant as borders between modules, a key across them ties the modules' releases, owners and restores together.

Ignore it where schemas merely sort tables.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import share_of_database
from dbarchitect.model.change import ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, constraint_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SCH-32",)
ENGINES = (Engine.POSTGRESQL,)
STYLE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each foreign key whose target stands in another schema."""
    for table, key in snapshot.catalog.references():
        if key.target.schema == table.name.schema or key.inherited:
            continue
        yield Finding(
            subject=constraint_subject(table.name, key.name),
            title=f"foreign key into schema {key.target.schema}",
            claim=f"{key.name} ties {table.name} to {key.target}: the two schemas can no longer be released or restored apart.",
            evidence=(Evidence(EvidenceKind.OBSERVED, f"its target is {key.target}"),),
            change=advice(ChangeKind.SCHEMA, "Whether the schemas are borders is yours to say."),
            severity=Severity.STYLE,
            weight=share_of_database(snapshot, table),
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE SCHEMA billing; CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE billing.invoices (id bigint PRIMARY KEY, user_id bigint CONSTRAINT to_user REFERENCES users);
""",
        good="CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE invoices (id bigint PRIMARY KEY, user_id bigint REFERENCES users);",
        yields=("constraint billing.invoices.to_user",),
    ),
)
