"""Whole-number key kept as numeric.

`numeric(10,0)` keys, often left by a move from another product, take up to twice the bytes of bigint in the table and in every index, are compared by a
function instead of a machine instruction, and make joins to integer columns convert.

Ignore it for numbers beyond 19 digits.
"""

from collections.abc import Iterator

from dbarchitect.checks._tables import in_primary_key, own_tables
from dbarchitect.checks._weigh import share_of_database, table_facts, weigh
from dbarchitect.checks.types._retype import retype
from dbarchitect.model.catalog import Column, Table, TypeFamily
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import Retype, bare_literal

CODES = ("SCH-05",)
ENGINES = RELATIONAL
_DIGITS_OF_BIGINT = 18


def _is_decimal_key(table: Table, column: Column) -> bool:
    kind = column.type
    whole = (
        kind.family is TypeFamily.DECIMAL and kind.precision is not None and kind.precision <= _DIGITS_OF_BIGINT and not kind.scale
    )
    return whole and in_primary_key(table, column.name)


def _retype(engine: Engine, column: Column) -> Retype:
    if engine is not Engine.POSTGRESQL:
        return Retype(column, "bigint", default=column.default)
    default = bare_literal(column.default) or column.default if column.default else None
    return Retype(column, "bigint", "{}::bigint", f"{{}}::{column.type.text}", default)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each numeric(p,0) column of a primary key that fits bigint."""
    for table in own_tables(snapshot):
        for column in table.columns:
            if not _is_decimal_key(table, column):
                continue
            yield Finding(
                subject=column_subject(table.name, column.name),
                title=f"key {column.name} is {column.type.text}",
                claim=(
                    f"{column.name}, part of the primary key of {table.name} ({table_facts(snapshot, table)}), is {column.type.text}: more "
                    "bytes and slower comparison than bigint, which holds the same numbers."
                ),
                evidence=(
                    Evidence(EvidenceKind.OBSERVED, f"declared as {column.type.text}, at most {column.type.precision} digits"),
                ),
                change=retype(snapshot, limits, table, (_retype(snapshot.engine, column),)),
                severity=min(Severity.WARNING, weigh(snapshot, table, limits), key=lambda s: s.value),
                weight=share_of_database(snapshot, table),
                benefit="8 bytes and integer comparison in the key and its indexes",
            )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE parts (part_no numeric(10, 0) PRIMARY KEY, price numeric(10, 2)); INSERT INTO parts VALUES (1, 2);",
        good="CREATE TABLE parts (part_no bigint PRIMARY KEY, price numeric(10, 2)); CREATE TABLE big (n numeric(30) PRIMARY KEY);",
        yields=("column public.parts.part_no",),
    ),
    Example(
        Engine.MARIADB,
        bad="CREATE TABLE parts (part_no decimal(10, 0) PRIMARY KEY, price decimal(10, 2)); INSERT INTO parts VALUES (1, 2);",
        good="CREATE TABLE parts (part_no bigint PRIMARY KEY, price decimal(10, 2)); CREATE TABLE big (n decimal(30) PRIMARY KEY);",
        yields=("column {database}.parts.part_no",),
    ),
)
