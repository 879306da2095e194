"""What becomes of a task from one run to the next: ticks, proofs and the day on which they changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from posixpath import normpath

from dbarchitect.model.finding import Finding
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.model.task import (
    Block,
    CheckRun,
    Heading,
    Mute,
    MutedFinding,
    Muting,
    Settled,
    Status,
    StatusKind,
    TaskId,
    TaskKind,
    Todo,
)
from dbarchitect.plan.subjects import belongs_to, is_gone


@dataclass(frozen=True, slots=True)
class Tick:
    """Whether a task is ticked, and what is said about it."""

    done: bool
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What this run knows. `holders` are the ids of the items that hold a finding's key now."""

    snapshot: Snapshot
    today: date
    checks: Mapping[str, CheckRun]
    another_database: str | None = None
    muted: Mapping[str, MutedFinding] = field(default_factory=dict)
    settled: Mapping[str, Settled] = field(default_factory=dict)
    holders: Mapping[str, TaskId] = field(default_factory=dict)


def another_database(snapshot: Snapshot, previous: Todo | None) -> str | None:
    """The database, or the SQL files, of the previous run when they were not those of this one."""
    if previous is None or not (previous.source or previous.database):
        return None
    before, now = (previous.database, snapshot.catalog.database) if previous.database else (previous.source, snapshot.source)
    return None if normpath(before) == normpath(now) else before


def still_found(heading: Heading, block: Block, today: date, *, keep_hand: bool) -> Tick:
    """The tick of an item whose problem is there. A tick by hand stays when `keep_hand`; a proven one never does."""
    before = block.status
    if heading.done and before and before.kind is StatusKind.FIXED:
        return Tick(False, Status(StatusKind.FOUND_AGAIN, today, f"came back: ticked on {before.on}, found again on {today}"))
    if heading.done:
        outcome = "still found" if keep_hand else "unticked, still found"
        return Tick(keep_hand, Status(StatusKind.STILL_FOUND, today, f"ticked by hand, {outcome} on {today}"))
    kept = before if before and before.kind in (StatusKind.FOUND_AGAIN, StatusKind.STILL_FOUND) else None
    return Tick(False, kept)


def not_found(heading: Heading, block: Block, run: Run) -> Tick:
    """The tick of an item that no task of this run stands for."""
    kind, sentence = _fate(heading, run)
    before = block.status
    proven = before is not None and before.kind is StatusKind.FIXED
    if kind is StatusKind.FIXED:
        return Tick(True, before if heading.done and proven else Status(kind, run.today, sentence))
    if kind is StatusKind.NOT_RECHECKED and heading.done and proven:
        return Tick(True, before)
    same = before is not None and before.kind is kind and before.sentence == sentence
    done = heading.done and (kind is StatusKind.NOT_RECHECKED or not proven)
    return Tick(done, before if same else Status(kind, run.today, sentence))


def _fate(heading: Heading, run: Run) -> tuple[StatusKind, str]:
    holder = next((run.holders[key] for key in heading.keys if key in run.holders), None)
    if holder is not None:
        return StatusKind.MERGED, f"now part of {holder}"
    settled = next((run.settled[key] for key in heading.keys if key in run.settled), None)
    if settled is not None:
        return StatusKind.WITHHELD, f"no longer proposed: {settled.reason}"
    muted = next((run.muted[key] for key in heading.keys if key in run.muted), None)
    if muted is not None:
        until = f"until {muted.until}" if muted.until else "without an end"
        return StatusKind.MUTED, f"muted {until}: {muted.reason}"
    obstacle = next((why for key in heading.keys if (why := _why_not_checked(key, run))), None)
    if obstacle is not None:
        return StatusKind.NOT_RECHECKED, f"not checked again: {obstacle}"
    return StatusKind.FIXED, _proof(heading, run)


def _why_not_checked(key: str, run: Run) -> str | None:
    slug, _, rest = key.partition(" ")
    engine = rest.partition(" ")[0]
    if run.another_database is not None:
        name = run.snapshot.catalog.database if run.snapshot.live else run.snapshot.source
        return f"this run read {'database ' if run.snapshot.live else ''}{name}, not {run.another_database}"
    if engine != run.snapshot.engine.value:
        return f"this run read {run.snapshot.engine.value}, not {engine}"
    check = run.checks.get(slug)
    if check is None:
        return f"check {slug} was not part of this run"
    if check.not_run:
        return f"{slug}: {check.not_run}"
    subject = rest.partition(" ")[2]
    if is_gone(run.snapshot, subject):
        return None
    table = next((t for t in sorted(check.unanswered) if belongs_to(subject, t)), None)
    if table is not None:
        return f"{slug}: the rows of {table} were not read"
    return f"{slug}: {check.blind}" if check.blind else None


def _proof(heading: Heading, run: Run) -> str:
    slugs = list(dict.fromkeys(key.partition(" ")[0] for key in heading.keys))
    looked_for = "; ".join(run.checks[slug].reads for slug in slugs)
    verb = "ran and does not find it" if len(slugs) == 1 else "ran and do not find it"
    return f"no longer found on {run.today}: on {run.snapshot.source}, {', '.join(slugs)} {verb} (looks for: {looked_for})"


def split_muted(
    findings: Sequence[Finding], muting: Muting, today: date
) -> tuple[list[Finding], tuple[MutedFinding, ...], tuple[Mute, ...]]:
    """The findings to show, those left out, and the mutes whose last day has passed."""
    expired = tuple(m for m in muting.mutes if m.until is not None and m.until < today)
    valid = [m for m in muting.mutes if m not in expired]
    shown: list[Finding] = []
    muted: list[MutedFinding] = []
    for finding in findings:
        mute = next((m for m in valid if m.covers(finding)), None)
        if mute is not None:
            muted.append(MutedFinding(finding, mute.reason, mute.until))
        elif finding.key in muting.baseline:
            muted.append(MutedFinding(finding, "baseline"))
        else:
            shown.append(finding)
    return shown, tuple(muted), expired


def plan_tick(heading: Heading | None, previous: Todo | None, all_done: bool) -> bool:
    """A plan is ticked when all of its items are, or by hand (then some of its items were open in the file)."""
    if all_done or heading is None or not heading.done or previous is None:
        return all_done
    members = [h for h, _ in previous.tasks(TaskKind.ITEM) if h.plan == heading.id]
    return not members or any(not h.done for h in members)
