"""IP addresses kept in a text column.

A type for addresses takes 4 to 16 bytes, refuses what is none and sorts addresses by their value, so that a network is a range; text does
none of this. PostgreSQL has inet, MariaDB inet4 and inet6, MySQL varbinary(16) with INET6_ATON.

Ignore it when host names may come in the same column.
"""

from collections.abc import Iterator

from dbarchitect.checks._tables import known_values
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.types._retype import retype
from dbarchitect.checks.types._shapes import Shaped, shaped_columns
from dbarchitect.model.change import Change, ChangeKind, Risk
from dbarchitect.model.check import Example
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
_INET4_SINCE = ServerVersion(10, 10)
_IPV4_CHARACTERS = 15


def _change(snapshot: Snapshot, limits: Limits, shaped: Shaped) -> Change:
    table, column = shaped.table, shaped.column
    if snapshot.engine is Engine.POSTGRESQL:
        return retype(
            snapshot, limits, table,
            (Retype(column, "inet", "{}::inet", "abbrev({})", bare_literal(column.default) if column.default else None),),
            hazards=(*shaped.hazards, "IPv6 addresses come back in their short spelling"),
        )  # fmt: skip
    if snapshot.engine is Engine.MARIADB and snapshot.catalog.version >= _INET4_SINCE and _is_ipv4(snapshot, shaped):
        hazards = (*shaped.hazards, "an IPv6 address, or a network with its length, is refused from then on")
        return retype(snapshot, limits, table, (Retype(column, "inet4", default=column.default),), hazards=hazards)
    return advice(
        ChangeKind.MIGRATION,
        "Add a column of type inet6 (MariaDB 10.5 and later) or varbinary(16) (MySQL), fill it with INET6_ATON(value), IPv4 addresses as ::ffff:a.b.c.d "
        "where the type is inet6, in batches; switch writers and readers, then drop the text.",
        risk=Risk.MEDIUM,
    )


def _is_ipv4(snapshot: Snapshot, shaped: Shaped) -> bool:
    """True when no longer address fits in the column, or the values that the statistics know are all of the short kind."""
    values = known_values(snapshot, shaped.table, shaped.column)
    short = shaped.column.type.length is not None and shaped.column.type.length <= _IPV4_CHARACTERS
    return all(":" not in v and "/" not in v for v in values) and (short or bool(values))


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
                "they sort as text, searches by network need string tricks, and anything else could be stored."
            ),
            evidence=(shaped.evidence,),
            change=_change(snapshot, limits, shaped),
            severity=Severity.NOTICE,
            confidence=shaped.confidence,
            weight=share_of_database(snapshot, table),
            benefit="addresses are checked, sorted by value and searched by network or range",
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
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE logins (id bigint PRIMARY KEY, ip_address varchar(15) NOT NULL, remote varchar(45));
INSERT INTO logins SELECT seq, concat('10.0.', seq % 200, '.', seq % 250), IF(seq % 2, '2001:db8::1', '10.0.0.1') FROM seq_1_to_3000;
""",
        good="""
CREATE TABLE logins (id bigint PRIMARY KEY, ip_address inet4 NOT NULL, version text, remote text);
INSERT INTO logins SELECT seq, '10.0.0.1', concat('1.2.', seq), IF(seq = 4, 'localhost', '10.0.0.1') FROM seq_1_to_3000;
""",
        yields=("column {database}.logins.ip_address", "column {database}.logins.remote"),
    ),
)
