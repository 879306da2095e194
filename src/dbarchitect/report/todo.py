"""The TODO file as text: read into blocks, and printed again exactly.

A block runs from its first line (`## Context`, or a task's heading) to a comment that names it and holds the digests of
the lines that we wrote; whatever else stands in the file is the reader's.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from urllib.parse import unquote

from dbarchitect.errors import OtherTodoFile, TodoError
from dbarchitect.model.limits import Limits
from dbarchitect.model.task import Block, Heading, HighWater, Status, StatusKind, TaskId, TaskKind, Todo
from dbarchitect.report.compare import opcodes
from dbarchitect.report.text import inline, name, plain
from dbarchitect.report.weave import digest

FORMAT_VERSION = "1"
SECTIONS = {
    "context": "## Context",
    "plan": "## Database Plan",
    "items": "## Database Items",
    "code": "## Proposed Code Changes",
    "commands": "## Commands",
    "checklist": "## Quality Assurance Task Checklist",
}
_NAMES = {title: section for section, title in SECTIONS.items()}
_TASK = re.compile(
    r"^ {0,3}[-*+] \[([ xX])\] \*\*(DB-PLAN|DB-ITEM)-(\d{1,6})\.(\d{1,6}) \[(.*)\]\*\*:.*<!-- dbarchitect:key=(.*?) -->\s*$"
)
_END = re.compile(r"^\s*<!-- dbarchitect:lines (\S+) ([A-Za-z0-9._]*)((?: [a-z]+=\S*)*) -->\s*$")
_FILE = re.compile(r"^\s*<!-- dbarchitect:file((?: [a-z]+=\S*)*) -->\s*$")
_OURS = re.compile(r"^\s*<!-- dbarchitect:(?:lines|file) .*-->\s*$")
_ID = re.compile(r"\b(DB-PLAN|DB-ITEM)-(\d{1,6})\.(\d{1,6})\b")
_STATUS = re.compile(r"^  - \*\*(?:Proof|Status)\*\*: ")
_BOX = re.compile(r"\[[ xX]\]")


def encode(text: str, keep: str = "") -> str:
    """The text as it can stand in an HTML comment: one line, no `;`, no two hyphens, nothing that ends it."""
    safe = "._-/:,()@" + keep
    parts = [c if c.isalnum() or c in safe else "".join(f"%{b:02X}" for b in c.encode("utf-8", "replace")) for c in text]
    return "".join(parts).replace("--", "%2D%2D")


def heading_line(heading: Heading) -> str:
    """The first line of a task."""
    keys = ";".join(encode(key, " ") for key in heading.keys)
    return f"- [{'x' if heading.done else ' '}] **{heading.id} [{name(heading.label)}]**: <!-- dbarchitect:key={keys} -->"


def status_line(status: Status) -> str:
    """The line that says what happened to a task."""
    return f"  - **{'Proof' if status.kind is StatusKind.FIXED else 'Status'}**: {inline(status.sentence)}"


@dataclass(slots=True)
class _Marks:
    """Where blocks begin and end: first lines by block name, in order, and the first end of each."""

    starts: dict[str, list[int]] = field(default_factory=dict)
    ends: dict[str, tuple[int, re.Match[str]]] = field(default_factory=dict)


def _start_name(line: str) -> str | None:
    if line.startswith("## "):
        return _NAMES.get(line.rstrip())
    found = _TASK.match(line)
    return f"{found[2]}-{int(found[3])}.{int(found[4])}" if found else None


def _marks(lines: Sequence[str]) -> _Marks:
    marks = _Marks()
    for number, line in enumerate(lines):
        started = _start_name(line)
        if started is not None:
            marks.starts.setdefault(started, []).append(number)
        elif "dbarchitect:lines" in line and (end := _END.match(line)):
            marks.ends.setdefault(end[1], (number, end))
    return marks


def _digests(packed: str) -> tuple[str, ...]:
    return tuple(packed[i : i + 4] for i in range(0, len(packed), 4))


def _chosen_starts(lines: Sequence[str], marks: _Marks) -> dict[int, str]:
    """The line on which each block begins. A copy of a first line in the reader's text has fewer of our lines behind it."""
    chosen = {}
    for block, places in marks.starts.items():
        end, match = marks.ends.get(block, (-1, None))
        before = [place for place in places if place < end]
        if len(before) > 1 and match is not None:
            ours = Counter(_digests(match[2]))
            before = [max(before, key=lambda p: (sum((Counter(map(digest, lines[p:end])) & ours).values()), p))]
        chosen[before[0] if before else places[0]] = block
    return chosen


def parse_todo(text: str) -> Todo:
    """The file's blocks and the reader's lines.

    Raises TodoError when nothing in the text looks like a file of ours, OtherTodoFile for another format; an empty text is an
    empty Todo.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if not text.strip():
        return Todo()
    if lines[-1] == "":
        lines.pop()
    marks = _marks(lines)
    file_marks = [found for line in lines if "dbarchitect:file" in line and (found := _FILE.match(line))]
    if not file_marks and not marks.ends and not any(block.startswith("DB-") for block in marks.starts):
        raise TodoError(
            "the TODO file holds no task of ours: its headings and comments are gone",
            "move it aside and run the review again; ticks and ids cannot be carried over",
        )
    values = _attributes(file_marks[-1][1]) if file_marks else {}
    version = values.get("version", FORMAT_VERSION)
    if version != FORMAT_VERSION:
        raise OtherTodoFile(
            f"the TODO file has format {version}; this version of dbarchitect reads and writes format {FORMAT_VERSION}",
            "use the version of dbarchitect that wrote it, or name another file",
        )
    blocks = tuple(_blocks(lines, marks))
    return Todo(
        blocks,
        _high_water(values.get("numbers", ""), text),
        values.get("source", ""),
        values.get("database", ""),
        _limits(values["limits"]) if "limits" in values else None,
    )


def _limits(text: str) -> Limits:
    """The limits that are named; names that this version does not know and values that are no numbers are passed over."""
    whole = {f.name: isinstance(f.default, int) for f in fields(Limits)}
    found: dict[str, float] = {}
    for name_, _, value in (part.partition(":") for part in text.split(",")):
        if name_ in whole and re.fullmatch(r"\d+" if whole[name_] else r"\d+(\.\d+)?(e[-+]?\d+)?", value):
            found[name_] = int(value) if whole[name_] else float(value)
    return Limits(**found)  # type: ignore[arg-type]


def _limits_text(limits: Limits) -> str:
    """Those that are not the defaults."""
    usual = Limits()
    changed = [(f.name, getattr(limits, f.name)) for f in fields(Limits) if getattr(limits, f.name) != getattr(usual, f.name)]
    return ",".join(f"{name_}:{value!r}" for name_, value in changed) or "default"


def _attributes(text: str) -> dict[str, str]:
    return {key: unquote(value) for key, _, value in (part.partition("=") for part in text.split())}


def _high_water(numbers: str, text: str) -> tuple[HighWater, ...]:
    """The largest numbers: those noted at the file's end, and those that any id in the file has."""
    highest: dict[tuple[str, int], int] = {}
    for area, plans, items in re.findall(r"(\d{1,6}):(\d{1,6}):(\d{1,6})", numbers):
        highest["DB-PLAN", int(area)], highest["DB-ITEM", int(area)] = int(plans), int(items)
    for kind, area, number in _ID.findall(text):
        highest[kind, int(area)] = max(int(number), highest.get((kind, int(area)), 0))
    areas = sorted({area for _, area in highest})
    return tuple(HighWater(a, highest.get(("DB-PLAN", a), 0), highest.get(("DB-ITEM", a), 0)) for a in areas)


def _blocks(lines: Sequence[str], marks: _Marks) -> Iterator[Block]:
    starts = _chosen_starts(lines, marks)
    first = min(starts, default=len(lines))
    at = 0
    current = Block("top", ())
    top_end, top_match = marks.ends.get("top", (-1, None))
    if top_match is not None and top_end < first:
        current = Block("top", tuple(lines[:top_end]), _digests(top_match[2]))
        at = top_end + 1
    section = "top"
    after: list[str] = []
    while at < len(lines):
        begun = starts.get(at)
        if begun is not None:
            yield replace(current, after=tuple(after))
            current, at = _region(lines, at, begun, starts, marks)
            section, after = (begun if begun in SECTIONS else section), []
            continue
        if re.match(r"#{1,2} ", lines[at]) and section != "top" and not current.name.startswith("tail-"):
            yield replace(current, after=tuple(after))
            current, after = Block(f"tail-{section}", ()), []
        if not _OURS.match(lines[at]):
            after.append(lines[at])
        at += 1
    yield replace(current, after=tuple(after))


def _region(lines: Sequence[str], start: int, begun: str, starts: Mapping[int, str], marks: _Marks) -> tuple[Block, int]:
    """The block that begins here, and the line after it."""
    end, match = marks.ends.get(begun, (-1, None))
    if match is None or end < start:
        stop = next((n for n in range(start + 1, len(lines)) if n in starts or lines[n].startswith("## ")), len(lines))
        body = [line for line in lines[start:stop] if not _OURS.match(line)]
        return Block(begun, tuple(body), None, _heading(lines[start], {})), stop
    values = _attributes(match[3])
    body = [line for line in lines[start:end] if not _OURS.match(line)]
    return Block(begun, tuple(body), _digests(match[2]), _heading(lines[start], values), _status(values)), end + 1


def _heading(line: str, values: Mapping[str, str]) -> Heading | None:
    found = _TASK.match(line)
    if found is None:
        return None
    task = TaskId(TaskKind(found[2]), int(found[3]), int(found[4]))
    plan = _ID.fullmatch(values.get("plan", ""))
    return Heading(
        task,
        found[1] != " ",
        plain(found[5]),
        tuple(unquote(key) for key in found[6].split(";") if key),
        TaskId(TaskKind(plan[1]), int(plan[2]), int(plan[3])) if plan else None,
    )


def _status(values: Mapping[str, str]) -> Status | None:
    kind, _, rest = values.get("status", "").partition(":")
    day, _, sentence = rest.partition(":")
    try:
        return Status(StatusKind(kind), date.fromisoformat(day), sentence)
    except ValueError:
        return None


def _end_line(block: Block) -> str:
    parts = [f"<!-- dbarchitect:lines {block.name} {''.join(block.digests or ())}"]
    if block.heading and block.heading.plan:
        parts.append(f"plan={block.heading.plan}")
    if block.status:
        parts.append(f"status={block.status.kind.value}:{block.status.on.isoformat()}:{encode(block.status.sentence)}")
    return ("  " if block.heading else "") + " ".join(parts) + " -->"


def without_status(lines: Sequence[str]) -> list[str]:
    """Our own lines of a task, but for the one that says what happened to it."""
    return [line for line in lines if not _STATUS.match(line)]


def _turned(block: Block) -> Block:
    """The block with the tick and the line of its status as its values say."""
    heading = block.heading
    if heading is None or not block.lines:
        return block
    first = _BOX.sub("[x]" if heading.done else "[ ]", block.lines[0], count=1)
    lines = [first, *block.lines[1:]]
    if block.digests is None:
        return replace(block, lines=tuple(lines))
    wanted = status_line(block.status) if block.status else None
    codes = opcodes(block.digests, [digest(line) for line in lines])
    ours = [n for tag, _, _, low, high in codes if tag == "equal" for n in range(low, high)]
    stale = [n for n in ours if _STATUS.match(lines[n]) and lines[n].rstrip() != (wanted or "")]
    present = wanted is not None and any(lines[n].rstrip() == wanted for n in ours)
    gone = {digest(lines[n]) for n in stale}
    digests = [d for d in block.digests if d not in gone]
    lines = [line for n, line in enumerate(lines) if n not in stale]
    if wanted is not None and not present:
        lines.append(wanted)
        digests.append(digest(wanted))
    return replace(block, lines=tuple(lines), digests=tuple(digests))


def print_todo(todo: Todo) -> str:
    """The file's text. What was not changed since it was read is printed as it stood."""
    lines: list[str] = []
    for block in map(_turned, todo.blocks):
        lines += block.lines
        if block.digests is not None:
            lines.append(_end_line(block))
        lines += block.after
    numbers = ",".join(f"{mark.area}:{mark.plans}:{mark.items}" for mark in todo.high_water)
    limits = _limits_text(todo.limits) if todo.limits else ""
    values = {"version": FORMAT_VERSION, "numbers": numbers, "source": todo.source, "database": todo.database, "limits": limits}
    attributes = "".join(f" {key}={encode(value)}" for key, value in values.items() if value)
    return "\n".join([*lines, f"<!-- dbarchitect:file{attributes} -->", ""])
