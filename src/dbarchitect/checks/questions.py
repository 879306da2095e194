"""What is worth asking about the data, over all checks."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from dbarchitect.checks._tables import invalid_unique_question, own_tables
from dbarchitect.checks._weigh import is_small
from dbarchitect.checks.keys._candidates import inclusion_questions, null_questions, uniqueness_questions
from dbarchitect.checks.security._secrets import secret_questions
from dbarchitect.checks.structure._dependencies import dependency_questions
from dbarchitect.checks.structure._loops import loop_question, self_references
from dbarchitect.checks.structure._ranges import default_questions
from dbarchitect.checks.structure._views import view_questions
from dbarchitect.checks.structure.always_null_column import suspects
from dbarchitect.checks.structure.leftover_table import leftovers
from dbarchitect.checks.types._shapes import shape_questions
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import QualifiedName
from dbarchitect.model.questions import InclusionQuestion, NullQuestion, Question, UniquenessQuestion
from dbarchitect.model.snapshot import Snapshot

MOST = 400
"""No review asks more than this, whatever the database's size; what the time allows is `Limits.probe_total_seconds`."""


def _null_questions(snapshot: Snapshot, limits: Limits) -> list[NullQuestion]:
    tables = [t for t in own_tables(snapshot) if not is_small(snapshot, t, limits)]
    return [NullQuestion(t.name, c.name) for t in tables for c in suspects(snapshot, t)]


def _uniqueness_questions(snapshot: Snapshot) -> list[UniquenessQuestion]:
    broken = (invalid_unique_question(t, i) for t in snapshot.catalog.tables for i in t.indexes)
    return [
        *filter(None, broken),
        *view_questions(snapshot),
        *(loop_question(snapshot, t, k) for t, k in self_references(snapshot)),
    ]


def _in_turn(kinds: Iterable[Iterable[Question]]) -> Iterator[Question]:
    """One of each kind, then the next of each: no kind starves when time runs out."""
    return (question for turn in zip_longest(*kinds) for question in turn if question is not None)


def questions(snapshot: Snapshot, limits: Limits) -> tuple[Question, ...]:
    """The questions that a review asks: those worth most, at most `MOST`."""
    return worth_asking(snapshot, limits)[:MOST]


def worth_asking(snapshot: Snapshot, limits: Limits) -> tuple[Question, ...]:
    """The questions of all checks, each once, those worth most first. Empty for sources without rows."""
    if not snapshot.live:
        return ()
    kinds: list[list[Question]] = [
        [*secret_questions(snapshot)],
        [*inclusion_questions(snapshot, limits)],
        [*uniqueness_questions(snapshot, limits)],
        [*null_questions(snapshot, limits)],
        [*shape_questions(snapshot, limits)],
        [*dependency_questions(snapshot, limits)],
        [*_uniqueness_questions(snapshot)],
        [*default_questions(snapshot)],
        [*_null_questions(snapshot, limits)],
    ]
    # to read a table that nobody reads would make it look used the next time; what is to be dropped needs no mending either
    unread = {table.name for table in leftovers(snapshot)}
    return tuple(question for question in dict.fromkeys(_in_turn(kinds)) if _table_of(question) not in unread)


def _table_of(question: Question) -> QualifiedName:
    return question.child if isinstance(question, InclusionQuestion) else question.table
