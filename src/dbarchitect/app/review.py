"""The use case `review`: read, judge, try, plan, write."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from dbarchitect.app.baseline import read_baseline, write_baseline
from dbarchitect.app.judging import Judged, chosen_settings, judge, with_trials
from dbarchitect.app.request import FailOn, Format, Request
from dbarchitect.app.sources import open_named, unread_sections
from dbarchitect.app.todo_file import Kept, read_todo, require_same_kind, write_todo
from dbarchitect.config import Settings
from dbarchitect.files import check_writable
from dbarchitect.model.finding import Severity
from dbarchitect.model.progress import Progress
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.model.task import Muting, Plan, Todo
from dbarchitect.plan.make import make_plan
from dbarchitect.report.json_report import render_json
from dbarchitect.report.markdown import render
from dbarchitect.report.terminal import summary

__all__ = ["FailOn", "Format", "Request", "Reviewed", "check_output", "review", "review_snapshot"]

_LEAST = {FailOn.CRITICAL: Severity.CRITICAL, FailOn.WARNING: Severity.WARNING, FailOn.NOTICE: Severity.NOTICE}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What came of it. `text` is for standard output (None: it was written to a file); `summary(colour)` is for people, `note` for
    people who asked for no summary too: a file was kept aside."""

    plan: Plan
    text: str | None
    summary: Callable[[bool], str]
    exit_code: int
    note: str = ""


def _muting(settings: Settings, request: Request) -> Muting:
    return Muting(settings.mutes, read_baseline(request.baseline))


def _planned(snapshot: Snapshot, judged: Judged, previous: Todo | None, settings: Settings, muting: Muting) -> Plan:
    whole = replace(snapshot, gaps=snapshot.gaps + unread_sections(snapshot) + judged.gaps)
    today = datetime.now(UTC).date()
    return make_plan(whole, judged.findings, previous, muting, today=today, checks=judged.checks, limits=settings.limits)


def _failing(plan: Plan, fail_on: FailOn) -> bool:
    least = _LEAST.get(fail_on)
    return least is not None and any(i.task is not None and i.task.severity.value >= least.value for i in plan.open_items)


def _standing(request: Request) -> tuple[Todo | None, Kept]:
    """The file that stands where the review is to be written: its tasks, or where it will be kept."""
    if request.output is None:
        return None, Kept()
    if request.format is Format.MARKDOWN:
        return read_todo(request.output)
    check_writable(request.output)
    return None, Kept()


def check_output(request: Request) -> None:
    """Raise what would keep the review from being written, before anything is read."""
    _standing(request)


def review_snapshot(snapshot: Snapshot, request: Request, settings: Settings, progress: Progress) -> Reviewed:
    """Judge a snapshot, try the changes, and write what was asked for. The old file stays whole until the new one is complete."""
    muting = _muting(settings, request)
    if request.output is not None:
        require_same_kind(_standing(request)[0], request.output, snapshot)
    judged = judge(snapshot, settings, progress)
    if request.rehearsal:
        judged = with_trials(judged, snapshot, progress)
    previous, kept = _standing(request)
    plan = _planned(snapshot, judged, previous, settings, muting)
    text = render(plan) if request.format is Format.MARKDOWN else render_json(plan)
    if request.output is not None:
        write_todo(request.output, text, kept)
    if request.write_baseline:
        write_baseline(request.write_baseline, judged.findings)
    written = "" if request.output is None else str(request.output)
    return Reviewed(
        plan,
        text if request.output is None else None,
        lambda colour: summary(plan, color=colour, file=written),
        1 if _failing(plan, request.fail_on) else 0,
        kept.note(),
    )


def review(request: Request, progress: Progress) -> Reviewed:
    """Review what the user named. What cannot be written is said before anything is read."""
    settings = chosen_settings(request.config, request.checks)
    check_output(request)
    with open_named(request.source, settings.limits, progress, rows=request.rows) as opened:
        return review_snapshot(opened.snapshot, request, settings, progress)
