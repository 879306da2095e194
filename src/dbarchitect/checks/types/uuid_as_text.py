"""UUIDs kept in a text column.

A UUID has 16 bytes; as text it takes 37 in every row and in every index that holds it, compares slower, and two spellings of the same
value (upper case, without dashes) are different.

Ignore it when the column must also take values that are no UUIDs; one such value keeps it out of this list.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import in_bytes, share_of_database, table_facts, weigh
from dbarchitect.checks.types._retype import retype
from dbarchitect.checks.types._shapes import Shaped, shaped_columns
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.questions import TextShape
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import Retype, bare_literal

CODES = ("TYP-11",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_SAVED = 37 - 16


def _saving(snapshot: Snapshot, shaped: Shaped) -> tuple[int, int]:
    copies = 1 + sum(shaped.column.name in (*i.columns, *i.include) for i in shaped.table.indexes)
    return int((snapshot.rows(shaped.table) or 0) * _SAVED * copies), copies - 1


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each text column whose values are all UUIDs."""
    for shaped in shaped_columns(snapshot, limits):
        table, column = shaped.table, shaped.column
        if not shaped.all_are(TextShape.UUID):
            continue
        saved, indexes = _saving(snapshot, shaped)
        places = f"in the table and in {indexes} of its indexes" if indexes else "in each row"
        every = "every value" if shaped.answer.reach.complete else "every value of the sample"
        default = bare_literal(column.default) or f"({column.default})::uuid" if column.default else None
        yield Finding(
            subject=column_subject(table.name, column.name),
            title=f"{column.name} holds UUIDs as text",
            claim=(
                f"{column.name} of {table.name} ({table_facts(snapshot, table)}) is {column.type.text}, and {every} is a UUID: 37 bytes "
                f"instead of 16 {places}, and two spellings of one value differ."
            ),
            evidence=(
                shaped.evidence,
                Evidence(EvidenceKind.ESTIMATED, f"21 bytes × rows × copies = {in_bytes(saved)}"),
            ),
            change=retype(
                snapshot, limits, table, (Retype(column, "uuid", "{}::uuid", "{}::text", default),),
                hazards=(*shaped.hazards, "undo spells all values in lower case with dashes"),
            ),
            severity=max(Severity.NOTICE, weigh(snapshot, table, limits), key=lambda s: s.value)
            if saved > 100 * limits.small_table_bytes else Severity.NOTICE,
            confidence=shaped.confidence,
            weight=share_of_database(snapshot, table),
            benefit=f"about {in_bytes(saved)} less to store and cache (estimated)",
        )  # fmt: skip


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE devices (id varchar(36) PRIMARY KEY DEFAULT gen_random_uuid()::text, seen date);
INSERT INTO devices SELECT md5(i::text)::uuid::text, date '2025-01-01' FROM generate_series(1, 3000) i;
ANALYZE;
""",
        good="""
CREATE TABLE devices (id uuid PRIMARY KEY, digest text, reference text);
INSERT INTO devices SELECT md5(i::text)::uuid, md5(i::text) || 'f', CASE WHEN i = 9 THEN 'none' ELSE md5(i::text)::uuid::text END
  FROM generate_series(1, 3000) i;
ANALYZE;
""",
        yields=("column public.devices.id",),
    ),
)
