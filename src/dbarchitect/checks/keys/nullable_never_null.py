"""Columns that may be NULL and never are.

Every statement and every reader must reckon with a NULL that the data does not have: outer joins instead of inner ones, coalesce
in every expression, NOT IN that silently returns nothing. Names or roles say that a value is required.

Ignore it when the value is unknown at the time of the insert and filled in before anyone looks. Every row was read before this
was reported.
"""

from collections import defaultdict
from collections.abc import Iterator

from dbarchitect.checks._counts import counted
from dbarchitect.checks._names import listed
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.keys._candidates import NeverNull, never_null
from dbarchitect.checks.keys._remedies import require_values
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, QualifiedName, table_subject
from dbarchitect.model.questions import NullAnswer
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_name, quote_qualified

CODES = ("SCH-09", "KEY-11")
ENGINES = RELATIONAL
NEEDS_LIVE = True


def _proven(snapshot: Snapshot, limits: Limits) -> dict[QualifiedName, list[tuple[NeverNull, NullAnswer]]]:
    """By table, the columns of which every row was read and none holds NULL."""
    found: dict[QualifiedName, list[tuple[NeverNull, NullAnswer]]] = defaultdict(list)
    for candidate in never_null(snapshot, limits):
        answer = snapshot.answer(candidate.question)
        whole = isinstance(answer, NullAnswer) and answer.reach.complete and answer.reach.rows_read >= limits.small_table_rows
        if isinstance(answer, NullAnswer) and whole and not answer.nulls:
            found[candidate.table.name].append((candidate, answer))
    return found


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table, with its nullable columns without nulls whose name or role asks for a value."""
    for proven in _proven(snapshot, limits).values():
        table, answer = proven[0][0].table, proven[0][1]
        columns = [candidate.column for candidate, _ in proven]
        names = listed([c.name for c in columns])
        reasons = "; ".join(f"{candidate.column.name}: {candidate.reason}" for candidate, _ in proven)
        nulls = " OR ".join(f"{quote_name(snapshot.engine, c.name)} IS NULL" for c in columns)
        yield Finding(
            subject=table_subject(table.name),
            title=f"never NULL in {table.name.name}: {names}",
            claim=(
                f"{names} of {table.name} ({table_facts(snapshot, table)}) may be NULL and {'is' if len(columns) == 1 else 'are'} not in any "
                f"row. {reasons}."
            ),
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"0 nulls in {counted(answer.reach.rows_read, 'row')}, all rows read",
                    f"SELECT count(*) FROM {quote_qualified(snapshot.engine, table.name)} WHERE {nulls}",
                ),
            ),
            change=require_values(snapshot, table, tuple(columns)),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="statements and readers need not reckon with NULL",
        )


_TABLE = """
CREATE TABLE teams (id bigint PRIMARY KEY);
CREATE TABLE users (id bigint PRIMARY KEY, team_id bigint REFERENCES teams (id), email text, hint text, created_at timestamptz {words});
INSERT INTO teams SELECT i FROM generate_series(1, 50) i;
"""
_MARIADB = """
CREATE TABLE teams (id bigint PRIMARY KEY);
CREATE TABLE users (id bigint PRIMARY KEY, team_id bigint COMMENT 'it''s NULL DEFAULT 5, ', email varchar(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci,
  hint text, created_at timestamp {words}, editor_team_id bigint DEFAULT 7, CONSTRAINT of_team FOREIGN KEY (team_id) REFERENCES teams (id),
  FOREIGN KEY (editor_team_id) REFERENCES teams (id) ON DELETE SET NULL);
INSERT INTO teams SELECT seq FROM seq_1_to_50;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE.format(words="DEFAULT now()")
        + "INSERT INTO users SELECT i, 1 + i % 50, 'u' || i, 'h' FROM generate_series(1, 3000) i; ANALYZE;",
        good=_TABLE.format(words="NOT NULL DEFAULT now()")
        + "INSERT INTO users SELECT i, nullif(i % 50, 0), nullif('u' || i, 'u7'), 'h' FROM generate_series(1, 3000) i; ANALYZE;",
        yields=("table public.users",),
    ),
    Example(
        Engine.MARIADB,
        bad=_MARIADB.format(words="NULL DEFAULT current_timestamp()")
        + "INSERT INTO users (id, team_id, email, hint) SELECT seq, 1 + seq % 50, concat('u', seq), 'h' FROM seq_1_to_3000;",
        good=_MARIADB.format(words="NOT NULL DEFAULT current_timestamp()")
        + "INSERT INTO users (id, team_id, email, hint) SELECT seq, nullif(seq % 50, 0), nullif(concat('u', seq), 'u7'), 'h' FROM seq_1_to_3000;",
        yields=("table {database}.users",),
    ),
)
