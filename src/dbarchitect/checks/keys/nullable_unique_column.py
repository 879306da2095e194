"""Composite unique key that rows with a NULL slip through.

NULL is different from every NULL, so two rows that agree in all other columns and hold NULL in one both pass. The statistics
show that there are such rows.

Ignore it when a NULL there really means "not comparable". One-column keys, where NULL means "has none", and primary keys are not
reported, nor are keys with NULLS NOT DISTINCT.
"""

from collections.abc import Iterator

from dbarchitect.checks._engine_words import statistics_name
from dbarchitect.checks._index_facts import backing_key, referenced_columns
from dbarchitect.checks._names import listed
from dbarchitect.checks._tables import null_share
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.keys._candidates import soft_delete_mark
from dbarchitect.model.catalog import Column, Index, Table
from dbarchitect.model.change import Change, ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, index_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.identifiers import shorten_name
from dbarchitect.sql.key_changes import replace_unique

CODES = ("KEY-09",)
ENGINES = RELATIONAL
NEEDS_LIVE = True


def _with_nulls(snapshot: Snapshot, table: Table, index: Index) -> list[Column]:
    """The nullable columns of a composite unique index in which the statistics saw nulls."""
    if not index.unique or index.primary or index.nulls_not_distinct or not index.whole or len(index.columns) < 2:
        return []
    if len(index.columns) != len(index.entries):
        return []
    mark = soft_delete_mark(table)
    columns = (table.column(c) for c in index.columns)
    return [c for c in columns if c is not None and c.nullable and c is not mark and (null_share(snapshot, table, c) or 0) > 0]


def _covered(table: Table, index: Index, column: Column) -> bool:
    """True when a partial unique index looks after the rows with the null."""
    rest = {c for c in index.columns if c != column.name}
    return any(i.unique and i.predicate and column.name in i.predicate and set(i.columns) <= rest for i in table.indexes)


def _change(snapshot: Snapshot, table: Table, index: Index, nullable: list[Column]) -> Change:
    if snapshot.engine is not Engine.POSTGRESQL:
        return advice(
            ChangeKind.SCHEMA,
            f"Decide what NULL means in {listed([c.name for c in nullable])}. A value like any other: put a generated column coalesce(column, 'none') in "
            f"{index.name.name} in its place, or make the column NOT NULL with a value that says so.",
        )
    key = backing_key(table, index)
    pinned = (table.name, frozenset(index.columns)) in referenced_columns(snapshot) or index.replica_identity or table.partition_key
    if key is None or pinned or key.deferrable or snapshot.catalog.version.major < 15:
        return advice(
            ChangeKind.SCHEMA,
            f"Decide what NULL means in {index.name.name}: NULLS NOT DISTINCT (PostgreSQL 15 and later) makes it a value like any other, "
            "a partial unique index over the rows with the NULL does so before.",
        )
    name = shorten_name(snapshot.engine, table.name.name, *index.columns, "nnd_key")
    return replace_unique(table, key, index, name, nulls_not_distinct=True)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each composite unique index whose nullable columns hold nulls."""
    for table, index in snapshot.catalog.indexes():
        if index.parent is not None:
            continue
        columns = [c for c in _with_nulls(snapshot, table, index) if not _covered(table, index, c)]
        if not columns:
            continue
        shares = ", ".join(f"{c.name} is NULL in {null_share(snapshot, table, c) or 0:.1%}" for c in columns)
        yield Finding(
            subject=index_subject(table.name, index.name.name),
            title=f"rows with NULL slip through {index.name.name}",
            claim=(
                f"{index.name.name} on {table.name} ({table_facts(snapshot, table)}) is meant to keep ({', '.join(index.columns)}) unique, but "
                f"{shares} of the rows, and NULL differs from NULL: such rows can stand twice."
            ),
            evidence=(
                Evidence(EvidenceKind.OBSERVED, f"{index.definition}; share of nulls in {statistics_name(snapshot.engine)}"),
            ),
            change=_change(snapshot, table, index, columns),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="the key holds for every row",
        )


_TABLE = """
CREATE TABLE members (id bigint PRIMARY KEY, team_id int NOT NULL, role text, nick text UNIQUE);
INSERT INTO members SELECT i, i, CASE WHEN i % 3 > 0 THEN 'r' END, CASE WHEN i % 2 = 0 THEN 'n' || i END FROM generate_series(1, 2000) i;
"""
_MARIADB = """
CREATE TABLE members (id bigint PRIMARY KEY, team_id int NOT NULL, role varchar(9), nick varchar(9) UNIQUE);
INSERT INTO members SELECT seq, seq, IF(seq % 3 > 0, 'r', NULL), IF(seq % 2 = 0, concat('n', seq), NULL) FROM seq_1_to_2000;
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE + "ALTER TABLE members ADD UNIQUE (team_id, role); ANALYZE;",
        good=_TABLE
        + "ALTER TABLE members ADD UNIQUE NULLS NOT DISTINCT (team_id, role); ALTER TABLE members ADD UNIQUE (team_id, id);"
        + "CREATE UNIQUE INDEX ON members (team_id, nick); CREATE UNIQUE INDEX ON members (team_id) WHERE nick IS NULL; ANALYZE;",
        yields=("index public.members.members_team_id_role_key",),
    ),
    Example(
        Engine.MARIADB,
        bad=_MARIADB + "ALTER TABLE members ADD UNIQUE KEY team_role (team_id, role); ANALYZE TABLE members PERSISTENT FOR ALL;",
        good=_MARIADB + "ALTER TABLE members ADD UNIQUE (team_id, id); ANALYZE TABLE members PERSISTENT FOR ALL;",
        yields=("index {database}.members.team_role",),
    ),
)
