"""Column that identifies rows but is not declared unique.

Its name says identity, every value in the table is different, and nothing keeps a second one from being inserted tomorrow. A unique
constraint also tells the planner that a search returns one row.

Ignore it when duplicates are allowed by the business and only happen to be absent. Every row was compared before this was
reported.
"""

from collections.abc import Iterator

from dbarchitect.checks._btree import btree_bytes
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.keys._candidates import distinct_columns
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, column_subject
from dbarchitect.model.questions import UniquenessAnswer
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_name, quote_qualified, shorten_name
from dbarchitect.sql.key_changes import add_unique

CODES = ("NEW-03", "IDX-23")
ENGINES = RELATIONAL
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each undeclared identity in which a complete comparison found no duplicate."""
    for candidate in distinct_columns(snapshot, limits):
        answer = snapshot.answer(candidate.question)
        if (
            not isinstance(answer, UniquenessAnswer)
            or not answer.reach.complete
            or answer.duplicates
            or answer.values < limits.small_table_rows
        ):
            continue
        table, column = candidate.table, candidate.column
        name, target = quote_name(snapshot.engine, column.name), quote_qualified(snapshot.engine, table.name)
        superseded = [
            i.name.name for i in table.indexes if not i.unique and i.whole and i.columns == (column.name,) and len(i.entries) == 1
        ]
        hazard = (f"{superseded[0]} is redundant afterwards: drop it then",) if superseded else ()
        yield Finding(
            subject=column_subject(table.name, column.name),
            title=f"{column.name} of {table.name.name} is unique but not declared",
            claim=(
                f"All {answer.values:,} values of {table.name}.{column.name} ({table_facts(snapshot, table)}) differ and its name speaks of "
                "identity, yet nothing keeps a duplicate out."
            ),
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"0 duplicates among {answer.values:,} values, all rows read",
                    f"SELECT {name}, count(*) FROM {target} WHERE {name} IS NOT NULL GROUP BY {name} HAVING count(*) > 1",
                ),
            ),
            change=add_unique(
                table,
                (column.name,),
                shorten_name(snapshot.engine, table.name.name, column.name, "key"),
                size_bytes=btree_bytes(snapshot, table, (column.name,), unique=True),
                hazards=hazard,
                engine=snapshot.engine,
            ),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="duplicates are refused, and the planner knows that a search returns one row",
        )


_TABLE = """
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, seen timestamptz NOT NULL, zip_code text, postal_code text, area_code text,
  country_code text, currency_code text, phone_number text, language_code text);
INSERT INTO users SELECT i, 'u' || i || '@example.org', now() + i * interval '1 s', i % 700, i, i, i, i, i, i FROM generate_series(1, 3000) i;
"""
_MARIADB = """
CREATE TABLE users (id bigint PRIMARY KEY, email varchar(80) NOT NULL, seen datetime NOT NULL, zip_code varchar(9) NOT NULL, login text);
INSERT INTO users SELECT seq, concat('u', seq, '@example.org'), now() + INTERVAL seq SECOND, seq % 700, concat('l', seq) FROM seq_1_to_3000;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + "ANALYZE;",
        good=_TABLE + "CREATE UNIQUE INDEX ON users (email); ANALYZE;",
        yields=("column public.users.email",),
    ),
    Example(
        Engine.POSTGRESQL,
        name="one duplicate",
        bad=_TABLE + "ANALYZE;",
        good=_TABLE + "UPDATE users SET email = 'u1@example.org' WHERE id = 2; ANALYZE;",
        yields=("column public.users.email",),
    ),
    Example(
        Engine.MARIADB,
        bad=_MARIADB,
        good=_MARIADB + "ALTER TABLE users ADD UNIQUE KEY (email);",
        yields=("column {database}.users.email",),
    ),
    Example(
        Engine.MARIADB,
        name="with column statistics, one duplicate",
        bad=_MARIADB + "ANALYZE TABLE users PERSISTENT FOR ALL;",
        good=_MARIADB + "UPDATE users SET email = 'u1@example.org' WHERE id = 2; ANALYZE TABLE users PERSISTENT FOR ALL;",
        yields=("column {database}.users.email",),
    ),
)
