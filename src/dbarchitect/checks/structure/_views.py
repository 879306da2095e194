"""Which column of a materialised view may identify its rows."""

from dbarchitect.model.catalog import View
from dbarchitect.model.questions import UniquenessQuestion
from dbarchitect.model.snapshot import Snapshot


def has_unique_index(view: View) -> bool:
    """True when an index lets REFRESH … CONCURRENTLY run: unique, on plain columns, over all rows."""
    return any(i.unique and i.whole and all(e.column for e in i.entries) for i in view.indexes)


def key_candidates(snapshot: Snapshot, view: View) -> tuple[str, ...]:
    """Columns that the statistics or their name and place make likely to be unique, most likely first."""
    statistics = {c.name: snapshot.column_statistics(view.name, c.name) for c in view.columns}
    unique = [n for n, s in statistics.items() if s and s.distinct == -1.0 and not s.null_fraction]
    if unique:
        return tuple(unique[:1])
    known = any(statistics.values())
    return tuple(c.name for c in view.columns[:1] if not known and (c.name == "id" or c.name.endswith("_id")))


def view_questions(snapshot: Snapshot) -> list[UniquenessQuestion]:
    """Are the likely keys of materialised views without a unique index unique?"""
    views = [v for v in snapshot.catalog.views if v.materialized and v.populated and not has_unique_index(v)]
    return [UniquenessQuestion(v.name, (name,)) for v in views for name in key_candidates(snapshot, v)]
