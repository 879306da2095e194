"""View on views on views.

Each layer hides what the next one reads: the same table is joined again and again, the planner gets more tables than join_collapse_limit lets
it order freely, and a column of the lowest table cannot change its type without dropping all layers.

Ignore it when plans of the top view were looked at and are good.
"""

from collections.abc import Iterator

from dbarchitect.model.catalog import View
from dbarchitect.model.change import ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, QualifiedName, SubjectKind, object_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SCH-26",)
ENGINES = (Engine.POSTGRESQL,)
_MOST_LAYERS = 4


def _chain(views: dict[QualifiedName, View], name: QualifiedName, known: dict[QualifiedName, tuple[str, ...]]) -> tuple[str, ...]:
    """The longest chain of views from this one down; a materialised view ends it, since its rows are stored."""
    if name not in known:
        known[name] = ()  # recursive views read themselves
        below = [_chain(views, n, known) for n in views[name].depends_on if n in views and n != name and not views[n].materialized]
        known[name] = (name.name, *max(below, key=len, default=()))
    return known[name]


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each view over more than four layers that no other view reads."""
    views = {v.name: v for v in snapshot.catalog.views}
    read = {name for v in views.values() for name in v.depends_on if name != v.name}
    known: dict[QualifiedName, tuple[str, ...]] = {}
    for name in views:
        chain = _chain(views, name, known)
        if len(chain) <= _MOST_LAYERS or name in read:
            continue
        path = " → ".join(chain)
        yield Finding(
            subject=object_subject(SubjectKind.VIEW, name),
            title=f"{len(chain)} layers of views",
            claim=f"{name} reads through {len(chain)} layers ({path}): what it costs is hidden, and changes below must drop all of them.",
            evidence=(Evidence(EvidenceKind.OBSERVED, path),),
            change=advice(
                ChangeKind.SCHEMA, f"Write {name} over tables directly, compare both with EXCEPT in both directions, then swap."
            ),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY,
            weight=0.2,
        )


_LAYERS = """
CREATE TABLE t (id bigint PRIMARY KEY, n int);
CREATE VIEW v1 AS SELECT * FROM t; CREATE VIEW v2 AS SELECT * FROM v1; CREATE VIEW v3 AS SELECT * FROM v2; CREATE VIEW v4 AS SELECT * FROM v3;
"""
EXAMPLES = (
    Example(Engine.POSTGRESQL, bad=_LAYERS + "CREATE VIEW v5 AS SELECT * FROM v4;", good=_LAYERS, yields=("view public.v5",)),
)
