"""Reads the demo's two texts as a person would: the TODO file by its headings and fences, the demo page by its table."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "demo-shop.md"
_HEADING = re.compile(r"^- \[([ x])\] \*\*(DB-ITEM-\d+\.\d+) \[(.*)\]\*\*: <!-- dbarchitect:key=(.*?) -->$")
_FIELD = re.compile(r"^  - \*\*([^*]+)\*\*:(.*)$")
_FENCE = re.compile(r"^( *)(`{3,})(.*)$")


@dataclass(frozen=True, slots=True)
class PrintedItem:
    """An item as the file prints it. `found` are the check and subject of each of its findings, `do`, `undo` its scripts (empty:
    none), `test` the shell command that proves it and `expected` what it must print; `advice` and `reserve` are what the file
    says before these scripts, or instead of them, `trial` what the lab saw."""

    id: str
    ticked: bool
    found: tuple[tuple[str, str], ...]
    do: str
    advice: str
    undo: str
    reserve: str
    test: str
    expected: str
    trial: str


def printed_items(text: str) -> list[PrintedItem]:
    """Every item of the file."""
    section = text[text.index("\n## Database Items\n") : text.index("\n## Proposed Code Changes\n")]
    blocks: list[list[str]] = []
    for line in section.splitlines():
        if _HEADING.match(line):
            blocks.append([])
        if blocks:
            blocks[-1].append(line)
    return [_item(lines) for lines in blocks]


def _item(lines: list[str]) -> PrintedItem:
    heading = _HEADING.match(lines[0])
    assert heading, lines[0]
    words, bodies = _fields(lines[1:])
    test, expected = "", ""
    if "the first prints" in words["Testing"]:
        test = bodies["Testing"].rsplit("\ndbarchitect verify", 1)[0]
        printed = re.search(r"the first prints `(.*?)` once done", words["Testing"])
        assert printed, words["Testing"]
        expected = printed[1]
    return PrintedItem(
        id=heading[2],
        ticked=heading[1] == "x",
        found=tuple(_key(key) for key in heading[4].split(";")),
        do=bodies.get("DDL/DML", ""),
        advice=words["DDL/DML"],
        undo=bodies.get("Rollback", ""),
        reserve=words["Rollback"],
        test=test,
        expected=expected,
        trial=words["Trial"],
    )


def _key(key: str) -> tuple[str, str]:
    check, _, rest = key.partition(" ")
    return check, rest.partition(" ")[2]


_WITHHELD = re.compile(r"^  - (.+), (\w+): ")


def withheld(text: str) -> set[tuple[str, str]]:
    """Check and label of what the file lists as withheld."""
    section = text[text.index("\n## Context\n") : text.index("\n## Database Plan\n")]
    listed = section.partition("- **Withheld**")[2].splitlines()[1:]
    return {(m[2], m[1]) for line in listed if (m := _WITHHELD.match(line))}


def script(text: str, name: str) -> str:
    """The labelled block of the file with this name."""
    found = re.search(rf"^(`{{3,}})sql {re.escape(name)}\n(.*?)^\1$", text, re.DOTALL | re.MULTILINE)
    assert found, f"the file has no {name}"
    return found[2]


def documented_commands(text: str) -> list[str]:
    """The lines of the first shell block under Commands."""
    block = re.search(r"  ```sh\n(.*?)  ```", text[text.index("\n## Commands\n") :], re.DOTALL)
    assert block
    return [line.strip() for line in block[1].splitlines()]


def _fields(lines: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """For each field the words on its line, and the fenced text below it."""
    words: dict[str, str] = {}
    bodies: dict[str, str] = {}
    name, closing = "", ""
    for line in lines:
        fence = _FENCE.match(line)
        if closing:
            if line == closing:
                closing = ""
            else:
                bodies[name] += line.removeprefix("    ") + "\n"
        elif fence:
            closing = fence[1] + fence[2]
            bodies[name] = ""
        elif field := _FIELD.match(line):
            name = field[1]
            words[name] = field[2].strip()
    return words, bodies


@dataclass(frozen=True, slots=True)
class Planted:
    """A row of the page's table: a flaw that was planted, and the look-alike beside it that must stay silent."""

    check: str
    subject: str
    why: str
    look_alike: str


def planted() -> list[Planted]:
    """The rows of the table in docs/reference/demo-shop.md."""
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if re.match(r"\| `\w+` \| `", line)]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    assert all(len(row) == 4 for row in cells), "each row of the table has four cells"
    return [Planted(check.strip("`"), subject.strip("`"), why, alike) for check, subject, why, alike in cells]


def planted_but_withheld() -> set[tuple[str, str]]:
    """Check and label of what the page's second table lists: found, and withheld for another task's sake."""
    rows = re.findall(r"^\| (\S+) \| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    return {(check, label) for label, check in rows}


_MASKS = (
    (re.compile(r"<!-- dbarchitect:(lines|file) .*?-->"), r"<!-- dbarchitect:\1 … -->"),
    (re.compile(r"postgresql://\S*private\S*"), "postgresql://…"),
    (re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d(\.\d+)?)?(\+\d\d(:\d\d)?)?)?( UTC)?"), "<date>"),
    (re.compile(r"(?<=scans_p)\d{4}_\d\d_\d\d"), "<month>"),
    (re.compile(r"(?<![\w.-])\d[\d,.]* (B|kB|MB|GB)\b"), "<size>"),
    (re.compile(r"(?<![\w.-])\d[\d,.]* (ms|s|min|minutes?|hours?|h)\b"), "<time>"),
    (re.compile(r"(?<![\w.-])\d[\d,.]*\d|(?<![\w.-])\d"), "#"),
)


def masked(text: str) -> str:
    """The file without what differs from day to day and from machine to machine: numbers, dates, times, sizes, paths."""
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text
