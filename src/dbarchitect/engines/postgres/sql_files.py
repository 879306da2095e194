"""The catalogue's questions: `.sql` files in `queries/`, one per question, with variants by version.

`tables.sql` holds for every version we read, `tables.16.sql` from 16 on: the newest not above the server's is taken. The
variants of the `statements` files go by the minor version of pg_stat_statements.
"""

import re
from functools import cache
from importlib import resources

_FILE = re.compile(r"(?P<question>\w+?)(?:\.(?P<version>\d+))?\.sql\Z")
_COMMENT = re.compile(r"^--.*\n", re.MULTILINE)


@cache
def variants(question: str) -> tuple[tuple[int, str], ...]:
    """Every variant of a question as (lowest version, SQL), newest first; the plain file counts as version 0."""
    found = []
    for file in (resources.files(__package__) / "queries").iterdir():
        match = _FILE.match(file.name)
        if match and match["question"] == question:
            found.append((int(match["version"] or 0), _COMMENT.sub("", file.read_text("utf-8"))))
    return tuple(sorted(found, reverse=True))


def sql_for(question: str, version: int) -> str | None:
    """The newest variant not above the version; None when the server is older than all of them."""
    return next((sql for lowest, sql in variants(question) if lowest <= version), None)


def all_questions() -> tuple[str, ...]:
    """The names of all questions."""
    files = (resources.files(__package__) / "queries").iterdir()
    return tuple(sorted({match["question"] for file in files if (match := _FILE.match(file.name))}))
