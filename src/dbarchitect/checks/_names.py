"""What names say: the words of an identifier, and whether an expression mentions a name."""

import re
from functools import cache

_RUN = re.compile(r"[^\W\d_]+|\d+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@cache
def words(name: str) -> tuple[str, ...]:
    """The words of an identifier in lower case: `orderTotal_2`, `order_total2` → order, total, 2."""
    return tuple(word.lower() for run in _RUN.findall(name) for word in _HUMP.split(run))


def has_word(name: str, wanted: frozenset[str]) -> bool:
    """True when one of its words is among those wanted."""
    return not wanted.isdisjoint(words(name))


def mentions(text: str | None, name: str) -> bool:
    """True when a text of SQL holds this name as a whole word."""
    return bool(text) and re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text or "") is not None


def singular(name: str) -> str:
    """A table's name in the singular, as far as English plurals go: categories → category, boxes → box, users → user."""
    if name.endswith("ies") and len(name) > 4:
        return name[:-3] + "y"
    if name.endswith(("sses", "xes", "ches", "shes")):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith(("ss", "us", "is")) else name


def listed(names: list[str] | tuple[str, ...], most: int = 8) -> str:
    """`a, b and c`; of long lists the first ones and how many more there are."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""
