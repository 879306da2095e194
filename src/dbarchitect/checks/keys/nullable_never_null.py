"""Column that may be NULL and never is.

Every statement and every reader must reckon with a NULL that the data does not have: outer joins instead of inner ones, coalesce
in every expression, NOT IN that silently returns nothing. Its name or role says that a value is required.

Ignore it when the value is unknown at the time of the insert and filled in before anyone looks. Every row was read before this
was reported.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.keys._candidates import never_null
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.questions import NullAnswer
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_name, quote_qualified
from dbarchitect.sql.key_changes import set_not_null

CODES = ("SCH-09", "KEY-11")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each nullable column without nulls whose name or role asks for a value."""
    for candidate in never_null(snapshot, limits):
        answer = snapshot.answer(candidate.question)
        if (
            not isinstance(answer, NullAnswer)
            or not answer.reach.complete
            or answer.nulls
            or answer.reach.rows_read < limits.small_table_rows
        ):
            continue
        table, column = candidate.table, candidate.column
        name, target = quote_name(snapshot.engine, column.name), quote_qualified(snapshot.engine, table.name)
        yield Finding(
            subject=column_subject(table.name, column.name),
            title=f"{column.name} of {table.name.name} is never NULL",
            claim=(
                f"{table.name}.{column.name} ({table_facts(snapshot, table)}) may be NULL and is not in any of {answer.reach.rows_read:,} rows; "
                f"{candidate.reason}."
            ),
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"0 nulls in {answer.reach.rows_read:,} rows, all rows read",
                    f"SELECT count(*) FROM {target} WHERE {name} IS NULL",
                ),
            ),
            change=set_not_null(table, column),
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
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE.format(words="DEFAULT now()")
        + "INSERT INTO users SELECT i, 1 + i % 50, 'u' || i, 'h' FROM generate_series(1, 3000) i; ANALYZE;",
        good=_TABLE.format(words="NOT NULL DEFAULT now()")
        + "INSERT INTO users SELECT i, nullif(i % 50, 0), nullif('u' || i, 'u7'), 'h' FROM generate_series(1, 3000) i; ANALYZE;",
        yields=("column public.users.team_id", "column public.users.email", "column public.users.created_at"),
    ),
)
