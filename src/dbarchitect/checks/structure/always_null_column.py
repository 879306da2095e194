"""Column that is NULL in every row.

Nothing was ever written to it although the table is in use: the feature was never built, was given up, or a writer forgets it.

Ignore it for events that have not happened yet; columns named like these (deleted_at, expires_at) are not reported.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import has_word, listed
from dbarchitect.checks._tables import null_share, own_tables
from dbarchitect.checks._weigh import is_small, share_of_database, table_facts
from dbarchitect.model.catalog import Column, Table
from dbarchitect.model.change import ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, column_subject
from dbarchitect.model.questions import NullAnswer, NullQuestion
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.identifiers import quote_name, quote_qualified

CODES = ("SCH-37",)
ENGINES = RELATIONAL
NEEDS_LIVE = True
_NOT_YET = frozenset(
    """deleted archived cancelled canceled revoked expired expires expiry ended closed resolved completed failed error locked banned
    suspended blocked removed refunded until end""".split()
)


def suspects(snapshot: Snapshot, table: Table) -> list[Column]:
    """Columns that the statistics know as NULL alone."""
    return [
        c
        for c in table.columns
        if c.nullable and null_share(snapshot, table, c) == 1.0 and not has_word(c.name, _NOT_YET) and not c.generated
    ]


def _proof(snapshot: Snapshot, table: Table, columns: list[Column]) -> tuple[list[Column], bool]:
    """The columns that no answer contradicts, and whether all of them were read whole."""
    kept, complete = [], True
    for column in columns:
        answer = snapshot.answer(NullQuestion(table.name, column.name))
        if isinstance(answer, NullAnswer) and answer.nulls < answer.reach.rows_read:
            continue
        kept.append(column)
        complete = complete and isinstance(answer, NullAnswer) and answer.reach.complete
    return kept, complete


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table that is not small, with its columns that hold nothing."""
    for table in own_tables(snapshot):
        columns = [] if is_small(snapshot, table, limits) else suspects(snapshot, table)
        kept, complete = _proof(snapshot, table, columns)
        if not kept:
            continue
        names = [c.name for c in kept]
        target, first = quote_qualified(snapshot.engine, table.name), quote_name(snapshot.engine, names[0])
        how = "all rows were read" if complete else "in the planner's statistics, a sample"
        yield Finding(
            subject=column_subject(table.name, *names),
            title=f"always NULL: {listed(names)}",
            claim=(
                f"{listed(names)} of {table.name} ({table_facts(snapshot, table)}) {'is' if len(names) == 1 else 'are'} NULL in every row "
                f"({how}): never used, given up, or forgotten by a writer."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"null share 100 %, {how}", f"SELECT count({first}) FROM {target}"),),
            change=advice(
                ChangeKind.SCHEMA,
                "Whether something will write here is yours to say; search the code for the name. When nothing does: "
                + "; ".join(f"ALTER TABLE {target} DROP COLUMN {quote_name(snapshot.engine, n)}" for n in names[:8])
                + ". The column cannot be put back in its place.",
            ),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY if complete else Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table) / 2,
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE users (id bigint PRIMARY KEY, nickname text, fax text, deleted_at timestamptz);
INSERT INTO users SELECT i FROM generate_series(1, 3000) i;
ANALYZE;
""",
        good="""
CREATE TABLE users (id bigint PRIMARY KEY, nickname text, expires_at timestamptz);
INSERT INTO users SELECT i, CASE WHEN i = 1500 THEN 'Al' END FROM generate_series(1, 3000) i;
ANALYZE;
""",
        yields=("column public.users.nickname,fax",),
    ),
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE users (id bigint PRIMARY KEY, nickname varchar(40), fax varchar(40), deleted_at datetime);
INSERT INTO users (id) SELECT seq FROM seq_1_to_3000; ANALYZE TABLE users PERSISTENT FOR ALL;
""",
        good="""
CREATE TABLE users (id bigint PRIMARY KEY, nickname varchar(40), expires_at datetime);
INSERT INTO users SELECT seq, IF(seq = 1500, 'Al', NULL), NULL FROM seq_1_to_3000; ANALYZE TABLE users PERSISTENT FOR ALL;
""",
        yields=("column {database}.users.nickname,fax",),
    ),
)
