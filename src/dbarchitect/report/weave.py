"""Weaves what the reader wrote into what we write anew.

Of each part of the file we keep short digests of our own lines. When the part is written again, a line that is not among
them is the reader's: an added line stays after the line of ours that it followed; a line of ours that was edited is written
as we write it now, and the reader's version is kept as a note.
"""

import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from dbarchitect.report.compare import opcodes
from dbarchitect.report.text import code

_TICK = re.compile(r"^(\s*[-*+] )\[[xX]\]")
_KEY = re.compile(r"<!-- dbarchitect:key=.*?-->")
# `.` and `_`, since two hyphens would end some readers' HTML comments
_ALPHABET = bytes.maketrans(b"+/", b"._")
NOTE = "**Note**: edited by hand, kept: "


def digest(line: str) -> str:
    """Four characters that stand for a line; white space at its end and a box's tick do not count."""
    text = line.rstrip()
    if "[x]" in text or "[X]" in text:
        text = _TICK.sub(r"\1[ ]", text)
    three = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:3]
    return binascii.b2a_base64(three, newline=False).translate(_ALPHABET).decode("ascii")


@dataclass(frozen=True, slots=True)
class _Added:
    """Lines of the reader after the `after`-th of our former lines (-1: before all); `edited` when they replace some of ours."""

    after: int
    lines: tuple[str, ...]
    edited: bool


def _added(lines: Sequence[str], digests: Sequence[str]) -> list[_Added]:
    found = []
    for tag, start, _, low, high in opcodes(digests, [digest(line) for line in lines]):
        if tag in ("insert", "replace"):
            found.append(_Added(start - 1, tuple(lines[low:high]), tag == "replace"))
    return found


def own_lines(lines: Sequence[str], digests: Sequence[str] | None) -> list[str]:
    """Those of the lines that we wrote, as far as they still stand."""
    if digests is None:
        return list(lines)
    codes = opcodes(digests, [digest(line) for line in lines])
    return [line for tag, _, _, low, high in codes if tag == "equal" for line in lines[low:high]]


def weave(new: Sequence[str], former: Sequence[str], digests: Sequence[str] | None, indent: str = "") -> list[str]:
    """The new lines with the reader's lines out of the former part. `indent` is that of the part's list items, for notes.

    Without digests every former line that we do not write now is taken for the reader's.
    """
    if digests is None:
        ours = {line.rstrip() for line in new}
        kept = [line for line in former if line.strip() and line.rstrip() not in ours]
        return [*new, *kept]
    moved = _new_places(digests, [digest(line) for line in new])
    ours = {line.strip() for line in new}
    after: dict[int, list[str]] = {}
    for added in _added(former, digests):
        lines = _notes(added.lines, ours, indent) if added.edited else list(added.lines)
        place = len(new) - 1 if added.edited else _place(added.after, moved, len(new))
        after.setdefault(place, []).extend(lines)
    woven = list(after.get(-1, ()))
    for position, line in enumerate(new):
        woven += [line, *after.get(position, ())]
    return woven


def _notes(lines: Sequence[str], ours: set[str], indent: str) -> list[str]:
    texts = [_KEY.sub("", line).strip() for line in lines if line.strip() not in ours]
    return [f"{indent}- {NOTE}{code(text)}" for text in texts if text]


def _new_places(before: Sequence[str], now: Sequence[str]) -> dict[int, int]:
    places = {}
    for tag, start, end, low, _ in opcodes(before, now):
        if tag == "equal":
            places.update({i: low + i - start for i in range(start, end)})
    return places


def _place(anchor: int, moved: dict[int, int], length: int) -> int:
    """Where the nearest preceding line that is still written stands now; else the part's end."""
    if anchor == -1:
        return -1
    return next((moved[i] for i in range(anchor, -1, -1) if i in moved), length - 1)
