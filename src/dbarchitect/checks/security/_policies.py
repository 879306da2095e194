"""Row-security policies as texts: calls in their expressions and how to improve them. Shared by the checks of policies."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dbarchitect.model.catalog import TEXTUAL, Table
from dbarchitect.model.names import QualifiedName, Subject, SubjectKind
from dbarchitect.model.postgres import Policy
from dbarchitect.model.snapshot import Snapshot

_CALL = re.compile(r"\b(current_setting|(?:[a-z_]\w*\.)?[a-z_]\w*)\(", re.IGNORECASE)
_SUBSELECT = re.compile(r"\(\s*SELECT\b", re.IGNORECASE)
_SETTING_NAME = re.compile(r"\s*'([^']*)'(?:::text)?\s*\Z")
_EQUAL = re.compile(r'(?:\b|")(\w+)"?(\)::\w+)? = (.{0,40})')
_OTHER_SIDE = re.compile(r'\(*(?:[\w"]+\.)?"?(\w+)"?\)*(?![\w(.])')


@dataclass(frozen=True, slots=True)
class Call:
    """A function call in an expression: `text[start:end]` is the whole call. `wrapped`: it stands in a sub-select."""

    function: str
    arguments: str
    start: int
    end: int
    wrapped: bool


def policy_subject(policy: Policy) -> Subject:
    """A policy as a finding's subject."""
    return Subject(SubjectKind.POLICY, policy.table.schema, policy.table.name, policy.name)


def expressions(policy: Policy) -> tuple[str, ...]:
    """The policy's expressions."""
    return tuple(e for e in (policy.using, policy.with_check) if e)


def policies_of(snapshot: Snapshot, table: QualifiedName) -> list[Policy]:
    """The table's policies."""
    return snapshot.policies_on(table)


def calls(text: str) -> Iterator[Call]:
    """Every function call whose closing parenthesis is found; string literals are skipped."""
    blanked = _without_strings(text)
    subselects = [(m.start(), _closing(text, m.start() + 1) or len(text)) for m in _SUBSELECT.finditer(blanked)]
    for match in _CALL.finditer(blanked):
        end = _closing(text, match.end())
        if end is not None:
            wrapped = any(first < match.start() < last for first, last in subselects)
            yield Call(match.group(1).lower(), text[match.end() : end - 1], match.start(), end, wrapped)


def _without_strings(text: str) -> str:
    """The same text with the insides of literals blanked, at the same length."""
    return re.sub(r"'(?:[^']|'')*'", lambda m: "'" + " " * (len(m.group()) - 2) + "'", text)


def _closing(text: str, start: int) -> int | None:
    depth, blanked = 1, _without_strings(text)
    for position in range(start, len(blanked)):
        depth += {"(": 1, ")": -1}.get(blanked[position], 0)
        if depth == 0:
            return position + 1
    return None


def asks_setting(call: Call) -> bool:
    """True for current_setting of a parameter that the application defines (its name holds a dot)."""
    name = setting_name(call)
    return name is not None and "." in name


def setting_name(call: Call) -> str | None:
    """The literal name in `current_setting('app.tenant' …)`."""
    if call.function != "current_setting":
        return None
    found = _SETTING_NAME.match(call.arguments.partition(",")[0])
    return found.group(1) if found else None


def lacks_missing_ok(call: Call) -> bool:
    """True for current_setting('app.x') without its second argument."""
    return asks_setting(call) and "," not in _without_strings(call.arguments)


def once_per_query(snapshot: Snapshot, call: Call) -> bool:
    """True for a call without columns that gives the same for every row: of current_setting, or of a function of this database."""
    if call.function == "current_setting":
        return setting_name(call) is not None
    if call.arguments.strip():
        return False
    return call.function in snapshot.stable_routines


def _better(snapshot: Snapshot, text: str, call: Call) -> str:
    new = text[call.start : call.end]
    if lacks_missing_ok(call):
        new = new[:-1] + ", true)"
    return f"(SELECT {new})" if once_per_query(snapshot, call) and not call.wrapped else new


def improved(snapshot: Snapshot, text: str | None) -> str | None:
    """The expression with such calls in sub-selects and with missing_ok; None when there is nothing to improve."""
    if text is None:
        return None
    result, changed = text, True
    while changed:  # one call at a time: calls stand inside each other, and each change moves what comes after it
        changed = False
        for call in calls(result):
            new = _better(snapshot, result, call)
            if new != result[call.start : call.end]:
                result, changed = result[: call.start] + new + result[call.end :], True
                break
    return result if result != text else None


def equal_column(table: Table, text: str) -> str | None:
    """The table's column that the expression compares for equality with something outside the row; None without one.

    A cast of the column counts only between texts: other casts compare another value than the index holds.
    """
    for match in _EQUAL.finditer(text):
        column = table.column(match.group(1))
        other = _OTHER_SIDE.match(match.group(3))
        if column is None or (match.group(2) and column.type.family not in TEXTUAL):
            continue
        if not (other and table.column(other.group(1))):
            return column.name
    return None
