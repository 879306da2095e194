"""Reference whose target table is named in a column.

commentable_type and commentable_id point to one of several tables, so no foreign key can guard them: deleting the target leaves rows that
point to nothing, a wrong type name is stored like a right one, and a join needs one branch for each type.

Ignore it for logs and audit trails, which must outlive what they describe; tables named like these are not reported.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import has_word
from dbarchitect.checks._tables import distinct_values, in_foreign_key, own_tables
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import TEXTUAL, Column, Table, TypeFamily
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("KEY-01",)
ENGINES = RELATIONAL
_TRAILS = frozenset(
    "audit audits log logs history event events version versions trail activity activities outbox archive changes".split()
)
_TYPES = (*TEXTUAL, TypeFamily.ENUM)
_KEYS = (*TEXTUAL, TypeFamily.INTEGER, TypeFamily.UUID)


def _pairs(table: Table) -> Iterator[tuple[Column, Column]]:
    for kind in table.columns:
        stem = kind.name.removesuffix("_type")
        identity = table.column(f"{stem}_id") if stem != kind.name else None
        if identity and kind.type.family in _TYPES and identity.type.family in _KEYS and not in_foreign_key(table, identity.name):
            yield kind, identity


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each pair x_type, x_id without a foreign key."""
    for table in own_tables(snapshot):
        for kind, identity in () if has_word(table.name.name, _TRAILS) else _pairs(table):
            kinds = distinct_values(snapshot, table, kind)
            many = f"; {kinds:,.0f} different types are in use" if kinds else ""
            yield Finding(
                subject=column_subject(table.name, kind.name, identity.name),
                title=f"{identity.name} points to the table that {kind.name} names",
                claim=(
                    f"{kind.name} and {identity.name} of {table.name} ({table_facts(snapshot, table)}) together are a reference that no foreign "
                    f"key can guard{many}: rows can point to nothing."
                ),
                evidence=(Evidence(EvidenceKind.OBSERVED, f"no foreign key holds {identity.name}{many}"),),
                change=advice(
                    ChangeKind.MIGRATION,
                    "Add one nullable foreign-key column for each target table, fill them in batches by type, require exactly one with "
                    "CHECK (num_nonnulls(a_id, b_id) = 1), switch the code, drop the pair. With many target tables, a common parent table whose key "
                    "they share does the same with one column.",
                    risk=Risk.MEDIUM,
                ),
                severity=Severity.NOTICE,
                confidence=Confidence.LIKELY,
                weight=share_of_database(snapshot, table),
                benefit="the server keeps every reference true",
            )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE comments (id bigint PRIMARY KEY, commentable_type text NOT NULL, commentable_id bigint NOT NULL, body text);",
        good="""
CREATE TABLE payers (id bigint PRIMARY KEY);
CREATE TABLE comments (id bigint PRIMARY KEY, payer_type text, payer_id bigint REFERENCES payers, mime_type text, device_id bigint);
CREATE TABLE audit_log (id bigint PRIMARY KEY, object_type text, object_id bigint);
""",
        yields=("column public.comments.commentable_type,commentable_id",),
    ),
    Example(
        Engine.MARIADB,
        bad="CREATE TABLE comments (id bigint PRIMARY KEY, commentable_type varchar(40) NOT NULL, commentable_id bigint NOT NULL);",
        good="CREATE TABLE audit_log (id bigint PRIMARY KEY, object_type varchar(40), object_id bigint);",
        yields=("column {database}.comments.commentable_type,commentable_id",),
    ),
)
