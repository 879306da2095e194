"""JSON kept as text (type json) instead of jsonb.

A `json` column is a text that is parsed again at every access; it has no equality, so DISTINCT, GROUP BY and UNION over it fail, and no
index can search inside it. `jsonb` is stored parsed, can be compared and indexed with GIN.

Ignore it when the exact text matters: signed documents, key order or duplicate keys that must come back as they were.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import has_word, listed
from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import is_small, share_of_database, table_facts
from dbarchitect.checks.types._retype import retype
from dbarchitect.model.catalog import Column, TypeFamily
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import Retype, bare_literal

CODES = ("TYP-06",)
ENGINES = (Engine.POSTGRESQL,)
_VERBATIM = frozenset("raw signed signature original verbatim".split())


def _retype(column: Column) -> Retype:
    default = column.default and (bare_literal(column.default) or f"({column.default})::jsonb")
    return Retype(column, "jsonb", "{}::jsonb", "{}::json", default)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table that has such columns, apart from those named as verbatim copies."""
    for table in own_tables(snapshot):
        columns = [c for c in table.columns if c.type.family is TypeFamily.JSON and not has_word(c.name, _VERBATIM)]
        if not columns:
            continue
        names = [c.name for c in columns]
        yield Finding(
            subject=column_subject(table.name, *names),
            title=f"json instead of jsonb: {listed(names)}",
            claim=(
                f"{listed(names)} of {table.name} ({table_facts(snapshot, table)}) {'is' if len(names) == 1 else 'are'} parsed at every access, "
                "cannot be compared and cannot be indexed for search."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, "declared as json"),),
            change=retype(
                snapshot, limits, table, tuple(_retype(c) for c in columns),
                assumptions=("spaces, key order and repeated keys carry no meaning",),
                hazards=("a value with \\u0000 or an unpaired surrogate is refused: the change fails and leaves the table as it was",),
                no_undo="undo gives the type back; spaces, key order and repeated keys do not come back",
            ),
            severity=Severity.NOTICE if is_small(snapshot, table, limits) else Severity.WARNING,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="values can be compared, and a GIN index can search inside them",
        )  # fmt: skip


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE orders (id bigint PRIMARY KEY, details json NOT NULL DEFAULT '{}', extra json);
INSERT INTO orders SELECT i, json_build_object('n', i) FROM generate_series(1, 2000) i;
ANALYZE;
""",
        good="""
CREATE TABLE orders (id bigint PRIMARY KEY, details jsonb NOT NULL DEFAULT '{}', raw_request json);
INSERT INTO orders SELECT i, jsonb_build_object('n', i) FROM generate_series(1, 2000) i;
ANALYZE;
""",
        yields=("column public.orders.details,extra",),
    ),
)
