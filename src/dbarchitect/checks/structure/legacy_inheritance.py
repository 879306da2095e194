"""Tables tied by old-style inheritance.

INHERITS gives a child the parent's columns but neither its primary key nor its foreign keys: the same key may stand in both, references to the parent
do not see the children's rows, and every query of the parent reads all children.

Ignore it when the parent is only a set of common columns and nothing reads rows through it.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import listed
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, QualifiedName, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SCH-27",)
ENGINES = (Engine.POSTGRESQL,)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table that others inherit from, partitions apart."""
    children: dict[QualifiedName, list[str]] = {}
    for table in snapshot.catalog.tables:
        for parent in table.inherits if not table.is_partition else ():
            children.setdefault(parent, []).append(table.name.name)
    for parent, names in children.items():
        found = snapshot.table(parent)
        if found is None:
            continue
        pointed = [k.name for _, k in snapshot.catalog.references() if k.target == parent]
        blind = f"; foreign key {pointed[0]} sees the parent's own rows alone" if pointed else ""
        yield Finding(
            subject=table_subject(parent),
            title=f"old-style inheritance by {listed(names)}",
            claim=(
                f"{listed(names)} inherit from {parent} ({table_facts(snapshot, found)}): no key is unique across them, and no reference to the "
                f"parent finds their rows{blind}."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"{len(names)} {'child' if len(names) == 1 else 'children'} by INHERITS"),),
            change=advice(
                ChangeKind.MIGRATION,
                "Children that split one kind of row by time or number: create a partitioned table, ALTER TABLE child NO INHERIT parent, then "
                "ATTACH PARTITION. Children that are kinds of a thing: give each its own table with a foreign key to the common one.",
                risk=Risk.MEDIUM,
            ),
            severity=Severity.WARNING if pointed else Severity.NOTICE,
            confidence=Confidence.PROVEN if pointed else Confidence.LIKELY,
            weight=share_of_database(snapshot, found),
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE cities (id bigint PRIMARY KEY, name text); CREATE TABLE capitals (country text) INHERITS (cities);",
        good="""
CREATE TABLE logs (at date NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE logs_2025 PARTITION OF logs FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
""",
        yields=("table public.cities",),
    ),
)
