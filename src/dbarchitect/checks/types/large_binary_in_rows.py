"""Files kept in table rows.

Every backup, replica, vacuum and dump carries the bytes of files stored in rows, each change writes them to the log, reading one fills the
cache that queries need, and the server sends them through a session's memory. Object storage does this for less, with a key and a checksum in
the row.

Ignore it when the files must change in one transaction with the rows and stay few and small.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import listed
from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import in_bytes, share_of_database
from dbarchitect.model.catalog import Table, TypeFamily
from dbarchitect.model.change import ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("TYP-10",)
ENGINES = RELATIONAL
NEEDS_LIVE = True
_FILE_BYTES = 50_000


def _bytes_per_row(snapshot: Snapshot, table: Table) -> float:
    rows = snapshot.rows(table) or 0
    return _stored(snapshot, table) / rows if rows else 0.0


def _stored(snapshot: Snapshot, table: Table) -> int:
    """Bytes of long values; InnoDB does not count them apart from the rows."""
    if table.size is None:
        return 0
    return table.size.toast_bytes if snapshot.engine is Engine.POSTGRESQL else table.size.heap_bytes


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table whose binary columns make most of a tenth of a large table's bytes."""
    for table in own_tables(snapshot):
        columns = [c.name for c in table.columns if c.type.family is TypeFamily.BINARY and c.type.bytes is None]
        size = _stored(snapshot, table)
        each, toast = _bytes_per_row(snapshot, table), snapshot.engine is Engine.POSTGRESQL
        if not columns or size < limits.large_table_bytes / 10 or each < _FILE_BYTES:
            continue
        share = size / snapshot.catalog.size_bytes if snapshot.catalog.size_bytes else share_of_database(snapshot, table)
        yield Finding(
            subject=column_subject(table.name, *columns),
            title=f"files in rows: {listed(columns)}",
            claim=(
                f"{table.name} keeps {in_bytes(size)}{' outside its rows' if toast else ''}, about {in_bytes(int(each))} for each, in {listed(columns)}: "
                f"{share:.0%} of what every backup and replica carries."
            ),
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"{'TOAST' if toast else 'the table'} holds {in_bytes(size)} for {snapshot.rows(table) or 0:,.0f} rows",
                ),
            ),
            change=advice(
                ChangeKind.MIGRATION,
                "Moving the bytes needs the application: write new files to object storage with their key, length and SHA-256 in the row; "
                f"copy the old ones in batches; read from there; then set {listed(columns)} to NULL in batches and drop the column."
                + (
                    " Until then, for files that are compressed already: ALTER COLUMN … SET STORAGE EXTERNAL spares the attempt to compress them."
                    if toast
                    else ""
                ),
            ),
            severity=Severity.WARNING,
            confidence=Confidence.LIKELY,
            weight=min(1.0, share),
            benefit=f"backups, replicas and restores carry {in_bytes(size)} less",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        limits=Limits(large_table_bytes=10_000_000),
        bad="""
CREATE TABLE scans (id bigint PRIMARY KEY, image bytea NOT NULL);
ALTER TABLE scans ALTER image SET STORAGE EXTERNAL;
INSERT INTO scans SELECT i, convert_to(repeat(md5(i::text), 3000), 'UTF8') FROM generate_series(1, 60) i;
ANALYZE;
""",
        good="""
CREATE TABLE scans (id bigint PRIMARY KEY, object_key text NOT NULL, sha256 bytea NOT NULL);
INSERT INTO scans SELECT i, 'scans/' || i, sha256(i::text::bytea) FROM generate_series(1, 60) i;
CREATE TABLE articles (id bigint PRIMARY KEY, body text);
ALTER TABLE articles ALTER body SET STORAGE EXTERNAL;
INSERT INTO articles SELECT i, repeat(md5(i::text), 3000) FROM generate_series(1, 60) i;
ANALYZE;
""",
        yields=("column public.scans.image",),
    ),
    Example(
        Engine.MARIADB,
        limits=Limits(large_table_bytes=10_000_000),
        bad="""
CREATE TABLE scans (id bigint PRIMARY KEY, image mediumblob NOT NULL);
INSERT INTO scans SELECT seq, repeat(md5(seq), 3000) FROM seq_1_to_60; ANALYZE TABLE scans;
""",
        good="""
CREATE TABLE scans (id bigint PRIMARY KEY, object_key text NOT NULL, sha256 binary(32) NOT NULL);
INSERT INTO scans SELECT seq, concat('scans/', seq), unhex(sha2(seq, 256)) FROM seq_1_to_60;
CREATE TABLE articles (id bigint PRIMARY KEY, body mediumtext); INSERT INTO articles SELECT seq, repeat(md5(seq), 3000) FROM seq_1_to_60;
ANALYZE TABLE scans, articles;
""",
        yields=("column {database}.scans.image",),
    ),
)
