"""Text searched with ILIKE and no index that can serve it.

A B-tree cannot serve ILIKE or a pattern that starts with a wildcard: every search reads the whole table. A trigram index (pg_trgm, part of
PostgreSQL) finds the rows that hold the pattern's three-letter pieces; for words rather than fragments, full-text search (tsvector with GIN) also
knows stems and rank.

Ignore it when another, selective condition of the same statement is served by an index.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._names import mentions
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.indexes._searches import Search, searched
from dbarchitect.model.catalog import TEXTUAL
from dbarchitect.model.change import Change, Step
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import create_index_on
from dbarchitect.sql.identifiers import quote_name, shorten_name

CODES = ("FTS-01", "NEW-31", "QRY-05")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_ILIKE = r"(?:ilike|~~\*)\s"


def _indexed(search: Search) -> bool:
    for index in search.table.indexes:
        for entry in index.entries:
            named = entry.column == search.column.name or mentions(entry.expression, search.column.name)
            if named and index.method in ("gin", "gist"):
                return True
    return False


def _change(snapshot: Snapshot, search: Search) -> Change:
    table, name = search.table, search.column.name
    extension = next((e for e in snapshot.postgres.extensions if e.name == "pg_trgm"), None) if snapshot.postgres else None
    schema = extension.schema if extension else "public"
    index = shorten_name(Engine.POSTGRESQL, "ix", table.name.name, name, "trgm")
    change = create_index_on(
        table.name, index,
        f"{quote_name(Engine.POSTGRESQL, name)} {quote_name(Engine.POSTGRESQL, schema)}.gin_trgm_ops", method="gin",
        before=() if extension else (Step("CREATE EXTENSION pg_trgm SCHEMA public"),),
    )  # fmt: skip
    return _with_extension_dropped(change) if extension is None else change


def _with_extension_dropped(change: Change) -> Change:
    return replace(change, undo=(*change.undo, Step("DROP EXTENSION pg_trgm")))


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each text column that costly statements search by ILIKE with no trigram or other GIN or GiST index on it."""
    seen: set[tuple[str, str]] = set()
    for search in searched(snapshot, limits, _ILIKE):
        table, column = search.table, search.column
        key = (str(table.name), column.name)
        if column.type.family not in TEXTUAL or key in seen or _indexed(search):
            continue
        seen.add(key)
        yield Finding(
            subject=column_subject(table.name, column.name),
            title=f"{column.name} is searched by ILIKE without an index",
            claim=(
                f"A statement with ILIKE on {column.name} of {table.name} ({table_facts(snapshot, table)}) took {search.text}; none of the "
                "table's indexes can serve it."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"{search.text}: {' '.join(search.statement.text.split())[:300]}"),),
            change=_change(snapshot, search),
            severity=Severity.WARNING,
            confidence=Confidence.LIKELY,
            weight=max(search.share, share_of_database(snapshot, table) / 2),
            benefit="patterns of three and more letters are found through the index",
        )


_ROWS = """
CREATE EXTENSION pg_stat_statements; CREATE EXTENSION pg_trgm;
CREATE TABLE articles (id bigint PRIMARY KEY, title text NOT NULL, body text NOT NULL);
INSERT INTO articles SELECT i, md5(i::text), repeat(md5(i::text), 3) FROM generate_series(1, 20000) i;
ANALYZE;
"""
_QUERIES = """
SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0);
SELECT count(*) FROM articles WHERE title ILIKE '%abc%';
SELECT count(*) FROM articles WHERE title ILIKE '%def%';
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_ROWS + _QUERIES,
        good=_ROWS + "CREATE INDEX ON articles USING gin (title gin_trgm_ops); ANALYZE;" + _QUERIES,
        yields=("column public.articles.title",),
    ),
    Example(
        Engine.POSTGRESQL,
        name="the extension is made where it is missing",
        bad=_ROWS.replace("CREATE EXTENSION pg_trgm;", "") + _QUERIES,
        good=_ROWS.replace("CREATE EXTENSION pg_trgm;", "")
        + "SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0);"
        + "SELECT count(*) FROM articles WHERE id < 5; SELECT count(*) FROM articles WHERE id < 6;",
        yields=("column public.articles.title",),
    ),
)
