"""Materialised view that cannot be refreshed while it is read.

REFRESH MATERIALIZED VIEW CONCURRENTLY needs a unique index on plain columns over all rows. Without one, each refresh locks readers out until
the whole query has run.

Ignore it when the view is small, or refreshed when nobody reads it.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted
from dbarchitect.checks._weigh import in_bytes
from dbarchitect.checks.structure._views import has_unique_index, key_candidates
from dbarchitect.model.catalog import View
from dbarchitect.model.change import Change, ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, object_subject
from dbarchitect.model.questions import UniquenessAnswer, UniquenessQuestion
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.columns import create_index_on
from dbarchitect.sql.identifiers import quote_name, quote_qualified, shorten_name

CODES = ("SCH-02",)
ENGINES = (Engine.POSTGRESQL,)
PG = Engine.POSTGRESQL


def _change(snapshot: Snapshot, view: View) -> tuple[Change, tuple[Evidence, ...]]:
    for name in key_candidates(snapshot, view):
        answer = snapshot.answer(UniquenessQuestion(view.name, (name,)))
        if isinstance(answer, UniquenessAnswer) and answer.values and not answer.duplicates:
            read = "all rows were read" if answer.reach.complete else f"a sample of {answer.values:,} rows was read"
            index = shorten_name(PG, "ux", view.name.name, name)
            change = create_index_on(view.name, index, quote_name(PG, name), unique=True)
            return change, (Evidence(EvidenceKind.OBSERVED, f"no value of {name} is repeated; {read}"),)
    name = quote_qualified(PG, view.name)
    return advice(
        ChangeKind.INDEX, f"Which columns identify a row is yours to say: CREATE UNIQUE INDEX CONCURRENTLY ON {name} (…)."
    ), ()


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each filled materialised view without such an index; tiny ones of a live database are left out."""
    for view in snapshot.catalog.views:
        tiny = snapshot.live and (view.rows or 0) < limits.small_table_rows and (view.bytes or 0) < limits.small_table_bytes
        if not view.materialized or not view.populated or has_unique_index(view) or tiny:
            continue
        change, seen = _change(snapshot, view)
        size = f" ({in_bytes(view.bytes)})" if view.bytes and snapshot.live else ""
        yield Finding(
            subject=object_subject(SubjectKind.VIEW, view.name),
            title="cannot be refreshed concurrently",
            claim=f"{view.name}{size} has no unique index over all rows, so each refresh locks its readers out until it has ended.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"none of its indexes is unique on plain columns over all rows; it has {counted(len(view.indexes), 'index')}",
                ),
                *seen,
            ),
            change=change,
            severity=Severity.NOTICE,
            weight=0.3,
            benefit="REFRESH … CONCURRENTLY becomes possible, and readers go on",
        )


_TABLE = """
CREATE TABLE sales (id bigint PRIMARY KEY, shop_id int NOT NULL, amount int);
INSERT INTO sales SELECT i, i % 2000, i FROM generate_series(1, 6000) i;
CREATE MATERIALIZED VIEW totals AS SELECT shop_id, sum(amount) AS total FROM sales GROUP BY shop_id;
ANALYZE;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + "CREATE UNIQUE INDEX ON totals (shop_id) WHERE total > 0;",
        good=_TABLE + "CREATE UNIQUE INDEX ON totals (shop_id);",
        yields=("view public.totals",),
    ),
)
