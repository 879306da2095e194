"""Pieces of Markdown: names and sentences that cannot break the page, fences, tables, numbers."""

import re
from collections.abc import Iterable, Sequence

_CONTROLS = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# an underscore inside a word means nothing to Markdown and stays readable
_SPECIAL = re.compile(r"[\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_])")
_CODE_SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_LIST_START = re.compile(r"^(\s*\d*)([-+#=>.)])(?=\s|$)")


def visible(text: str) -> str:
    """The text on one line: line breaks and control characters are shown as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _CONTROLS.get(c, f"\\u{ord(c):04x}") for c in text)


def inline(text: str) -> str:
    """A sentence as Markdown that shows exactly this text; spans between single backquotes become code."""
    shown, parts, at = visible(text), [], 0
    for span in _CODE_SPAN.finditer(shown):
        parts += [_escaped(shown[at : span.start()]), code(span[1])]
        at = span.end()
    return _LIST_START.sub(r"\1\\\2", "".join([*parts, _escaped(shown[at:])]))


def _escaped(text: str) -> str:
    marked = _SPECIAL.sub(lambda match: "\\" + match[0], text)
    return marked.replace("&", "&amp;").replace("<", "&lt;") if re.search(r"<|&\w|&#", marked) else marked


def name(text: str) -> str:
    """An object's name as Markdown; backquotes are shown as they are."""
    return _escaped(visible(text))


def plain(markdown: str) -> str:
    """The text that `name` made this Markdown of."""
    return re.sub(r"\\([\\`*\[\]|~$_])", r"\1", markdown).replace("&lt;", "<").replace("&amp;", "&")


def code(text: str) -> str:
    """A code span that holds the text, on one line."""
    shown = visible(text)
    ticks = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if not shown.strip(" ") or shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def cell(markdown: str) -> str:
    """Markdown for a table's cell: bars would end the cell, also within code."""
    return re.sub(r"(?<!\\)\|", r"\\|", markdown)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], indent: str = "") -> list[str]:
    """A table's lines; a heading that ends in `:` is set to the right."""
    marks = ["---:" if title.endswith(":") else "---" for title in head]
    lines = [[title.rstrip(":") for title in head], marks, *([cell(c) for c in row] for row in rows)]
    return [f"{indent}| {' | '.join(line)} |" for line in lines]


def fence(body: str, language: str, indent: str = "") -> list[str]:
    """A fenced block's lines; the fence is longer than any in the body."""
    ticks = "`" * max(3, max((len(run) for run in re.findall("`+", body)), default=0) + 1)
    inside = [f"{indent}{line}" if line.strip() else "" for line in body.replace("\r\n", "\n").split("\n")]
    return [f"{indent}{ticks}{language}", *inside, f"{indent}{ticks}"]


def in_bytes(size: float) -> str:
    """`512 B`, `14.2 MB`: powers of 1000."""
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if abs(value) < 999.5:
            return f"{value:.0f} {unit}" if unit == "B" or abs(value) >= 99.95 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} TB"


def in_milliseconds(value: float) -> str:
    """`0.12 ms`, `41 ms`, `3.2 s`."""
    if value >= 1000:
        return f"{value / 1000:,.1f} s"
    return f"{value:.0f} ms" if value >= 10 else f"{value:.2g} ms"


def sentence(text: str) -> str:
    """The text with a full stop at its end, unless it ends with a mark of its own."""
    stripped = text.strip()
    return stripped if not stripped or stripped[-1] in ".!?:" else stripped + "."
