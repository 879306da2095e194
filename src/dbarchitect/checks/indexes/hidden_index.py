"""Index that the optimizer may not use.

An INVISIBLE (MySQL) or IGNORED (MariaDB) index answers no query, while every write keeps it up to date. It is the half-way
station of a removal: hide, watch, drop. This one was left there.

Ignore it while the watching is still going on.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import in_bytes, share_of_database
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import MYSQL_FAMILY, Engine, index_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import drop_index

CODES = ("IDX-25",)
ENGINES = MYSQL_FAMILY


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each hidden index that is not unique (a unique one still guards its values)."""
    for table, index in snapshot.catalog.indexes():
        if index.visible or index.unique:
            continue
        size = f" ({in_bytes(index.bytes)})" if index.bytes else ""
        yield Finding(
            subject=index_subject(table.name, index.name.name),
            title=f"index {index.name.name} is hidden",
            claim=f"{index.name.name}{size} of {table.name} is hidden from the optimizer; every write still keeps it.",
            evidence=(Evidence(EvidenceKind.OBSERVED, index.definition),),
            change=drop_index(snapshot.engine, table, index),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit=f"frees {in_bytes(index.bytes)} and one index write for each row"
            if index.bytes
            else "one index write less for each row",
        )


EXAMPLES = (
    Example(
        Engine.MARIADB,
        bad="CREATE TABLE a (id int PRIMARY KEY, b int, c int, KEY hidden (b) IGNORED, UNIQUE KEY guard (c) IGNORED);",
        good="CREATE TABLE a (id int PRIMARY KEY, b int, KEY shown (b));",
        yields=("index {database}.a.hidden",),
    ),
)
