"""A short summary for a terminal."""

from collections import Counter
from collections.abc import Sequence

from dbarchitect.model.finding import Severity
from dbarchitect.model.task import Plan, Recheck
from dbarchitect.model.wording import plural
from dbarchitect.report.context_section import ENGINE_NAMES, PROBLEMS_SHOWN
from dbarchitect.report.text import visible

_COLOURS = {Severity.CRITICAL: "31", Severity.WARNING: "33", Severity.NOTICE: "36", Severity.STYLE: "2"}


def summary(plan: Plan, *, color: bool, file: str = "") -> str:
    """What was found, the five costliest problems, what was not checked. `color` is False under NO_COLOR and without a terminal."""
    context = plan.context
    lines = [
        f"{ENGINE_NAMES[context.engine]} {context.version}, {visible(context.database)}: "
        f"{plural(context.counts.tables, 'table')}, {plural(context.counts.indexes, 'index', 'indexes')}",
        _counts(plan, color),
        *_top(plan, color),
        *_closed(plan),
        *_not_checked(plan),
    ]
    if plan.settled or plan.muted or plan.expired:
        lines.append(_left_out(plan))
    return "\n".join([*lines, f"written to {file}"] if file else lines) + "\n"


def _painted(text: str, code: str, color: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if color else text


def _counts(plan: Plan, color: bool) -> str:
    counts = Counter(item.task.severity for item in plan.open_items if item.task is not None)
    if not plan.open_items:
        return "nothing to do"
    parts = [
        _painted(f"{counts[severity]} {severity.name.lower()}", _COLOURS[severity], color)
        for severity in Severity
        if counts[severity]
    ]
    unseen = sum(item.task is None for item in plan.open_items)
    if unseen:
        parts.append(f"{unseen} not checked again")
    return f"{plural(len(plan.open_items), 'open item')}: {', '.join(parts)}"


def _top(plan: Plan, color: bool) -> list[str]:
    ranked = sorted(((i, i.task) for i in plan.open_items if i.task is not None), key=lambda pair: -pair[1].score)
    return [
        f"  {_painted(f'{task.severity.name.lower():8}', _COLOURS[task.severity], color)}  {item.id!s:13} "
        f"{visible(item.label)}: {visible(task.lead.title)}"
        for item, task in ranked[:PROBLEMS_SHOWN]
    ]


def _closed(plan: Plan) -> list[str]:
    proven = sum(item.done and item.task is None for item in plan.items)
    return [f"{plural(proven, 'item')} done, with proof"] if proven else []


def _not_checked(plan: Plan) -> list[str]:
    skipped = sum(check.not_run is not None for check in plan.checks)
    if not plan.gaps and not skipped:
        return []
    head = f"not checked: {plural(len(plan.gaps), 'gap')}, {plural(skipped, 'check')} not run; the file says why and the remedy"
    return [head, *(f"  {visible(gap.what)}: {visible(gap.reason)}" for gap in sorted(plan.gaps)[:3])]


def _left_out(plan: Plan) -> str:
    withheld = sum(s.into is None for s in plan.settled)
    parts = [
        f"{len(plan.muted)} muted" if plan.muted else "",
        f"{plural(len(plan.expired), 'mute')} ended" if plan.expired else "",
        f"{withheld} withheld" if withheld else "",
        f"{len(plan.settled) - withheld} merged into others" if len(plan.settled) > withheld else "",
    ]
    return "left out: " + (", ".join(part for part in parts if part))


def recheck_summary(recheck: Recheck, *, color: bool) -> str:
    """One line for each item looked at, then whether all is done."""
    lines = [_outcome_line(o.done, f"{o.id!s:13} {visible(o.label)}: {visible(o.sentence)}", color) for o in recheck.outcomes]
    return "\n".join([*lines, *_verdict(recheck)]) + "\n"


def _outcome_line(done: bool, text: str, color: bool) -> str:
    return f"{_painted('[x]' if done else '[ ]', '32' if done else '33', color)} {text}"


def _verdict(recheck: Recheck) -> Sequence[str]:
    left = sum(not o.done for o in recheck.outcomes)
    lines = ["all done" if recheck.all_done else f"{plural(left, 'item')} not done" if left else "not all is proven"]
    if recheck.not_listed:
        lines.append(f"{plural(recheck.not_listed, 'finding')} not in the file: run the review")
    return lines
