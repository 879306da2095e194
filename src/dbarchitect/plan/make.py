"""From findings to the plan: merge, settle, order, identify, and carry over what the file already says."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dbarchitect.model.finding import Finding
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import QualifiedName, Subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.model.task import (
    Block,
    CheckRun,
    Item,
    Muting,
    Plan,
    PlanEntry,
    Task,
    TaskId,
    TaskKind,
    Todo,
)
from dbarchitect.plan.carry import Run, another_database, not_found, plan_tick, split_muted, still_found
from dbarchitect.plan.checklist import Facts, make_checklist
from dbarchitect.plan.conflicts import settle
from dbarchitect.plan.context import make_context
from dbarchitect.plan.identify import Numbers, item_ids, plan_group, plan_ids, plan_key
from dbarchitect.plan.merge import merge
from dbarchitect.plan.order import dependencies, in_order
from dbarchitect.plan.subjects import stands_for

_NO_LIMITS = Limits()
_NO_MUTES = Muting()


@dataclass(frozen=True, slots=True)
class _Ids:
    """`ambiguous` are the names that tables of several schemas bear."""

    items: Mapping[str, TaskId]
    plans: Mapping[str, TaskId]
    ambiguous: frozenset[str]


def make_plan(
    snapshot: Snapshot,
    findings: Sequence[Finding],
    previous: Todo | None,
    muting: Muting = _NO_MUTES,
    *,
    today: date,
    checks: Sequence[CheckRun],
    limits: Limits = _NO_LIMITS,
) -> Plan:
    """All that the file will say. `previous` is the file that stands there, `checks` every known check and whether it ran.

    The same findings in another order give the same plan.
    """
    shown, muted, expired = split_muted(findings, muting, today)
    standing, settled = settle(snapshot, merge(shown))
    before = dependencies(snapshot, standing)
    tasks = in_order(standing, before)
    numbers = Numbers(previous)
    ids = _Ids(item_ids(tasks, previous, numbers), plan_ids(tasks, previous, numbers), _ambiguous(snapshot))
    run = Run(
        snapshot,
        today,
        {check.slug: check for check in checks},
        another_database(snapshot, previous),
        {m.finding.key: m for m in muted},
        {s.finding.key: s for s in settled},
        _holders(snapshot, tasks, ids.items),
    )
    blocks = {block.name: block for block in previous.blocks} if previous else {}
    current = [_current(task, ids, before, blocks, run) for task in tasks]
    items = (*current, *_former(current, previous, run))
    return Plan(
        context=make_context(snapshot, limits),
        plans=_plans(items, previous, ids.ambiguous),
        items=items,
        checklist=make_checklist(Facts(snapshot, items, checks, muted, limits)),
        today=today,
        gaps=snapshot.gaps,
        checks=tuple(checks),
        muted=muted,
        expired=expired,
        settled=settled,
        high_water=numbers.high_water,
        previous=previous,
        limits=limits,
    )


def _holders(snapshot: Snapshot, tasks: Sequence[Task], items: Mapping[str, TaskId]) -> dict[str, TaskId]:
    """The item that a key belongs to now: the one that bears it, else the first that answers for it."""
    found = {key: items[task.lead.key] for task in tasks for key in task.keys}
    for task in tasks:
        for finding in task.findings:
            for key in stands_for(finding, snapshot.catalog.database):
                found.setdefault(key, items[task.lead.key])
    return found


def _ambiguous(snapshot: Snapshot) -> frozenset[str]:
    counts = Counter(t.name.name for t in snapshot.catalog.tables)
    return frozenset(name for name, count in counts.items() if count > 1)


def _current(task: Task, ids: _Ids, before: Mapping[str, tuple[str, ...]], blocks: Mapping[str, Block], run: Run) -> Item:
    key = task.lead.key
    item_id = ids.items[key]
    block = blocks.get(str(item_id))
    done, status = False, None
    if block is not None and block.heading is not None:
        tick = still_found(block.heading, block, run.today, keep_hand=True)
        done, status = tick.done, tick.status
    return Item(
        id=item_id,
        plan=ids.plans[plan_key(task.lead)],
        keys=task.keys,
        label=_label(task.lead.subject, ids.ambiguous),
        done=done,
        task=task,
        depends_on=tuple(ids.items[k] for k in before.get(key, ())),
        status=status,
        previous=block,
    )


def _label(subject: Subject, ambiguous: frozenset[str]) -> str:
    """What stands in a heading's brackets: with the schema only when two schemas have a table of that name."""
    return f"{subject.schema}.{subject.label}" if subject.table in ambiguous else subject.label


def _former(current: Sequence[Item], previous: Todo | None, run: Run) -> list[Item]:
    """The items of the file that no task of this run stands for, with their text."""
    taken = {item.id for item in current}
    found: list[Item] = []
    for heading, block in previous.tasks(TaskKind.ITEM) if previous else ():
        if heading.id not in taken:
            tick = not_found(heading, block, run)
            plan = heading.plan or TaskId(TaskKind.PLAN, heading.id.area, 0)
            found.append(Item(heading.id, plan, heading.keys, heading.label, tick.done, None, (), tick.status, block))
    return found


def _plans(items: Sequence[Item], previous: Todo | None, ambiguous: frozenset[str]) -> tuple[PlanEntry, ...]:
    members: dict[TaskId, list[Item]] = defaultdict(list)
    for item in items:
        members[item.plan].append(item)
    former = {h.id: (h, b) for h, b in (previous.tasks(TaskKind.PLAN) if previous else ())}
    for known in former:
        members.setdefault(known, [])
    entries = []
    for plan_id, own in members.items():
        heading, block = former.get(plan_id, (None, None))
        lead = next((item.task.lead for item in own if item.task), None)
        if lead is None and heading is None:
            continue
        done = plan_tick(heading, previous, bool(own) and all(not item.open for item in own))
        entries.append(
            PlanEntry(
                plan_id,
                plan_key(lead) if lead else (heading.keys[0] if heading and heading.keys else ""),
                _plan_label(lead, ambiguous) if lead else (heading.label if heading else ""),
                done,
                tuple(own),
                _tables(own),
                block,
            )
        )
    return tuple(entries)


def _plan_label(lead: Finding, ambiguous: frozenset[str]) -> str:
    table = lead.subject.table
    name = plan_group(lead.subject) if not table or table in ambiguous else table
    return f"{name}: {lead.area.title}"


def _tables(items: Sequence[Item]) -> tuple[QualifiedName, ...]:
    found: dict[QualifiedName, None] = {}
    for finding in (f for item in items if item.task for f in item.task.findings):
        for subject in (finding.subject, *finding.also):
            if subject.table_name is not None:
                found[subject.table_name] = None
    return tuple(found)
