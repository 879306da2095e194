"""Table whose rows are mostly NULL.

When most columns of most rows are empty, one table holds several kinds of thing: which columns go together is nowhere stated, NOT NULL
cannot be used where it is true, and every query must know which kind it reads.

Ignore it for forms that people fill in step by step.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import listed
from dbarchitect.checks._tables import in_primary_key, null_share, own_tables
from dbarchitect.checks._weigh import is_small, share_of_database, table_facts
from dbarchitect.model.catalog import Column, Table
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SCH-09",)
ENGINES = RELATIONAL
NEEDS_LIVE = True
_LEAST_COLUMNS = 10
_EMPTY_SHARE = 0.6


def _sparse(snapshot: Snapshot, table: Table) -> tuple[float, list[Column]] | None:
    """The share of nulls over all columns outside the key, and the columns that are seldom filled."""
    columns = [c for c in table.columns if not in_primary_key(table, c.name)]
    shares = [(c, share) for c in columns if (share := null_share(snapshot, table, c)) is not None]
    if len(columns) < _LEAST_COLUMNS or len(shares) < len(columns):
        return None
    mean = sum(share for _, share in shares) / len(shares)
    # columns that are never filled are another finding
    seldom = [c for c, share in shares if 0.5 < share < 1.0]
    return (mean, seldom) if mean >= _EMPTY_SHARE and len(seldom) >= _LEAST_COLUMNS / 2 else None


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table of ten or more columns of whose values at least 60 % are NULL."""
    for table in own_tables(snapshot):
        found = None if is_small(snapshot, table, limits) else _sparse(snapshot, table)
        if found is None:
            continue
        mean, seldom = found
        names = [c.name for c in seldom]
        yield Finding(
            subject=table_subject(table.name),
            title="rows are mostly NULL",
            claim=(
                f"{mean:.0%} of the values of {table.name} ({table_facts(snapshot, table)}) are NULL; {len(names)} columns are empty in most "
                f"rows: {listed(names)}. Several kinds of row seem to share the table."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"null shares in the planner's statistics, mean {mean:.0%}"),),
            change=advice(
                ChangeKind.MIGRATION,
                "Which columns go together is yours to say. Give each kind of row a table of its own with the same primary key; where "
                "the table stays, state the rule with CHECK constraints (kind = 'x' implies these columns are not NULL).",
                risk=Risk.MEDIUM,
            ),
            severity=Severity.NOTICE,
            confidence=Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table),
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE items (id bigint PRIMARY KEY, a1x int, b text, c text, d text, e text, f text, g text, h text, i text, j text);
INSERT INTO items (id, a1x) SELECT i, 1 FROM generate_series(1, 3000) i;
UPDATE items SET b = 'x', c = 'x', d = 'x' WHERE id % 4 = 0;
UPDATE items SET e = 'y', f = 'y', g = 'y' WHERE id % 4 = 1;
UPDATE items SET h = 'y', i = 'y', j = 'y' WHERE id % 4 = 2;
ANALYZE;
""",
        good="""
CREATE TABLE items (id bigint PRIMARY KEY, a1x int, b text, c text, d text, e text, f text, g text, h text, i text, j text);
INSERT INTO items SELECT i, 1, 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', CASE WHEN i % 2 = 0 THEN 'x' END FROM generate_series(1, 3000) i;
ANALYZE;
""",
        yields=("table public.items",),
    ),
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE items (id bigint PRIMARY KEY, a1x int, b char(1), c char(1), d char(1), e char(1), f char(1), g char(1), h char(1), i char(1), j char(1));
INSERT INTO items (id, a1x) SELECT seq, 1 FROM seq_1_to_3000;
UPDATE items SET b = 'x', c = 'x', d = 'x' WHERE id % 4 = 0;
UPDATE items SET e = 'y', f = 'y', g = 'y' WHERE id % 4 = 1;
UPDATE items SET h = 'y', i = 'y', j = 'y' WHERE id % 4 = 2;
ANALYZE TABLE items PERSISTENT FOR ALL;
""",
        good="""
CREATE TABLE items (id bigint PRIMARY KEY, a1x int, b char(1), c char(1), d char(1), e char(1), f char(1), g char(1), h char(1), i char(1), j char(1));
INSERT INTO items SELECT seq, 1, 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', IF(seq % 2 = 0, 'x', NULL) FROM seq_1_to_3000;
ANALYZE TABLE items PERSISTENT FOR ALL;
""",
        yields=("table {database}.items",),
    ),
)
