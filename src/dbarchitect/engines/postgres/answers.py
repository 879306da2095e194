"""Answers to questions about the data, within limits of time and rows."""

import time
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import errors, sql

from dbarchitect.engines.postgres.connection import read_error
from dbarchitect.engines.postgres.probes import (
    ProbedTable,
    count_duplicates,
    count_nulls,
    count_orphans,
    count_shapes,
    count_violations,
)
from dbarchitect.engines.postgres.rights import denied_gap, filtered_gap
from dbarchitect.engines.postgres.session import ReadSession, gap_of
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.progress import Progress
from dbarchitect.model.questions import (
    Answer,
    DependencyAnswer,
    DependencyQuestion,
    InclusionAnswer,
    InclusionQuestion,
    NullAnswer,
    NullQuestion,
    Question,
    Reach,
    ShapeAnswer,
    ShapeCount,
    ShapeQuestion,
    TextShape,
    UniquenessAnswer,
    UniquenessQuestion,
)
from dbarchitect.model.snapshot import Gap
from dbarchitect.sql.identifiers import quote_qualified

_FEWER = 20  # after a timeout: once more with a twentieth of the rows


class Answerer:
    """Answers questions one after the other, columns of one table together, until the time is up."""

    def __init__(self, session: ReadSession, limits: Limits, progress: Progress, reader: str) -> None:
        self._session = session
        self._limits = limits
        self._progress = progress
        self._reader = reader
        self._denied: set[QualifiedName] = set()
        self._filtered: set[QualifiedName] = set()
        self._tables: dict[QualifiedName, ProbedTable] = {}
        self._gaps: list[Gap] = []

    def answer(self, questions: Sequence[Question]) -> tuple[tuple[Answer, ...], tuple[Gap, ...]]:
        """Every answer that could be had, and gaps for the rest. Raises SourceError's kinds."""
        self._read_tables(questions)
        started, answers, done = time.monotonic(), list[Answer](), 0
        batches = _batches(questions)
        for k, batch in enumerate(batches):
            if time.monotonic() - started > self._limits.probe_total_seconds:
                self._out_of_time(batches[k:])
                break
            answers += self._answer_batch(batch)
            done += len(batch)
            self._progress("questions about the data", done, len(questions))
        return tuple(answers), (*self._gaps, *self._right_gaps())

    def _read_tables(self, questions: Sequence[Question]) -> None:
        names = sorted({name for question in questions for name in _tables_of(question)})
        locked = [row.relation for row in self._session.ask("exclusive_locks")]
        rows = self._session.ask("probe_tables", locked=locked, schemas=[n.schema for n in names], names=[n.name for n in names])
        types: dict[int, dict[str, str]] = {row.oid: {} for row in rows}
        for row in self._session.ask("probe_columns", relations=list(types)):
            types[row.relation][row.name] = row.type
        self._tables = {
            name: ProbedTable(name, row.rows, row.pages, row.is_foreign, row.locked, row.readable, row.filtered, types[row.oid])
            for row in rows
            for name in (QualifiedName(row.schema, row.name),)
        }
        self._session.end()

    def _out_of_time(self, batches: Sequence[Sequence[Question]]) -> None:
        missing = sum(len(batch) for batch in batches)
        self._gaps.append(
            Gap(
                f"{missing} question{'' if missing == 1 else 's'} about the data",
                f"the time for all of them was used up ({self._limits.probe_total_seconds:g} s)",
                "Raise probe_total_seconds under [limits] in dbarchitect.toml.",
            )
        )

    def _answer_batch(self, batch: Sequence[Question]) -> Iterable[Answer]:
        if not self._may_ask(batch):
            return ()
        try:
            return self._within_limits(batch, self._limits.sample_rows)
        except psycopg.Error as error:
            if self._session.lost:
                raise read_error(error, "answers") from error
            self._note_error(batch, error)
            return ()
        finally:
            self._session.end()

    def _may_ask(self, batch: Sequence[Question]) -> bool:
        """False, with a gap, when a table is gone, locked, or not readable."""
        for name in _tables_of(batch[0]):
            table = self._tables.get(name)
            if table is None:
                self._note(batch, f"{name} is not there (any more)", "Run again.")
            elif table.locked:
                self._note(batch, f"another session holds {name} exclusively", "Run again when it has ended its transaction.")
            elif not table.readable:
                self._denied.add(name)
            elif table.filtered:
                self._filtered.add(name)
            else:
                continue
            return False
        return True

    def _within_limits(self, batch: Sequence[Question], limit: int) -> Iterable[Answer]:
        try:
            return self._ask(batch, limit)
        except errors.QueryCanceled:
            return self._ask(batch, max(1, limit // _FEWER))

    def _ask(self, batch: Sequence[Question], limit: int) -> Iterable[Answer]:
        match batch[0]:
            case NullQuestion():
                return self._nulls([q for q in batch if isinstance(q, NullQuestion)], limit)
            case ShapeQuestion():
                return self._shapes([q for q in batch if isinstance(q, ShapeQuestion)], limit)
            case UniquenessQuestion() as question:
                return [self._uniqueness(question, limit)]
            case InclusionQuestion() as question:
                return [self._inclusion(question, limit)]
            case DependencyQuestion() as question:
                return [self._dependency(question, limit)]

    def _run(self, query: sql.Composed, table: ProbedTable, limit: int) -> tuple[Any, Reach]:
        (row,) = self._session.run(query)
        return row, Reach(row.rows, table.fully_read(limit))

    def _nulls(self, questions: list[NullQuestion], limit: int) -> list[Answer]:
        table = self._tables[questions[0].table]
        row, reach = self._run(count_nulls(table, tuple(q.column for q in questions), limit), table, limit)
        return [NullAnswer(question, reach, count) for question, count in zip(questions, row[1:], strict=True)]

    def _shapes(self, questions: list[ShapeQuestion], limit: int) -> list[Answer]:
        table = self._tables[questions[0].table]
        query = count_shapes(table, tuple(q.column for q in questions), limit, self._session.version)
        row, reach = self._run(query, table, limit)
        width = 1 + len(TextShape)
        return [
            ShapeAnswer(question, reach, counts[0], _met(counts[1:]))
            for k, question in enumerate(questions)
            for counts in (row[1 + k * width : 1 + (k + 1) * width],)
        ]

    def _uniqueness(self, question: UniquenessQuestion, limit: int) -> Answer:
        table = self._tables[question.table]
        row, reach = self._run(count_duplicates(table, question, limit), table, limit)
        return UniquenessAnswer(question, reach, row.present, row.duplicates)

    def _inclusion(self, question: InclusionQuestion, limit: int) -> Answer:
        child, parent = self._tables[question.child], self._tables[question.parent]
        if not parent.fully_read(limit) and not child.fully_read(limit):
            limit = min(limit, self._limits.inclusion_sample_rows)  # each value is a look-up in a large table
        try:
            row, reach = self._run(count_orphans(child, parent, question, limit, as_text=False), child, limit)
        except (errors.UndefinedFunction, errors.DatatypeMismatch):  # no `=` between the two types
            row, reach = self._run(count_orphans(child, parent, question, limit, as_text=True), child, limit)
        return InclusionAnswer(question, reach, row.present, row.orphans)

    def _dependency(self, question: DependencyQuestion, limit: int) -> Answer:
        table = self._tables[question.table]
        row, reach = self._run(count_violations(table, question, limit), table, limit)
        return DependencyAnswer(question, reach, row.present, row.groups, tuple(row[3:]))

    def _note_error(self, batch: Sequence[Question], error: psycopg.Error) -> None:
        if isinstance(error, errors.InsufficientPrivilege):  # some columns only
            self._denied.update(_tables_of(batch[0]))
            return
        tables = ", ".join(quote_qualified(Engine.POSTGRESQL, name) for name in dict.fromkeys(_tables_of(batch[0])))
        gap = gap_of(error, "", f"The reason says what is in the way; look at {tables}.")
        late = "Raise probe_seconds under [limits] in dbarchitect.toml, or run when the server is less busy."
        self._note(batch, gap.reason, late if isinstance(error, errors.QueryCanceled) else gap.remedy)

    def _note(self, batch: Sequence[Question], reason: str, remedy: str) -> None:
        self._gaps.append(Gap(_describe(batch), reason, remedy))

    def _right_gaps(self) -> list[Gap]:
        what = "questions about the data of"
        return ([denied_gap(what, self._denied, self._reader)] if self._denied else []) + (
            [filtered_gap(what, self._filtered, self._reader)] if self._filtered else []
        )


def _batches(questions: Sequence[Question]) -> list[list[Question]]:
    """Questions about nulls, and about shapes, of one table together; others alone."""
    batches: dict[object, list[Question]] = {}
    for question in dict.fromkeys(questions):
        together = isinstance(question, NullQuestion | ShapeQuestion)
        key: object = (type(question), question.table) if together else question  # type: ignore[union-attr]
        batches.setdefault(key, []).append(question)
    return [part for batch in batches.values() for part in _parts(batch)]


def _parts(batch: list[Question], width: int = 20) -> list[list[Question]]:
    return [batch[k : k + width] for k in range(0, len(batch), width)]


def _tables_of(question: Question) -> tuple[QualifiedName, ...]:
    return (question.child, question.parent) if isinstance(question, InclusionQuestion) else (question.table,)


def _met(counts: Sequence[int]) -> tuple[ShapeCount, ...]:
    return tuple(ShapeCount(shape, count) for shape, count in zip(TextShape, counts, strict=True) if count)


def _describe(batch: Sequence[Question]) -> str:
    """What could not be learnt, in words."""
    match batch[0]:
        case InclusionQuestion() as q:
            return f"whether {q.child} ({', '.join(q.child_columns)}) always points to {q.parent} ({', '.join(q.parent_columns)})"
        case UniquenessQuestion() as q:
            return f"whether {q.table} ({', '.join(q.columns)}) is unique"
        case DependencyQuestion() as q:
            return f"whether {q.determinant} of {q.table} determines {', '.join(q.dependents)}"
        case NullQuestion() as q:
            return f"nulls in {_columns(q.table, batch)}"
        case ShapeQuestion() as q:
            return f"what the texts look like in {_columns(q.table, batch)}"


def _columns(table: QualifiedName, batch: Sequence[Question]) -> str:
    return f"{table} ({', '.join(q.column for q in batch if isinstance(q, NullQuestion | ShapeQuestion))})"
