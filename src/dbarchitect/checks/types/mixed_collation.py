"""Foreign key between texts of different collations.

Joining the two columns fails with "could not determine which collation to use" or silently takes one side's order; an index of the other
collation then cannot serve ranges and sorting.

Ignore it when the difference is meant, and joins name a collation.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import share_of_database
from dbarchitect.model.catalog import TEXTUAL
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, constraint_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("TYP-16",)
ENGINES = (Engine.POSTGRESQL,)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each foreign key between text columns whose collations differ."""
    for table, key in snapshot.catalog.references():
        parent = snapshot.table(key.target)
        if parent is None or key.inherited:
            continue
        for here, there in zip(key.columns, key.target_columns, strict=True):
            mine, its = table.column(here), parent.column(there)
            if mine is None or its is None or mine.type.family not in TEXTUAL or mine.collation == its.collation:
                continue
            ours, theirs = mine.collation or "default", its.collation or "default"
            yield Finding(
                subject=constraint_subject(table.name, key.name),
                title=f"{here} and {there} sort differently",
                claim=(
                    f"{key.name} ties {table.name}.{here} (collation {ours}) to {parent.name}.{there} (collation {theirs}): sorting or "
                    "comparing their join by order fails or takes one side's rules."
                ),
                evidence=(Evidence(EvidenceKind.OBSERVED, f"declared with the collations {ours} and {theirs}"),),
                change=advice(
                    ChangeKind.SCHEMA,
                    f"Decide which collation is right, then drop {key.name}, ALTER COLUMN … TYPE {mine.type.text} COLLATE … on the other side "
                    "(its indexes are built anew), and add the foreign key again NOT VALID and validate it.",
                    risk=Risk.MEDIUM,
                ),
                severity=Severity.NOTICE,
                weight=share_of_database(snapshot, table),
            )
            break


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE countries (code text COLLATE "C" PRIMARY KEY);
CREATE TABLE cities (id bigint PRIMARY KEY, country text CONSTRAINT cities_country REFERENCES countries);
""",
        good="""
CREATE TABLE countries (code text COLLATE "C" PRIMARY KEY);
CREATE TABLE cities (id bigint PRIMARY KEY, country text COLLATE "C" REFERENCES countries, name text);
""",
        yields=("constraint public.cities.cities_country",),
    ),
)
