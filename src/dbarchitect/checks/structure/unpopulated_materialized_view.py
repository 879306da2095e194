"""Materialised view without contents.

It was created or refreshed WITH NO DATA: every query of it fails with "has not been populated".

Ignore it while a deployment is going on that fills it later.
"""

from collections.abc import Iterator

from dbarchitect.model.change import Change, ChangeKind, Step, Strategy, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, object_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_literal, quote_qualified

CODES = ("SCH-25",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
PG = Engine.POSTGRESQL


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each materialised view that cannot be read."""
    for view in snapshot.catalog.views:
        if not view.materialized or view.populated:
            continue
        name = quote_qualified(PG, view.name)
        verify = f"SELECT relispopulated FROM pg_class WHERE oid = to_regclass({quote_literal(PG, name)})"
        yield Finding(
            subject=object_subject(SubjectKind.VIEW, view.name),
            title="materialised view without contents",
            claim=f"{view.name} was never filled: every query of it fails.",
            evidence=(Evidence(EvidenceKind.OBSERVED, "it is not populated", verify),),
            change=Change(
                ChangeKind.MAINTENANCE, Strategy.STANDARD, (Step(f"REFRESH MATERIALIZED VIEW {name}"),),
                (Step(f"REFRESH MATERIALIZED VIEW {name} WITH NO DATA"),),
                "ACCESS EXCLUSIVE on the view, which nobody can read now; its tables are only read", "as long as its query",
                Verification(verify, "t"),
            ),
            severity=Severity.WARNING,
            weight=0.4,
            benefit="the view can be read",
        )  # fmt: skip


_TABLE = "CREATE TABLE sales (id bigint PRIMARY KEY, amount int); INSERT INTO sales VALUES (1, 2);"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + "CREATE MATERIALIZED VIEW totals AS SELECT sum(amount) FROM sales WITH NO DATA;",
        good=_TABLE + "CREATE MATERIALIZED VIEW totals AS SELECT sum(amount) FROM sales; CREATE VIEW plain AS SELECT 1 AS one;",
        yields=("view public.totals",),
    ),
)
