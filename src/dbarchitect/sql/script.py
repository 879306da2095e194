"""Splits SQL scripts into statements, as the engines' own command-line clients do.

PostgreSQL: psql's rules (dollar quotes, nested comments, BEGIN ATOMIC bodies, semicolons in parentheses, backslash commands,
rows after COPY … FROM stdin). MySQL and MariaDB: mysql's rules (backslash escapes, three kinds of comment, DELIMITER).
A parser is not used for this: one wrong statement, or a row of COPY, would make it refuse the whole file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from dbarchitect.errors import NotParsed
from dbarchitect.model.names import Engine


class PartKind(Enum):
    """What a part of a script is."""

    STATEMENT = "statement"
    CLIENT_COMMAND = "client command"


@dataclass(frozen=True, slots=True)
class ScriptPart:
    """A statement without its terminator, or a command for the client (`\\connect shop`). `line` is where it starts, from 1.

    `rows` are the lines of data that follow COPY … FROM stdin, with their line ends.
    """

    kind: PartKind
    text: str
    line: int
    rows: str | None = None


_POSTGRES = re.compile(
    r"""(?P<blank>\s+|--[^\n]*)|(?P<comment>/\*)|(?P<string>[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*")
    |(?P<dollar>\$(?:[A-Za-z_\u0080-\uffff][\w]*)?\$)|(?P<word>[A-Za-z_\u0080-\uffff][\w$]*)|(?P<command>\\[^\n]*)
    |(?P<end>;)|(?P<open>[(\[])|(?P<close>[)\]])|(?P<quote>['"])|(?P<other>[0-9][\w.]*|.)""",
    re.VERBOSE | re.DOTALL,
)
_MYSQL = re.compile(
    r"""(?P<blank>\s+|--(?=\s|\Z)[^\n]*|\#[^\n]*)|(?P<comment>/\*)
    |(?P<string>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`)|(?P<quote>['"`])|(?P<word>\w+)|(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_COPY_IN = re.compile(r"\s*copy\s.*\sfrom\s+stdin\b", re.IGNORECASE | re.DOTALL)
_ROUTINE = re.compile(r"create\s+(?:or\s+replace\s+)?(?:function|procedure)\b", re.IGNORECASE)
_DELIMITER = re.compile(r"\s*delimiter[ \t]+(\S+)[^\n]*(?:\n|\Z)", re.IGNORECASE)


def split_script(engine: Engine, text: str, *, file: str = "") -> Iterator[ScriptPart]:
    """The script's parts in order. NotParsed, with the line, when a quote or a comment does not end."""
    return _split_postgres(text, file) if engine is Engine.POSTGRESQL else _split_mysql(text, file)


class _Lines:
    """Line numbers of growing positions, each newline counted once."""

    def __init__(self, text: str) -> None:
        self._text, self._position, self._line = text, 0, 1

    def at(self, position: int) -> int:
        self._line += self._text.count("\n", self._position, position)
        self._position = position
        return self._line


def _unended(what: str, text: str, position: int, file: str) -> NotParsed:
    line = text.count("\n", 0, position) + 1
    return NotParsed(
        f"the {what} that starts here does not end", "close it", file=file, line=line, statement=text[position : position + 200]
    )


def _after_comment(text: str, start: int, file: str, *, nested: bool) -> int:
    if not nested:
        end = text.find("*/", start + 2)
        if end < 0:
            raise _unended("comment", text, start, file)
        return end + 2
    depth = 0
    for mark in re.compile(r"/\*|\*/").finditer(text, start):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    raise _unended("comment", text, start, file)


def _split_postgres(text: str, file: str) -> Iterator[ScriptPart]:
    lines = _Lines(text)
    position, start, parentheses, blocks = 0, -1, 0, 0
    while position < len(text):
        token = _POSTGRES.match(text, position)
        assert token is not None  # the last alternative takes any character
        kind, begun, position = token.lastgroup, position, token.end()
        if kind == "comment":
            position = _after_comment(text, begun, file, nested=True)
            continue
        if kind == "blank":
            continue
        if kind == "command" and start < 0:
            yield ScriptPart(PartKind.CLIENT_COMMAND, token.group().strip(), lines.at(begun))
            continue
        if kind == "command":  # after a statement: \gexec, \gset, \g send it
            yield ScriptPart(PartKind.STATEMENT, text[start:begun].strip(), lines.at(start))
            yield ScriptPart(PartKind.CLIENT_COMMAND, token.group().strip(), lines.at(begun))
            start, parentheses, blocks = -1, 0, 0
            continue
        if kind == "end" and not parentheses and not blocks:
            if start >= 0:
                statement, line = text[start:begun], lines.at(start)
                rows, position = _rows_after(text, position, file) if _COPY_IN.match(statement) else (None, position)
                yield ScriptPart(PartKind.STATEMENT, statement.strip(), line, rows)
            start = -1
            continue
        start = begun if start < 0 else start
        if kind == "quote":
            raise _unended("quoted text", text, begun, file)
        if kind == "dollar":
            end = text.find(token.group(), position)
            if end < 0:
                raise _unended("dollar-quoted text", text, begun, file)
            position = end + len(token.group())
        elif kind == "open":
            parentheses += 1
        elif kind == "close":
            parentheses = max(0, parentheses - 1)
        elif kind == "word":
            blocks = _blocks_after(token.group().lower(), blocks, text, start)
    if start >= 0:
        yield ScriptPart(PartKind.STATEMENT, text[start:].strip(), lines.at(start))


def _blocks_after(word: str, blocks: int, text: str, start: int) -> int:
    """How many BEGIN ATOMIC and CASE blocks of an SQL-standard routine body are open after this word."""
    if word == "begin" and _ROUTINE.match(text, start):
        return blocks + 1
    if word == "case" and blocks:
        return blocks + 1
    return blocks - 1 if word == "end" and blocks else blocks


def _rows_after(text: str, position: int, file: str) -> tuple[str, int]:
    """The lines after a COPY statement up to the line `\\.`, and the position after that."""
    begin = text.find("\n", position) + 1
    if begin == 0:
        return "", len(text)
    if text.startswith(("\\.\n", "\\.\r\n"), begin) or text[begin:] == "\\.":
        return "", begin + 2
    for mark in ("\n\\.\n", "\n\\.\r\n"):
        end = text.find(mark, begin)
        if end >= 0:
            return text[begin : end + 1], end + len(mark) - 1
    if text.endswith("\n\\."):
        return text[begin:-2], len(text)
    raise _unended(r"data of COPY (its last line must be \.)", text, begin, file)


def _split_mysql(text: str, file: str) -> Iterator[ScriptPart]:
    lines = _Lines(text)
    position, start, delimiter = 0, -1, ";"
    while position < len(text):
        if start < 0 and (position == 0 or text[position - 1] == "\n" or text[position - 1] in " \t"):
            command = _DELIMITER.match(text, position)
            if command:
                position, delimiter = command.end(), command.group(1)
                continue
        if text.startswith(delimiter, position):
            if start >= 0:
                yield ScriptPart(PartKind.STATEMENT, text[start:position].strip(), lines.at(start))
            start, position = -1, position + len(delimiter)
            continue
        token = _MYSQL.match(text, position)
        assert token is not None  # the last alternative takes any character
        kind, begun, position = token.lastgroup, position, token.end()
        if kind == "comment":
            position = _after_comment(text, begun, file, nested=False)
            # /*! … */ and /*M! … */ are statements for servers new enough
            if not text.startswith(("/*!", "/*M!"), begun):
                continue
        elif kind == "blank":
            continue
        elif kind == "quote":
            raise _unended("quoted text", text, begun, file)
        start = begun if start < 0 else start
    if start >= 0:
        yield ScriptPart(PartKind.STATEMENT, text[start:].strip(), lines.at(start))
