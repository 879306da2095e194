"""The lines of plans and items."""

from collections.abc import Iterator

from dbarchitect.model.change import Change, Strategy
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Trial
from dbarchitect.model.task import Context, Item, PlanEntry, Task
from dbarchitect.report.scripts import statements, verify_command
from dbarchitect.report.text import code, fence, in_bytes, inline, sentence

_INSIDE = "    "


def plan_lines(entry: PlanEntry) -> list[str]:
    """The fields of a plan, without its heading."""
    current = [item for item in entry.items if item.task is not None]
    tables = ", ".join(code(str(table)) for table in entry.tables)
    return [
        f"  - **Tables Affected**: {tables or 'none'}",
        f"  - **Migration Strategy**: {_strategy(current)}",
        f"  - **Rollback Plan**: {_rollback_plan(current)}",
        *_impact(current),
    ]


def _strategy(items: list[Item]) -> str:
    grouped: dict[str, list[str]] = {}
    for item in items:
        if item.task is not None:
            change = item.task.change
            grouped.setdefault(f"{_way(change)}: {_why(change)}", []).append(str(item.id))
    if len(grouped) == 1:
        return next(iter(grouped))
    return "; ".join(f"{', '.join(ids)}: {text}" for text, ids in grouped.items())


def _why(change: Change) -> str:
    if change.why_strategy:
        return inline(change.why_strategy)
    if change.advice_only:
        return "the item says what to weigh"
    if change.strategy is Strategy.ONLINE_DDL:
        return "reads and writes go on"
    return f"one short change is enough; lock: {inline(change.lock)}" if change.online else f"lock: {inline(change.lock)}"


def _way(change: Change) -> str:
    return "a decision, no statement" if change.advice_only else change.strategy.value


def _rollback_plan(items: list[Item]) -> str:
    back = [str(item.id) for item in reversed(items) if item.task and item.task.change.undo]
    none = [str(item.id) for item in items if item.task and not item.task.change.undo]
    parts = []
    if back:
        parts.append(f"the Rollback of {', then '.join(back)}")
    if none:
        parts.append(f"no statement to undo: {', '.join(none)}")
    return "; ".join(parts)


def _impact(items: list[Item]) -> Iterator[str]:
    gains = [(item, item.task) for item in items if item.task and (item.task.lead.benefit or item.task.change.size_bytes)]
    if not gains:
        yield "  - **Performance Impact**: none claimed"
        return
    yield "  - **Performance Impact**:"
    for item, task in gains:
        lead, size = task.lead, task.change.size_bytes
        texts = [f"{inline(lead.benefit)}{_basis(lead)}"] if lead.benefit else []
        if size:
            texts.append(f"{'+' if size > 0 else '−'}{in_bytes(abs(size))} ({_size_basis(task.change)})")
        yield f"    - {item.id}: {'; '.join(texts)}"


def _size_basis(change: Change) -> str:
    """What only drops an index frees just what the index was seen to take; all else is a formula."""
    return "observed" if all("DROP INDEX" in step.sql for step in change.steps) else "estimated"


def _basis(finding: Finding) -> str:
    """How strong the benefit is, in brackets, unless its own words say so."""
    if any(kind.value in finding.benefit for kind in EvidenceKind):
        return ""
    kinds = {evidence.kind for evidence in finding.evidence}
    if EvidenceKind.MEASURED in kinds:
        return " (measured, see the item)"
    return " (estimated)" if EvidenceKind.ESTIMATED in kinds else " (expected, not measured)"


def item_lines(item: Item, task: Task, context: Context) -> list[str]:
    """The fields of an item, without its heading and its status."""
    change = task.change
    return [
        f"  - **Type**: {change.kind.value}",
        f"  - **Plan**: {item.plan}",
        *_change(change, context),
        *_rollback(change, context),
        *_rationale(task),
        *_testing(item, change, context),
        f"  - **Risk**: {_risk(change)} · **Depends on**: {', '.join(map(str, item.depends_on)) or 'nothing'}",
        *(f"    - {label}: {inline(sentence(text))}" for label, text in _warnings(change)),
        f"  - **Trial**: {_trial(change, task.lead.trial)}",
    ]


def _change(change: Change, context: Context) -> list[str]:
    if change.advice_only or not change.steps:
        return [f"  - **DDL/DML**: no statement to run: {inline(sentence(change.advice_only or 'the decision is yours'))}"]
    return ["  - **DDL/DML**:", *fence(statements(context.engine, change.steps), "sql", _INSIDE)]


def _rollback(change: Change, context: Context) -> list[str]:
    if not change.undo:
        return [f"  - **Rollback**: none: {inline(sentence(change.no_undo or 'nothing is changed'))}"]
    reserve = f" {inline(sentence(change.no_undo))}" if change.no_undo else ""
    return [f"  - **Rollback**:{reserve}", *fence(statements(context.engine, change.undo), "sql", _INSIDE)]


def _rationale(task: Task) -> Iterator[str]:
    lead = task.lead
    yield f"  - **Rationale**: {inline(sentence(lead.claim))} Severity: {_weight(lead)}."
    yield from map(_evidence, lead.evidence)
    for other in task.findings[1:]:
        yield f"    - also {other.check}, {_weight(other)}: {inline(sentence(other.claim))}"
        yield from (f"  {_evidence(evidence)}" for evidence in other.evidence)


def _weight(finding: Finding) -> str:
    return f"{finding.severity.name.lower()}, {finding.confidence.name.lower()}"


def _evidence(evidence: Evidence) -> str:
    repeat = f" Repeat: {code(' '.join(evidence.repeat.split()))}" if evidence.repeat else ""
    return f"    - {evidence.kind.value}: {inline(sentence(evidence.text))}{repeat}"


def _testing(item: Item, change: Change, context: Context) -> list[str]:
    commands = [f"dbarchitect verify --only {item.id}"]
    if change.verify is None:
        return ["  - **Testing**: ticks this item once the finding is gone:", *fence(commands[0], "sh", _INSIDE)]
    # the whole statement goes to the client in one word of the shell, on as many lines as it has
    commands.insert(0, verify_command(context, change.verify))
    answer = f"prints {code(change.verify.expected)}" if change.verify.expected else "prints an empty line"
    return [
        f"  - **Testing**: the first {answer} once done; the second ticks this item:",
        *fence("\n".join(commands), "sh", _INSIDE),
    ]


def _risk(change: Change) -> str:
    if change.advice_only:
        return f"{change.risk.name.lower()}; nothing is changed by this item itself"
    restart = "; takes effect only after a restart of the server" if change.requires_restart else ""
    online = "online" if change.online else "not online"
    risk = change.risk.name.lower()
    return f"{risk}; {online}; lock: {inline(change.lock)}; duration: {inline(change.duration)}{restart}"


def _warnings(change: Change) -> list[tuple[str, str]]:
    return [("hazard", text) for text in change.hazards] + [("assumes", text) for text in change.assumptions]


def _trial(change: Change, trial: Trial | None) -> str:
    if change.advice_only or not change.steps:
        return "nothing to run"
    if trial is None:
        return "not run by us; doing, testing and undoing it on a copy of the schema would prove it"
    if trial.not_run is not None:
        return f"not run by us: {inline(sentence(trial.not_run))} Its test proves it once it was run"
    server, _, copied = trial.server.partition(", ")
    where = f"executed by us on {inline(copied or 'an empty copy of the schema')}, {inline(server)}"
    outcome = f"{_done(trial)}, {_verified(trial)}, {_undone(change, trial)}"
    seen = "".join(f"; {code(' '.join(s.sql.split()))} gave: {inline(s.error)}" for s in trial.failures if s.error)
    whole = trial.done and trial.verified is not False and trial.undone is not False
    strength = "verified" if whole and trial.verified and trial.undone else "observed"
    return f"{where}: {outcome} ({strength}){seen}"


def _done(trial: Trial) -> str:
    return "do passed" if trial.done else "do failed"


def _verified(trial: Trial) -> str:
    if trial.verified is None:
        return "no test to run"
    return "test passed" if trial.verified else "test failed"


def _undone(change: Change, trial: Trial) -> str:
    if trial.undone is None:
        return "nothing to undo" if not change.undo else "undo not run"
    return "undo passed, catalogue equal afterwards" if trial.undone else "undo failed or left the catalogue different"
