"""Re-check: which items of a TODO file are done, by looking again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from dbarchitect.model.finding import Finding
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.model.task import (
    Block,
    CheckRun,
    Heading,
    Muting,
    Outcome,
    Recheck,
    StatusKind,
    TaskId,
    TaskKind,
    Todo,
)
from dbarchitect.plan.carry import Run, Tick, another_database, not_found, split_muted, still_found
from dbarchitect.plan.conflicts import settle
from dbarchitect.plan.merge import merge
from dbarchitect.plan.subjects import stands_for

_SETTLED = (StatusKind.MERGED, StatusKind.WITHHELD)


def recheck(
    previous: Todo,
    snapshot: Snapshot,
    findings: Sequence[Finding],
    checks: Sequence[CheckRun],
    today: date,
    *,
    muting: Muting | None = None,
    only: frozenset[TaskId] | None = None,
) -> Recheck:
    """The file with every item ticked that is done and un-ticked that is not, each with the reason beside it.

    `findings` are all that the checks find now, `only` the items to look at (None: all; plans are ticked either way).
    """
    shown, muted, _ = split_muted(findings, muting or Muting(), today)
    run = Run(snapshot, today, {c.slug: c for c in checks}, another_database(snapshot, previous), {m.finding.key: m for m in muted})
    answers = {finding.key: stands_for(finding, snapshot.catalog.database) for finding in shown}
    found = {key for keys in answers.values() for key in keys}
    chosen = [(h, b) for h, b in previous.tasks(TaskKind.ITEM) if only is None or h.id in only]
    ticks = {h.id: _tick(h, b, found, run) for h, b in chosen if not (b.status and b.status.kind in _SETTLED)}
    blocks = [_ticked(block, ticks) for block in previous.blocks]
    elsewhere = {s.finding.key for s in settle(snapshot, merge(shown))[1]}
    listed = {key for heading, _ in previous.tasks(TaskKind.ITEM) for key in heading.keys}
    return Recheck(
        replace(previous, blocks=_plans_ticked(blocks)),
        tuple(_outcome(heading, ticks[heading.id], run) for heading, _ in chosen if heading.id in ticks),
        all(_proven(tick) for tick in ticks.values()),
        sum(listed.isdisjoint(keys) for key, keys in answers.items() if key not in elsewhere),
    )


def _tick(heading: Heading, block: Block, found: set[str], run: Run) -> Tick:
    if not found.isdisjoint(heading.keys) and run.another_database is None:
        return still_found(heading, block, run.today, keep_hand=False)
    return not_found(heading, block, run)


def _proven(tick: Tick) -> bool:
    return tick.status is not None and tick.status.kind in (StatusKind.FIXED, StatusKind.MUTED)


def _ticked(block: Block, ticks: dict[TaskId, Tick]) -> Block:
    if block.heading is None or block.heading.id not in ticks:
        return block
    tick = ticks[block.heading.id]
    return replace(block, heading=replace(block.heading, done=tick.done), status=tick.status)


def _plans_ticked(blocks: Sequence[Block]) -> tuple[Block, ...]:
    items = [b for b in blocks if b.heading and b.heading.id.kind is TaskKind.ITEM]
    waiting = {b.heading.plan for b in items if b.heading and not b.heading.done and not (b.status and b.status.kind.closed)}
    planned = {b.heading.plan for b in items if b.heading}
    return tuple(
        replace(b, heading=replace(b.heading, done=b.heading.id not in waiting))
        if b.heading and b.heading.id.kind is TaskKind.PLAN and b.heading.id in planned
        else b
        for b in blocks
    )


def _outcome(heading: Heading, tick: Tick, run: Run) -> Outcome:
    sentence = tick.status.sentence if tick.status else f"still found on {run.today}"
    return Outcome(heading.id, heading.label, tick.done, tick.done != heading.done, sentence)
