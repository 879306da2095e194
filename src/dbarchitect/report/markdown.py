"""The TODO file out of a plan: our lines, the reader's lines woven in, digests for the next time."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Origin
from dbarchitect.model.task import Block, Context, Heading, Item, Plan, PlanEntry, Status, Todo
from dbarchitect.model.wording import plural
from dbarchitect.report.context_section import ENGINE_NAMES, context_lines
from dbarchitect.report.scripts import (
    DOWN_NAME,
    TODO_NAME,
    UP_NAME,
    client,
    down_script,
    extract_command,
    failed,
    quoted,
    run_command,
    runnable,
    up_script,
)
from dbarchitect.report.task_sections import item_lines, plan_lines
from dbarchitect.report.text import fence, inline
from dbarchitect.report.todo import SECTIONS, heading_line, print_todo, status_line, without_status
from dbarchitect.report.weave import digest, own_lines, weave


def render(plan: Plan) -> str:
    """The whole file. Ticks, notes and added lines of `plan.previous` are kept; rendering it again changes nothing."""
    return print_todo(to_todo(plan))


def to_todo(plan: Plan) -> Todo:
    """The file's blocks."""
    former = {block.name: block for block in plan.previous.blocks} if plan.previous else {}
    sections = {
        "top": [_block("top", _top(plan), former)],
        "context": [_section("context", context_lines(plan), former)],
        "plan": [_section("plan", _plan_intro(plan), former), *(_plan_block(entry) for entry in plan.plans)],
        "items": [_section("items", _items_intro(plan), former), *(_item_block(item, plan) for item in plan.items)],
        "code": [_section("code", _code(plan), former)],
        "commands": [_section("commands", _commands(plan), former)],
        "checklist": [_section("checklist", _checklist(plan), former)],
    }
    blocks: list[Block] = []
    for section, own in sections.items():
        blocks += own
        if f"tail-{section}" in former:
            blocks.append(_tail(former[f"tail-{section}"]))
    shown = {block.name for block in blocks}
    lost = [line for key, block in former.items() if key not in shown for line in (*block.lines, *block.after)]
    if lost:
        blocks[-1] = replace(blocks[-1], after=_spaced((*blocks[-1].after, *lost)))
    database = plan.context.database if plan.context.origin is Origin.LIVE else ""
    return Todo(tuple(blocks), plan.high_water, plan.context.source, database, plan.limits)


def _spaced(lines: Sequence[str]) -> tuple[str, ...]:
    """The reader's lines between blank ones; without any, one blank line."""
    texts = [number for number, line in enumerate(lines) if line.strip()]
    return ("", *lines[texts[0] : texts[-1] + 1], "") if texts else ("",)


def _tail(block: Block) -> Block:
    """A section of the reader's own."""
    return replace(block, after=_spaced(block.after)[1:])


def _block(
    name: str,
    own: Sequence[str],
    former: dict[str, Block],
    *,
    heading: Heading | None = None,
    status: Status | None = None,
) -> Block:
    before = former.get(name)
    indent = "  " if heading else ""
    woven = weave(own, before.lines, before.digests, indent) if before else list(own)
    after = _spaced(before.after if before else ())
    return Block(name, tuple(woven), tuple(map(digest, own)), heading, status, after)


def _section(name: str, lines: Iterable[str], former: dict[str, Block]) -> Block:
    return _block(name, [SECTIONS[name], "", *lines], former)


def _plan_block(entry: PlanEntry) -> Block:
    heading = Heading(entry.id, entry.done, entry.label, (entry.key,))
    fields = plan_lines(entry)
    if not any(item.task for item in entry.items) and entry.previous is not None and entry.previous.heading is not None:
        heading = replace(entry.previous.heading, done=entry.done)
        fields = _kept_fields(entry.previous)
    return _task_block(heading, fields, None, entry.previous)


def _item_block(item: Item, plan: Plan) -> Block:
    if item.task is not None:
        heading = Heading(item.id, item.done, item.label, item.keys, item.plan)
        return _task_block(heading, item_lines(item, item.task, plan.context), item.status, item.previous)
    heading = Heading(item.id, item.done, item.label, item.keys, item.plan)
    fields = _kept_fields(item.previous) if item.previous else []
    return _task_block(heading, fields, item.status, item.previous)


def _kept_fields(block: Block) -> list[str]:
    """Our own lines of a task as they stand in the file, without its heading and its status."""
    first = block.lines[:1]
    return without_status([line for line in own_lines(block.lines, block.digests) if (line,) != first])


def _task_block(heading: Heading, fields: Sequence[str], status: Status | None, previous: Block | None) -> Block:
    own = [heading_line(heading), *fields, *([status_line(status)] if status else [])]
    former = {str(heading.id): previous} if previous else {}
    return _block(str(heading.id), own, former, heading=heading, status=status)


def _top(plan: Plan) -> list[str]:
    return [
        f"# Database tasks: {inline(plan.context.database or plan.context.source)}",
        "",
        "Written by `dbarchitect review`. Tick boxes and add notes where you like: they stay when the review runs again, and so do "
        "the ids. Of each claim it is said how it is known: observed, estimated, measured or verified.",
    ]


def _plan_intro(plan: Plan) -> list[str]:
    return [] if plan.plans else ["Nothing to plan.", ""]


def _items_intro(plan: Plan) -> list[str]:
    if not plan.items:
        return ["Nothing was found."]
    return [f"{plural(len(plan.open_items), 'open item')}, in the order to work in: most worth for the least risk first."]


def _code(plan: Plan) -> list[str]:
    items = runnable(plan)
    if not items:
        return [
            "No open item has a statement to run." if not failed(plan) else "Every open item with statements failed in the lab."
        ]
    engine = ENGINE_NAMES[plan.context.engine]
    return [
        f"All statements of {plural(len(items), 'open item')}, for {engine}. Read each item's risk before running it.",
        "",
        f"`{UP_NAME}`:",
        "",
        *fence(up_script(plan), f"sql {UP_NAME}"),
        "",
        f"`{DOWN_NAME}`:",
        "",
        *fence(down_script(plan), f"sql {DOWN_NAME}"),
    ]


def _commands(plan: Plan) -> list[str]:
    context = plan.context
    live = context.origin is Origin.LIVE
    source = '"$DATABASE_URL"' if live else quoted(context.source)
    local = [f"dbarchitect review {source}", f"dbarchitect verify {TODO_NAME}"]
    if runnable(plan):
        local += [extract_command(UP_NAME), extract_command(DOWN_NAME), run_command(context, UP_NAME)]
        local.append(f"{run_command(context, DOWN_NAME)}  # the way back")
    return [
        f"`DATABASE_URL` is the URL of the database{' that was reviewed' if live else ' to change'}.{_password_from(context)}",
        "",
        "- Local: review again, tick what is done, write and run the scripts:",
        "",
        *fence("\n".join(local), "sh", "  "),
        "",
        "- CI: fail on new findings of at least a warning, and while an item is open:",
        "",
        *fence(f"dbarchitect review {source} --fail-on warning\ndbarchitect verify {TODO_NAME}", "sh", "  "),
    ]


def _password_from(context: Context) -> str:
    """What the clients of MySQL and MariaDB need beside their command line; psql takes all from the URL."""
    if context.engine is Engine.POSTGRESQL:
        return ""
    return f" `{client(context.engine)}` takes the password from `MYSQL_PWD` or from `[client]` in `~/.my.cnf`."


def _checklist(plan: Plan) -> list[str]:
    return [f"- [{'x' if line.done else ' '}] {inline(line.title)}: {inline(line.proof)}" for line in plan.checklist]
