"""Key over floating-point numbers.

Two numbers that print alike may differ in the last bit, and the same sum computed in another order is another key: look-ups miss
rows, duplicates stay, references break.

Ignore it for keys whose values are copied from a device and never computed.
"""

from collections.abc import Iterator

from dbarchitect.checks._tables import is_referenced
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.keys._retype_key import retype_keys
from dbarchitect.model.catalog import Column, Key, Table, TypeFamily
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SCH-05", "TYP-01")
ENGINES = (Engine.POSTGRESQL,)


def _floating(table: Table) -> Iterator[tuple[Key, Column]]:
    seen = set()
    for key in table.keys:
        for name in key.columns:
            column = table.column(name)
            if column is not None and column.type.family is TypeFamily.FLOAT and name not in seen:
                seen.add(name)
                yield key, column


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each floating-point column of a primary key or unique constraint."""
    for table in snapshot.catalog.tables:
        if table.is_partition:
            continue
        for key, column in _floating(table):
            linked = is_referenced(snapshot, table, column.name)
            change = (
                advice(
                    ChangeKind.SCHEMA,
                    f"Give {column.name} and the columns that reference it the type numeric or bigint together.",
                    risk=Risk.HIGH,
                )
                if linked
                else retype_keys(snapshot, [(table, column)], "numeric")
            )
            yield Finding(
                subject=column_subject(table.name, column.name),
                title=f"key column {column.name} of {table.name.name} is a float",
                claim=(
                    f"{column.name} ({column.type.text}) is part of {key.name} on {table.name} ({table_facts(snapshot, table)}); equality of "
                    "floating-point numbers fails after the least computation."
                ),
                evidence=(Evidence(EvidenceKind.OBSERVED, f"{key.definition or key.name}; {column.name} is {column.type.text}"),),
                change=change,
                severity=Severity.WARNING,
                weight=share_of_database(snapshot, table),
                benefit="equal numbers are equal keys",
            )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE points (x double precision, y real, PRIMARY KEY (x, y));",
        good="CREATE TABLE points (id bigint PRIMARY KEY, x double precision, price numeric UNIQUE);",
        yields=("column public.points.x", "column public.points.y"),
    ),
)
