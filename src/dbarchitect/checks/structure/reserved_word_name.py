"""Table or column named by a reserved word.

`order`, `user` or `group` must be quoted in every statement, in every tool; left out once, it is a syntax error or, as with `user`, another value
without an error: SELECT user gives the session's role.

Ignore it where an ORM quotes everything and nobody writes SQL by hand.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import listed
from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import share_of_database
from dbarchitect.model.change import ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("NAM-03",)
ENGINES = (Engine.POSTGRESQL,)
STYLE = True
# reserved in PostgreSQL (appendix C of the manual); words that are reserved as functions or types only are left out
_RESERVED = frozenset(
    """all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create current_catalog
    current_date current_role current_time current_timestamp current_user default deferrable desc distinct do else end except false
    fetch for foreign from grant group having in initially intersect into lateral leading limit localtime localtimestamp not null offset
    on only or order placing primary references returning select session_user some symmetric system_user table then to trailing true
    union unique user using variadic when where window with""".split()
)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table that is, or has columns, named by a reserved word."""
    for table in own_tables(snapshot):
        named = [n for n in (table.name.name, *(c.name for c in table.columns)) if n.lower() in _RESERVED]
        if not named:
            continue
        yield Finding(
            subject=table_subject(table.name),
            title=f"reserved words as names: {listed(named)}",
            claim=f"{listed(named)} of {table.name} must be quoted in every statement.",
            evidence=(Evidence(EvidenceKind.OBSERVED, f"reserved in PostgreSQL: {listed(named)}"),),
            change=advice(
                ChangeKind.SCHEMA,
                "A new name changes every statement that uses it: rename, keep a view (for a table) or a generated column under the old name "
                "while code moves over, then drop that.",
            ),
            severity=Severity.STYLE,
            weight=share_of_database(snapshot, table) / 4,
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad='CREATE TABLE "order" (id bigint PRIMARY KEY, "user" text, name text);',
        good="CREATE TABLE orders (id bigint PRIMARY KEY, user_name text, position int, value int, timestamp timestamptz);",
        yields=("table public.order",),
    ),
)
