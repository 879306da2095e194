"""The use case `verify`: re-check every task of a TODO file against the database."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from dbarchitect.app.baseline import read_baseline
from dbarchitect.app.judging import chosen_settings, judge
from dbarchitect.app.request import VerifyRequest
from dbarchitect.app.sources import open_named, with_secrets
from dbarchitect.app.todo_file import require_same_kind
from dbarchitect.config import Settings
from dbarchitect.errors import TodoError, UsageError
from dbarchitect.files import write_atomically
from dbarchitect.model.progress import Progress
from dbarchitect.model.task import Muting, Recheck, TaskId, TaskKind, Todo
from dbarchitect.plan.verify import recheck
from dbarchitect.report.terminal import recheck_summary
from dbarchitect.report.todo import parse_todo, print_todo

__all__ = ["Verified", "VerifyRequest", "verify"]


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of it."""

    result: Recheck
    summary: Callable[[bool], str]

    @property
    def all_done(self) -> bool:
        """True when every item that still asks for something is ticked with proof."""
        return self.result.all_done


def _read(path: Path) -> Todo:
    try:
        return parse_todo(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise TodoError(f"there is no file {path}", "write one first: dbarchitect review SOURCE") from error
    except (OSError, UnicodeDecodeError) as error:
        raise TodoError(f"{path} cannot be read: {error}", "name a TODO file that dbarchitect wrote") from error


def _chosen(names: tuple[str, ...], todo: Todo) -> frozenset[TaskId] | None:
    if not names:
        return None
    known = {str(heading.id): heading.id for heading, _ in todo.tasks(TaskKind.ITEM)}
    for name in names:
        if name not in known:
            example = next(iter(known), "DB-ITEM-1.1")
            form = "" if re.fullmatch(r"DB-ITEM-\d+\.\d+", name) else f"; an item's id looks like {example}"
            raise UsageError(f"the file has no item {name}{form}", "see the headings under Database Items")
    return frozenset(known[name] for name in names)


def _settings(request: VerifyRequest, todo: Todo) -> Settings:
    """The thresholds of the review, unless a configuration is named: others would look less closely, or more so."""
    settings = chosen_settings(request.config)
    return settings if request.config or todo.limits is None else replace(settings, limits=todo.limits)


def verify(request: VerifyRequest, progress: Progress) -> Verified:
    """Read the source again, run the checks, tick and un-tick, and write the file back."""
    todo = _read(request.todo)
    only = _chosen(request.only, todo)
    settings = _settings(request, todo)
    muting = Muting(settings.mutes, read_baseline(request.baseline))
    with open_named(request.source or with_secrets(todo.source) or None, settings.limits, progress, rows=request.rows) as opened:
        require_same_kind(todo, request.todo, opened.snapshot)
        judged = judge(opened.snapshot, settings, progress)
    result = recheck(todo, opened.snapshot, judged.findings, judged.checks, datetime.now(UTC).date(), muting=muting, only=only)
    write_atomically(request.todo, print_todo(result.todo))
    return Verified(result, lambda colour: recheck_summary(result, color=colour))
