"""IP addresses kept in a text column.

`inet` takes 7 bytes for an IPv4 address, refuses what is none, knows networks ("is it within 10.0.0.0/8?") and sorts addresses by their
value; text does none of this.

Ignore it when host names may come in the same column.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.types._retype import retype
from dbarchitect.checks.types._shapes import shaped_columns
from dbarchitect.model.check import Example
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.questions import TextShape
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import Retype, bare_literal

CODES = ("TYP-11",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each text column whose values are all IP addresses."""
    for shaped in shaped_columns(snapshot, limits):
        table, column = shaped.table, shaped.column
        if not shaped.all_are(TextShape.IP_ADDRESS):
            continue
        every = "every value" if shaped.answer.reach.complete else "every value of the sample"
        yield Finding(
            subject=column_subject(table.name, column.name),
            title=f"{column.name} holds IP addresses as text",
            claim=(
                f"{column.name} of {table.name} ({table_facts(snapshot, table)}) is {column.type.text}, and {every} is an IP address: "
                "searches by network need string tricks, and anything else could be stored."
            ),
            evidence=(shaped.evidence,),
            change=retype(
                snapshot, limits, table,
                (Retype(column, "inet", "{}::inet", "abbrev({})", bare_literal(column.default) if column.default else None),),
                hazards=(*shaped.hazards, "IPv6 addresses come back in their short spelling"),
            ),
            severity=Severity.NOTICE,
            confidence=shaped.confidence,
            weight=share_of_database(snapshot, table),
            benefit="addresses are checked, sorted by value and searched by network",
        )  # fmt: skip


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE logins (id bigint PRIMARY KEY, ip_address text NOT NULL);
INSERT INTO logins SELECT i, '10.0.' || i % 200 || '.' || i % 250 FROM generate_series(1, 3000) i;
ANALYZE;
""",
        good="""
CREATE TABLE logins (id bigint PRIMARY KEY, ip_address inet NOT NULL, version text, remote text);
INSERT INTO logins SELECT i, '10.0.0.1', '1.2.' || i, CASE WHEN i = 4 THEN 'localhost' ELSE '10.0.0.1' END FROM generate_series(1, 3000) i;
ANALYZE;
""",
        yields=("column public.logins.ip_address",),
    ),
)
