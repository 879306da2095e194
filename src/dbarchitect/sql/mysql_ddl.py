"""Reading the text of SHOW CREATE TABLE: one clause per line, as MySQL and MariaDB print it.

Line ends inside literals are printed escaped, so that a line is a clause.
"""

from collections.abc import Iterator

from dbarchitect.model.names import Engine
from dbarchitect.sql.identifiers import quote_name

_KEY_WORDS = ("", "UNIQUE ", "FULLTEXT ", "SPATIAL ", "VECTOR ")


def _clauses(create_table: str) -> Iterator[str]:
    for line in create_table.split("\n")[1:]:
        if not line.startswith("  "):
            return
        yield line.strip().removesuffix(",")


def column_clause(create_table: str, column: str) -> str | None:
    """The column's whole clause, as MODIFY COLUMN wants it; None when there is no such column."""
    start = quote_name(Engine.MYSQL, column) + " "
    return next((clause for clause in _clauses(create_table) if clause.startswith(start)), None)


def index_clause(create_table: str, index: str) -> str | None:
    """The index's whole clause, as ALTER TABLE … ADD wants it; None when there is no such index."""
    quoted = quote_name(Engine.MYSQL, index)
    starts = tuple(f"{word}KEY {quoted} (" for word in _KEY_WORDS)
    if index == "PRIMARY":
        starts = ("PRIMARY KEY (",)
    return next((clause for clause in _clauses(create_table) if clause.startswith(starts)), None)


def partition_clause(create_table: str) -> str | None:
    """What follows PARTITION BY, on one line; None for a table in one piece."""
    for start, end in (("\n/*!50100 PARTITION BY ", " */"), ("\n PARTITION BY ", "")):
        _, found, rest = create_table.partition(start)
        if found:
            return " ".join(rest.removesuffix(end).split())
    return None
