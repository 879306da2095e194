"""Key over floating-point numbers.

Two numbers that print alike may differ in the last bit, and the same sum computed in another order is another key: look-ups miss
rows, duplicates stay, references break.

Ignore it for keys whose values are copied from a device and never computed.
"""

from collections.abc import Iterator

from dbarchitect.checks._tables import is_referenced
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.keys._remedies import shown_definition
from dbarchitect.checks.keys._retype_key import retype_keys
from dbarchitect.model.catalog import Column, Key, Table, TypeFamily
from dbarchitect.model.change import Change, ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.columns import Retype
from dbarchitect.sql.mysql_columns import modify_types

CODES = ("SCH-05", "TYP-01")
ENGINES = RELATIONAL


def _floating(table: Table) -> Iterator[tuple[Key, Column]]:
    seen = set()
    for key in table.keys:
        for name in key.columns:
            column = table.column(name)
            if column is not None and column.type.family is TypeFamily.FLOAT and name not in seen:
                seen.add(name)
                yield key, column


def _change(snapshot: Snapshot, table: Table, column: Column) -> Change:
    if snapshot.engine is Engine.POSTGRESQL:
        return retype_keys(snapshot, [(table, column)], "numeric")
    retype = Retype(column, "decimal(30,10)", default=column.default)
    why = "decimal(30,10) keeps ten digits behind the point and rounds the rest: values that agree in these become one key"
    change = modify_types(snapshot.engine, table, shown_definition(snapshot, table), (retype,), hazards=(why,))
    return change or advice(
        ChangeKind.SCHEMA, f"Give {column.name} a decimal type by MODIFY COLUMN with its whole clause.", risk=Risk.HIGH
    )


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
                    f"Give {column.name} and the columns that reference it the type decimal or bigint together.",
                    risk=Risk.HIGH,
                )
                if linked
                else _change(snapshot, table, column)
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
    Example(
        Engine.MARIADB,
        bad="CREATE TABLE points (x double, y float COMMENT 'float', PRIMARY KEY (x, y)); INSERT INTO points VALUES (1.5, 2.25);",
        good="CREATE TABLE points (id bigint PRIMARY KEY, x double, price decimal(10, 2) UNIQUE);",
        yields=("column {database}.points.x", "column {database}.points.y"),
    ),
)
