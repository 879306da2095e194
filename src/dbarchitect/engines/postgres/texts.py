"""Statement texts without literals: nothing that a user typed as a value is kept."""

import re

import postgast

OWN = "/* dbarchitect */"
"""The mark in every statement of ours."""

# the pieces of a statement that matter here; a string, comment or quoted name may be cut off at the end
_PIECES = re.compile(
    r"""(?P<string>(?:\b[eE]|\b[bBxXnN]|\b[uU]&)?'(?:[^'\\]|''|\\.)*(?:'|\Z))"""
    r"""|(?P<dollar>\$(?P<tag>[A-Za-z_]*)\$.*?(?:\$(?P=tag)\$|\Z))"""
    r"""|(?P<name>"(?:[^"]|"")*(?:"|\Z))"""
    r"""|(?P<squashed>/\*,\ \.\.\.\ \*/)"""  # PostgreSQL 18's own mark in a list of constants
    r"""|(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))"""
    r"""|(?P<number>(?<![\w$.])\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?\b)""",
    re.DOTALL,
)
_PREPARED = re.compile(r"\s*(PREPARE|EXECUTE)\b", re.IGNORECASE)


def without_literals(text: str) -> str:
    """The statement with $n for every literal, and without comments (they may hold values too).

    Utility statements keep some literals where no parameter can stand: those become '?'. What the grammar does not know, or was
    cut off by track_activity_query_size, has its literals replaced by their looks.
    """
    kept = _replace(text, numbers=False, strings=False)
    try:
        normal = postgast.normalize(kept)
    except postgast.PgQueryError:
        return _replace(kept, numbers=True, strings=True)
    return _replace(normal, numbers=bool(_PREPARED.match(normal)), strings=True)


def _replace(text: str, *, numbers: bool, strings: bool) -> str:
    """Comments left out; strings and numbers replaced where wanted."""

    def replaced(match: re.Match[str]) -> str:
        kind = match.lastgroup if match.lastgroup != "tag" else "dollar"
        if kind == "comment":
            return " "
        if kind in ("string", "dollar") and strings:
            return "'?'"
        return "?" if kind == "number" and numbers else match[0]

    if not numbers and not any(sign in text for sign in ("'", "$", "--", "/*")):
        return text
    return _PIECES.sub(replaced, text).strip()
