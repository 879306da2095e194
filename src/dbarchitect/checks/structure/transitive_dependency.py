"""Column that repeats what another column already says.

When each customer_id goes with one customer_name in all rows of orders, the name belongs to the customer: it is stored once for each order, a
change must touch all of them, and rows that were forgotten contradict the others (second and third normal form).

Ignore it when the value is a copy on purpose, as it was at the time of the row: a name on an invoice, a price on an order line.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import listed
from dbarchitect.checks._tables import average_bytes
from dbarchitect.checks._weigh import in_bytes, share_of_database, table_facts
from dbarchitect.checks.structure._dependencies import dependency_questions
from dbarchitect.model.catalog import Table
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, column_subject
from dbarchitect.model.questions import DependencyAnswer
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.identifiers import quote_columns, quote_name, quote_qualified

CODES = ("NEW-02",)
ENGINES = RELATIONAL
NEEDS_LIVE = True
_LEAST_ROWS = 1_000


def _holding(answer: DependencyAnswer) -> list[str]:
    """The dependents of which no group was seen with two values, in enough rows of every group."""
    if answer.values < _LEAST_ROWS or answer.groups < 2 or answer.values < 5 * answer.groups:
        return []
    return [name for name, count in zip(answer.question.dependents, answer.violations, strict=True) if count == 0]


def _redundant(snapshot: Snapshot, table: Table, names: list[str], answer: DependencyAnswer) -> int:
    """Bytes that all but one row of each group repeat."""
    each = sum(average_bytes(snapshot, table, c) or 0 for c in table.columns if c.name in names)
    share = 1 - answer.groups / answer.values
    return int(each * (snapshot.rows(table) or 0) * share)


def _advice(snapshot: Snapshot, table: Table, determinant: str, names: list[str]) -> str:
    engine = snapshot.engine
    columns = quote_columns(engine, (determinant, *names))
    key = next((k for k in table.foreign_keys if k.columns == (determinant,)), None)
    select = (
        f"SELECT DISTINCT {columns} FROM {quote_qualified(engine, table.name)} WHERE {quote_name(engine, determinant)} IS NOT NULL"
    )
    where = (
        f"They belong to {key.target}, which {determinant} refers to: add the columns there, fill them by `{select}`"
        if key
        else f"Create a table with {determinant} as its primary key, fill it by `{select}`, add a foreign key"
    )
    return f"Whether this is a copy on purpose is yours to say. When it is not: {where}, read them by a join, then drop them here."


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each column that was found to determine others in every row read."""
    for question in dependency_questions(snapshot, limits):
        answer, table = snapshot.answer(question), snapshot.table(question.table)
        names = _holding(answer) if isinstance(answer, DependencyAnswer) else []
        if not names or table is None or not isinstance(answer, DependencyAnswer):
            continue
        repeated = _redundant(snapshot, table, names, answer)
        read = "all rows" if answer.reach.complete else f"a sample of {answer.values:,} rows"
        one, engine = names[0], snapshot.engine
        repeat = (
            f"SELECT count(*) FROM (SELECT 1 FROM {quote_qualified(engine, table.name)} GROUP BY {quote_name(engine, question.determinant)} "
            f"HAVING count(DISTINCT {quote_name(engine, one)}) > 1) AS differing"
        )
        yield Finding(
            subject=column_subject(table.name, *names),
            title=f"{listed(names)} {'follows' if len(names) == 1 else 'follow'} from {question.determinant}",
            claim=(
                f"In {read} of {table.name} ({table_facts(snapshot, table)}) each of {answer.groups:,} values of {question.determinant} goes "
                f"with one value of {listed(names)}: about {in_bytes(repeated)} say again what is known, and can contradict each other."
            ),
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"{read} read: {answer.values:,} rows in {answer.groups:,} groups, none with two values",
                    repeat,
                ),
                Evidence(EvidenceKind.ESTIMATED, f"average widths × rows beyond the first of each group = {in_bytes(repeated)}"),
            ),
            change=advice(ChangeKind.MIGRATION, _advice(snapshot, table, question.determinant, names), risk=Risk.MEDIUM),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY if answer.reach.complete else Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table) / 2,
            benefit=f"each fact once, about {in_bytes(repeated)} less (estimated)",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, customer_name text NOT NULL, customer_city text, total numeric(10, 2));
INSERT INTO orders SELECT i, i % 100, 'name ' || i % 100, 'city ' || i % 20, i FROM generate_series(1, 3000) i;
ANALYZE;
""",
        good="""
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, customer_reference text, customer_status text, total numeric(10, 2));
INSERT INTO orders SELECT i, i % 100, 'reference ' || i % 90, 'status ' || i % 3, i % 100 FROM generate_series(1, 3000) i;
ANALYZE;
""",
        yields=("column public.orders.customer_name,customer_city",),
    ),
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, customer_name varchar(40) NOT NULL, customer_city varchar(40), total decimal(10, 2));
INSERT INTO orders SELECT seq, seq % 100, concat('name ', seq % 100), concat('city ', seq % 20), seq FROM seq_1_to_3000;
ANALYZE TABLE orders PERSISTENT FOR ALL;
""",
        good="""
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, customer_reference varchar(40), customer_status varchar(40), total decimal(10, 2));
INSERT INTO orders SELECT seq, seq % 100, concat('reference ', seq % 90), concat('status ', seq % 3), seq % 100 FROM seq_1_to_3000;
ANALYZE TABLE orders PERSISTENT FOR ALL;
""",
        yields=("column {database}.orders.customer_name,customer_city",),
    ),
)
