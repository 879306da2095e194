"""JSON column searched without an index inside it.

A condition on a value inside a document (`data->>'status' = …`, `data @> …`) reads and parses every row when no index covers the
expression or the document.

Ignore it when the statement has another, selective condition that an index serves.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import mentions
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.indexes._searches import Search, searched
from dbarchitect.model.catalog import TypeFamily
from dbarchitect.model.change import Change, ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.columns import create_index_on
from dbarchitect.sql.identifiers import quote_name, quote_qualified, shorten_name

CODES = ("TYP-19", "NEW-09")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True


def _indexed(search: Search, *, inside: bool) -> bool:
    """True when an index covers an expression over the column, or (for containment) the whole document by GIN."""
    for index in search.table.indexes:
        if inside and any(e.expression and mentions(e.expression, search.column.name) for e in index.entries):
            return True
        if not inside and index.method == "gin" and any(e.column == search.column.name for e in index.entries):
            return True
    return False


def _gin(search: Search) -> Change:
    table, name = search.table, search.column.name
    index = shorten_name(Engine.POSTGRESQL, "ix", table.name.name, name, "gin")
    return create_index_on(table.name, index, f"{quote_name(Engine.POSTGRESQL, name)} jsonb_path_ops", method="gin")


def _expression(search: Search) -> Change:
    target, name = quote_qualified(Engine.POSTGRESQL, search.table.name), quote_name(Engine.POSTGRESQL, search.column.name)
    why = (
        "The server's statistics leave literals out, so the key is yours to look up in the code. For a key k and equality: "
        f"CREATE INDEX CONCURRENTLY ON {target} (({name}->>'k')); then ANALYZE the table. A key that many queries need is better a column."
    )
    return advice(ChangeKind.INDEX, why)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each JSON column that costly statements search inside with no index to serve them."""
    seen: set[tuple[str, str]] = set()
    contained = [(s, _gin) for s in searched(snapshot, limits, r"@>")]
    extracted = [(s, _expression) for s in searched(snapshot, limits, r"(?:->>?|#>>?)")]
    for search, remedy in [*contained, *extracted]:
        table, column = search.table, search.column
        if column.type.family not in (TypeFamily.JSON, TypeFamily.JSONB) or (str(table.name), column.name) in seen:
            continue
        if remedy is _gin and column.type.family is TypeFamily.JSON:
            continue
        if _indexed(search, inside=remedy is _expression):
            continue
        seen.add((str(table.name), column.name))
        yield Finding(
            subject=column_subject(table.name, column.name),
            title=f"{column.name} is searched without an index",
            claim=(
                f"A statement with a condition inside {column.name} of {table.name} ({table_facts(snapshot, table)}) took {search.text}; no "
                "index covers the expression."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"{search.text}: {' '.join(search.statement.text.split())[:300]}"),),
            change=remedy(search),
            severity=Severity.WARNING,
            confidence=Confidence.LIKELY,
            weight=max(search.share, share_of_database(snapshot, table) / 2),
            benefit="the rows are found through the index instead of by parsing every document",
        )


_ROWS = """
CREATE EXTENSION pg_stat_statements;
CREATE TABLE events (id bigint PRIMARY KEY, data jsonb NOT NULL, more jsonb NOT NULL);
INSERT INTO events SELECT i, jsonb_build_object('kind', i % 500, 'user', i), jsonb_build_object('a', i) FROM generate_series(1, 20000) i;
ANALYZE;
"""
_QUERIES = """
SELECT count(*) FROM events WHERE data @> '{"kind": 3}';
SELECT count(*) FROM events WHERE data @> '{"kind": 4}';
SELECT count(*) FROM events WHERE (more->>'a') = '4';
SELECT count(*) FROM events WHERE (more->>'a') = '5';
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_ROWS
        + "SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0);"
        + _QUERIES,
        good=_ROWS
        + "CREATE INDEX ON events USING gin (data jsonb_path_ops); CREATE INDEX ON events ((more->>'a')); ANALYZE;"
        + "SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0);"
        + _QUERIES,
        yields=("column public.events.data", "column public.events.more"),
    ),
)
