"""Ids: every task keeps the number it was once given, found again by its key; no number is given twice."""

from collections.abc import Iterable, Sequence

from dbarchitect.model.finding import Area, Finding
from dbarchitect.model.names import Subject, SubjectKind
from dbarchitect.model.task import HighWater, Task, TaskId, TaskKind, Todo

_PLURALS = {
    SubjectKind.INDEX: "indexes",
    SubjectKind.POLICY: "policies",
}


def plan_group(subject: Subject) -> str:
    """What a plan is about: the table with its schema, else the kind of objects (`settings`, `roles`)."""
    if subject.table_name is not None:
        return str(subject.table_name)
    return _PLURALS.get(subject.kind, f"{subject.kind.value}s")


def plan_key(finding: Finding) -> str:
    """The identity of the plan that a finding belongs to."""
    return f"plan {finding.area.number} {plan_group(finding.subject)}"


class Numbers:
    """Hands out the next free number of each area and kind; starts above all that were ever given."""

    def __init__(self, previous: Todo | None) -> None:
        self._highest: dict[tuple[TaskKind, int], int] = {}
        for mark in previous.high_water if previous else ():
            self._highest[TaskKind.PLAN, mark.area] = mark.plans
            self._highest[TaskKind.ITEM, mark.area] = mark.items

    def give(self, kind: TaskKind, area: Area) -> TaskId:
        """A new id."""
        number = self._highest.get((kind, area.number), 0) + 1
        self._highest[kind, area.number] = number
        return TaskId(kind, area.number, number)

    @property
    def high_water(self) -> tuple[HighWater, ...]:
        """The largest numbers given so far, by area."""
        areas = sorted({area for _, area in self._highest})
        plans, items = TaskKind.PLAN, TaskKind.ITEM
        return tuple(HighWater(a, self._highest.get((plans, a), 0), self._highest.get((items, a), 0)) for a in areas)


def item_ids(tasks: Sequence[Task], previous: Todo | None, numbers: Numbers) -> dict[str, TaskId]:
    """Each task's id by its lead's key.

    A former item belongs to the task whose lead is its first key, else to one that holds its first key, else any of its keys.
    """
    former = [heading for heading, _ in previous.tasks(TaskKind.ITEM)] if previous else []
    first = {heading.keys[0]: heading.id for heading in reversed(former) if heading.keys}
    anywhere = {key: heading.id for heading in reversed(former) for key in heading.keys}
    given: dict[str, TaskId] = {}
    taken: set[TaskId] = set()
    for known, of_lead in ((first, True), (first, False), (anywhere, False)):
        for task in tasks:
            keys = task.keys[:1] if of_lead else task.keys
            found = next((known[key] for key in keys if key in known and known[key] not in taken), None)
            if found is not None and task.lead.key not in given:
                given[task.lead.key] = found
                taken.add(found)
    for task in tasks:
        if task.lead.key not in given:
            given[task.lead.key] = numbers.give(TaskKind.ITEM, task.lead.area)
    return given


def plan_ids(tasks: Iterable[Task], previous: Todo | None, numbers: Numbers) -> dict[str, TaskId]:
    """Each plan's id by its key, in the order of the tasks."""
    former = {key: heading.id for heading, _ in (previous.tasks(TaskKind.PLAN) if previous else ()) for key in heading.keys}
    given: dict[str, TaskId] = {}
    for task in tasks:
        key = plan_key(task.lead)
        if key not in given:
            given[key] = former.get(key) or numbers.give(TaskKind.PLAN, task.lead.area)
    return given
