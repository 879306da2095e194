"""Name as long as PostgreSQL lets it be.

Longer names are cut to 63 bytes with a notice that nobody reads: what the code calls the table or column is probably longer, two long names can
become one, and names derived from it (indexes, constraints) are cut again.

Ignore it when the name ends where its words end.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import listed
from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import share_of_database
from dbarchitect.model.change import ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("NAM-06",)
ENGINES = (Engine.POSTGRESQL,)
_LIMIT_BYTES = 63  # NAMEDATALEN - 1


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table that is, or has columns, named with 62 or 63 bytes. Names that the server makes itself are left out.

    62, because a character of two bytes that does not fit is cut off whole.
    """
    for table in own_tables(snapshot):
        named = [n for n in (table.name.name, *(c.name for c in table.columns)) if _is_cut(n)]
        if not named:
            continue
        yield Finding(
            subject=table_subject(table.name),
            title="name at the limit of 63 bytes",
            claim=f"{listed(named)} is as long as a name can be; a longer one was probably cut, and code that uses it in full relies on that.",
            evidence=(Evidence(EvidenceKind.OBSERVED, f"{len(named[0].encode())} bytes", "SHOW max_identifier_length"),),
            change=advice(
                ChangeKind.SCHEMA,
                "Compare it with the name in the code or migration; when it was cut, rename both to a shorter one.",
            ),
            severity=Severity.NOTICE,
            confidence=Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table) / 4,
        )


def _is_cut(name: str) -> bool:
    size = len(name.encode())
    return size == _LIMIT_BYTES or (size == _LIMIT_BYTES - 1 and not name.isascii())


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE things (id bigint PRIMARY KEY, number_of_customers_that_returned_within_thirty_days_of_the_first_purchase int);",
        good="CREATE TABLE things (id bigint PRIMARY KEY, number_of_customers_that_returned_within_thirty_days_of_a_buy int);",
        yields=("table public.things",),
    ),
)
