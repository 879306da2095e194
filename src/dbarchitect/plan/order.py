"""The order to work in: what others need comes first, else impact × confidence over risk."""

import heapq
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence

from dbarchitect.model.catalog import Index
from dbarchitect.model.names import Subject, SubjectKind
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.model.task import Task
from dbarchitect.plan.conflicts import task_effects
from dbarchitect.sql.effects import (
    ColumnRetyped,
    Effect,
    ForeignKeyAdded,
    IndexCreated,
    IndexDropped,
    KeyAdded,
    RowsChanged,
    RowsRequired,
    ViewDropped,
)


def dependencies(snapshot: Snapshot, tasks: Sequence[Task]) -> dict[str, tuple[str, ...]]:
    """For each task (by its lead's key) the keys of those that must be done before it. Never a cycle."""
    offers: dict[Hashable, list[str]] = defaultdict(list)
    for task in tasks:
        for effect in task_effects(task):
            for thing in _offered(effect):
                offers[thing].append(task.lead.key)
    keyed = _keys_of_references(tasks)
    found: dict[str, tuple[str, ...]] = {}
    for task in tasks:
        wanted = [w for effect in task_effects(task) for w in _wanted(snapshot, effect)]
        named = [key for thing in wanted for key in offers.get(thing, ())] + keyed.get((task.lead.check, task.lead.subject), [])
        before = dict.fromkeys(key for key in named if key != task.lead.key)
        found[task.lead.key] = tuple(key for key in before if not _reaches(found, key, task.lead.key))
    return found


def _keys_of_references(tasks: Sequence[Task]) -> dict[tuple[str, Subject], list[str]]:
    """By check and referencing column: the tasks about the keys that it points at, which name it among their other subjects."""
    found: dict[tuple[str, Subject], list[str]] = defaultdict(list)
    for task in tasks:
        for subject in task.lead.also:
            if subject.kind is SubjectKind.COLUMN:
                found[task.lead.check, subject].append(task.lead.key)
    return found


def _reaches(found: dict[str, tuple[str, ...]], start: str, goal: str) -> bool:
    """True when `start` already waits for `goal`."""
    seen, waiting = {start}, [start]
    while waiting:
        key = waiting.pop()
        if key == goal:
            return True
        fresh = [k for k in found.get(key, ()) if k not in seen]
        seen.update(fresh)
        waiting += fresh
    return False


def _offered(effect: Effect) -> Iterator[Hashable]:
    """What other tasks may wait for."""
    if isinstance(effect, IndexCreated) and effect.plain:
        yield "index", effect.table, frozenset(effect.columns)
        for width in range(1, len(effect.columns) + 1):
            yield "leading", effect.table, effect.columns[:width]
        if effect.unique:
            yield "unique", effect.table, frozenset(effect.columns)
    elif isinstance(effect, KeyAdded):
        yield "unique", effect.table, frozenset(effect.columns)
        yield "leading", effect.table, effect.columns
    elif isinstance(effect, RowsChanged):
        yield "rows", effect.table
    elif isinstance(effect, ColumnRetyped):
        yield "type", effect.table, effect.column
    elif isinstance(effect, ViewDropped):
        yield "view", effect.name


def _wanted(snapshot: Snapshot, effect: Effect) -> Iterator[Hashable]:
    """What has to be done before this, if anybody does it."""
    if isinstance(effect, ForeignKeyAdded):
        yield "index", effect.table, frozenset(effect.columns)
        yield "unique", effect.target, frozenset(effect.target_columns)
        yield from (("type", effect.table, column) for column in effect.columns)
        yield from (("type", effect.target, column) for column in effect.target_columns)
        if effect.validated:
            yield "rows", effect.table
    elif isinstance(effect, RowsRequired | KeyAdded):
        yield "rows", effect.table
    elif isinstance(effect, IndexCreated):
        yield from (("type", effect.table, column) for column in effect.columns)
        yield "view", effect.table
        if effect.unique:
            yield "rows", effect.table
    elif isinstance(effect, IndexDropped):
        index = _index(snapshot, effect)
        if index is not None and index.columns:
            yield "leading", index.table, index.columns


def _index(snapshot: Snapshot, effect: IndexDropped) -> Index | None:
    table = snapshot.table(effect.table) if effect.table else None
    if table is not None:
        return next((i for i in table.indexes if i.name.name == effect.name.name), None)
    found = snapshot.index(effect.name)
    return found[1] if found else None


def in_order(tasks: Sequence[Task], before: dict[str, tuple[str, ...]]) -> list[Task]:
    """The tasks, each after all that it waits for; among those that can be next, the highest score first."""
    by_key = {task.lead.key: task for task in tasks}
    missing = {key: {k for k in before.get(key, ()) if k in by_key} for key in by_key}
    waiters: dict[str, list[str]] = defaultdict(list)
    for key, needed in missing.items():
        for other in needed:
            waiters[other].append(key)
    ready = [(-by_key[key].score, key) for key, needed in missing.items() if not needed]
    heapq.heapify(ready)
    done: list[Task] = []
    while ready:
        key = heapq.heappop(ready)[1]
        done.append(by_key[key])
        for waiter in waiters[key]:
            missing[waiter].discard(key)
            if not missing[waiter]:
                heapq.heappush(ready, (-by_key[waiter].score, waiter))
    return done
