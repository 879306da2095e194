"""Two indexes that are the same.

Both hold the same keys in the same order for the same rows, so one of them answers nothing that the other does not, and
every insert and most updates pay for both; they also share the cache.

Two indexes are the same only when method, columns and expressions, order, operator classes, collations, included columns,
predicate and uniqueness are equal. Ignore it while one is the replacement of the other, being built beside it.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted
from dbarchitect.checks._index_facts import (
    Children,
    backing_key,
    bound,
    index_bytes,
    index_children,
    index_scans,
    referenced_columns,
)
from dbarchitect.checks._weigh import in_bytes, is_small, share_of_database
from dbarchitect.checks._window import window
from dbarchitect.model.catalog import Index, Table
from dbarchitect.model.change import Change
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import MYSQL_FAMILY, RELATIONAL, Engine, QualifiedName, index_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import drop_index
from dbarchitect.sql.key_changes import drop_key

CODES = ("IDX-02", "NEW-35")
ENGINES = RELATIONAL
References = set[tuple[QualifiedName, frozenset[str]]]


def _sameness(index: Index) -> tuple[object, ...]:
    return (
        index.method,
        index.entries,
        frozenset(index.include),
        index.predicate,
        index.unique,
        index.nulls_not_distinct,
        index.visible,
    )


def is_same(one: Index, other: Index) -> bool:
    """True when two indexes of a table differ in nothing but their names."""
    return one.valid and other.valid and _sameness(one) == _sameness(other)


def _rank(table: Table, index: Index, children: Children) -> tuple[object, ...]:
    """Indexes that are worth more to keep sort first."""
    key = backing_key(table, index)
    firm = key is not None and not key.deferrable
    needed = index.replica_identity or index.clustered or index.parent is not None
    scans = index_scans(index, children) or 0
    return (not index.primary, not needed, not firm, key is None and index.constraint is None, -scans, index.name.name)


def _removal(snapshot: Snapshot, table: Table, index: Index, references: References) -> Change | None:
    """How to drop the superfluous one; None when something rests on it."""
    if index.unique and (table.name, frozenset(index.columns)) in references:
        return None  # the foreign key may rest on this very index, which the catalogue's neutral view does not tell
    if snapshot.engine in MYSQL_FAMILY:  # there a unique key is its index, and goes with it
        return None if index.primary else drop_index(snapshot.engine, table, index)
    key = backing_key(table, index)
    if key is not None and not (index.primary or index.replica_identity or index.clustered or index.parent or key.inherited):
        return drop_key(table, key, index)
    return None if bound(index) else drop_index(snapshot.engine, table, index)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each index that repeats another one of its table."""
    children, references = index_children(snapshot), referenced_columns(snapshot)
    for table in snapshot.catalog.tables:
        groups: dict[tuple[object, ...], list[Index]] = {}
        for index in table.indexes:
            if index.valid and index.ready:
                groups.setdefault(_sameness(index), []).append(index)
        for group in groups.values():
            kept, *others = sorted(group, key=lambda i: _rank(table, i, children))
            for index in others:
                change = _removal(snapshot, table, index, references)
                if change is not None:
                    yield _finding(snapshot, limits, table, kept, index, change, children)


def _finding(
    snapshot: Snapshot, limits: Limits, table: Table, kept: Index, index: Index, change: Change, children: Children
) -> Finding:
    size = index_bytes(index, children)
    scans = index_scans(index, children)
    weight = f"{in_bytes(size)} on disk" if size is not None and snapshot.live else "size unknown"
    used = f", {counted(scans, 'scan')} {window(snapshot)} that {kept.name.name} would have served" if scans else ""
    return Finding(
        subject=index_subject(table.name, index.name.name),
        title=f"index {index.name.name} repeats {kept.name.name}",
        claim=f"{index.name.name} has the same definition as {kept.name.name} on {table.name} ({weight}{used}); every write keeps both.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"{index.definition} equals {kept.definition} but for the name"),),
        change=change,
        severity=Severity.NOTICE if is_small(snapshot, table, limits) else Severity.WARNING,
        weight=share_of_database(snapshot, table),
        benefit=f"frees {in_bytes(size)} and one index write for each row version"
        if size
        else "one index write less for each row version",
        also=(index_subject(table.name, kept.name.name),),
    )


_TABLE = """
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, name text NOT NULL, tags text[], removed timestamptz);
INSERT INTO users SELECT i, 'u' || i || '@example.org', 'n' || i % 700 FROM generate_series(1, 20000) i;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + "CREATE INDEX a ON users (name); CREATE INDEX b ON users (name); ANALYZE;",
        good=_TABLE
        + """
CREATE INDEX a ON users (name);
CREATE INDEX b ON users (name DESC);
CREATE INDEX c ON users (name NULLS FIRST);
CREATE INDEX d ON users (name) WHERE removed IS NULL;
CREATE INDEX e ON users (name) INCLUDE (email);
CREATE INDEX f ON users (name text_pattern_ops);
CREATE INDEX g ON users (name COLLATE "C");
CREATE INDEX h ON users USING hash (name);
CREATE INDEX i ON users (email);
CREATE UNIQUE INDEX j ON users (email);
CREATE INDEX k ON users (lower(name));
ANALYZE;
""",
        yields=("index public.users.b",),
    ),
    Example(
        Engine.POSTGRESQL,
        name="a unique constraint twice",
        bad="""
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL CONSTRAINT email_one UNIQUE);
ALTER TABLE users ADD CONSTRAINT email_two UNIQUE (email);
CREATE UNIQUE INDEX email_three ON users (email);
""",
        good="CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL UNIQUE);",
        yields=("index public.users.email_two", "index public.users.email_three"),
    ),
    Example(
        Engine.POSTGRESQL,
        name="the one that the replica identity needs stays",
        bad="""
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
CREATE UNIQUE INDEX a ON users (email);
CREATE UNIQUE INDEX b ON users (email);
ALTER TABLE users REPLICA IDENTITY USING INDEX b;
""",
        good="""
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
CREATE TABLE logins (email text);
CREATE UNIQUE INDEX a ON users (email);
ALTER TABLE logins ADD FOREIGN KEY (email) REFERENCES users (email);
CREATE UNIQUE INDEX b ON users (email);
""",
        yields=("index public.users.a",),
    ),
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE teams (id bigint PRIMARY KEY);
CREATE TABLE users (id bigint PRIMARY KEY, team_id bigint, email varchar(80) NOT NULL,
  UNIQUE KEY email_one (email), UNIQUE KEY email_two (email), KEY team_a (team_id), KEY team_b (team_id),
  CONSTRAINT of_team FOREIGN KEY (team_id) REFERENCES teams (id));
""",
        good="""
CREATE TABLE users (id bigint PRIMARY KEY, team_id bigint, email varchar(80) NOT NULL,
  KEY a (email), KEY b (email DESC), KEY c (email(10)), UNIQUE KEY d (email), FULLTEXT KEY e (email), KEY f (team_id), KEY g (team_id) IGNORED);
""",
        yields=("index {database}.users.email_two", "index {database}.users.team_b"),
    ),
)
