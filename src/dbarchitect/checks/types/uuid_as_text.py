"""UUIDs kept in a text column.

A UUID has 16 bytes; as text it takes 37 in every row and in every index that holds it, compares slower, and two spellings of the same
value (upper case, without dashes) are different.

Ignore it when the column must also take values that are no UUIDs; one such value keeps it out of this list.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import in_bytes, share_of_database, table_facts, weigh
from dbarchitect.checks.types._retype import retype
from dbarchitect.checks.types._shapes import Shaped, shaped_columns
from dbarchitect.model.catalog import Column, Table
from dbarchitect.model.change import Change, ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, ServerVersion, column_subject
from dbarchitect.model.questions import TextShape
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.columns import Retype, bare_literal

CODES = ("TYP-11",)
ENGINES = RELATIONAL
NEEDS_LIVE = True
UUID_TYPE_SINCE = ServerVersion(10, 7)
_SAVED = 37 - 16


def _saving(snapshot: Snapshot, shaped: Shaped) -> tuple[int, int]:
    copies = 1 + sum(shaped.column.name in (*i.columns, *i.include) for i in shaped.table.indexes)
    return int((snapshot.rows(shaped.table) or 0) * _SAVED * copies), copies - 1


def _keys_innodb(snapshot: Snapshot, table: Table, column: Column) -> bool:
    """True for a key that text_uuid_primary_key reports: in InnoDB it weighs more."""
    return (
        snapshot.engine is not Engine.POSTGRESQL and table.primary_key is not None and table.primary_key.columns == (column.name,)
    )


def _change(snapshot: Snapshot, limits: Limits, shaped: Shaped) -> Change:
    table, column = shaped.table, shaped.column
    hazards = (*shaped.hazards, "undo spells all values in lower case with dashes")
    if snapshot.engine is Engine.POSTGRESQL:
        default = bare_literal(column.default) or f"({column.default})::uuid" if column.default else None
        return retype(snapshot, limits, table, (Retype(column, "uuid", "{}::uuid", "{}::text", default),), hazards=hazards)
    if snapshot.engine is Engine.MARIADB and snapshot.catalog.version >= UUID_TYPE_SINCE:
        return retype(snapshot, limits, table, (Retype(column, "uuid", default=column.default),), hazards=hazards)
    return advice(
        ChangeKind.MIGRATION,
        f"Add a column binary(16), fill it with unhex(replace({column.name}, '-', '')) (MySQL: uuid_to_bin({column.name})) in batches, switch writers "
        "and readers, then drop the text.",
        risk=Risk.MEDIUM,
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each text column whose values are all UUIDs."""
    for shaped in shaped_columns(snapshot, limits):
        table, column = shaped.table, shaped.column
        if not shaped.all_are(TextShape.UUID) or _keys_innodb(snapshot, table, column):
            continue
        saved, indexes = _saving(snapshot, shaped)
        places = f"in the table and in {indexes} of its indexes" if indexes else "in each row"
        every = "every value" if shaped.answer.reach.complete else "every value of the sample"
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
            change=_change(snapshot, limits, shaped),
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
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE devices (id bigint PRIMARY KEY, device_uuid char(36) NOT NULL DEFAULT uuid(), guid varchar(40) COLLATE utf8mb4_bin, KEY (guid));
INSERT INTO devices SELECT seq, uuid(), uuid() FROM seq_1_to_3000;
""",
        good="""
CREATE TABLE devices (id bigint PRIMARY KEY, device_uuid uuid NOT NULL, digest_uuid text, reference_uuid text);
INSERT INTO devices SELECT seq, uuid(), concat(md5(seq), 'f'), IF(seq = 9, 'none', CAST(uuid() AS char)) FROM seq_1_to_3000;
CREATE TABLE keyed (id_uuid char(36) PRIMARY KEY); INSERT INTO keyed SELECT uuid() FROM seq_1_to_3000;
""",
        yields=("column {database}.devices.device_uuid", "column {database}.devices.guid"),
    ),
)
