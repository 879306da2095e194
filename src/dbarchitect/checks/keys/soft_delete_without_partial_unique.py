"""Unique key that does not reckon with rows marked as deleted.

A key that contains the mark, UNIQUE (email, deleted_at), promises nothing: live rows hold NULL there, and NULL differs from NULL, so
the same address can live twice. A key without the mark keeps a value taken for ever: who was deleted cannot come back.
A partial unique index over the live rows says what is meant; MySQL and MariaDB have none, but a key that contains a virtual column, NULL in
deleted rows, does the same.

Ignore it where a value must never be used again, not even after its row was deleted.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._counts import counted
from dbarchitect.checks._index_facts import backing_key, bound, referenced_columns, serves_foreign_key
from dbarchitect.checks._tables import null_share
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.keys._candidates import SoftUnique, soft_unique
from dbarchitect.model.catalog import TEXTUAL
from dbarchitect.model.change import Change, ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, index_subject
from dbarchitect.model.questions import UniquenessAnswer
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.identifiers import quote_columns, quote_qualified, shorten_name
from dbarchitect.sql.key_changes import replace_unique_by_partial

CODES = ("NEW-04",)
ENGINES = RELATIONAL


def _blocks(snapshot: Snapshot, soft: SoftUnique) -> bool:
    """True when deleted rows exist and the key is a text that people choose, so that a taken value hurts."""
    live = null_share(snapshot, soft.table, soft.mark)
    columns = [soft.table.column(c) for c in soft.columns]
    return live is not None and live < 1 and any(c is not None and c.type.family in TEXTUAL for c in columns)


def _repeated(snapshot: Snapshot, soft: SoftUnique) -> int:
    answer = snapshot.answer(soft.question)
    return answer.duplicates if isinstance(answer, UniquenessAnswer) else 0


def _list_repeated(snapshot: Snapshot, soft: SoftUnique) -> str:
    columns, table = quote_columns(snapshot.engine, soft.columns), quote_qualified(snapshot.engine, soft.table.name)
    return f"SELECT {columns}, count(*) FROM {table} WHERE {soft.where} GROUP BY {columns} HAVING count(*) > 1"


def _change(snapshot: Snapshot, soft: SoftUnique) -> Change:
    table, index = soft.table, soft.index
    key = backing_key(table, index)
    if _repeated(snapshot, soft):
        how = "" if snapshot.engine is Engine.POSTGRESQL else " (by way of a virtual column that is NULL in all other rows)"
        return advice(
            ChangeKind.INDEX,
            f"Live rows stand twice: correct what {_list_repeated(snapshot, soft)} lists, then build a unique index WHERE {soft.where}{how}.",
        )
    if snapshot.engine is not Engine.POSTGRESQL and (serves_foreign_key(snapshot, table, index) or table.access_method != "innodb"):
        return advice(
            ChangeKind.INDEX,
            f"Add a virtual column that is 1 WHERE {soft.where} and NULL otherwise, and a unique index on ({', '.join(soft.columns)}) and it; "
            f"{index.name.name} is needed otherwise.",
        )
    pinned = index.replica_identity or index.clustered or (index.constraint and key is None) or (key and key.deferrable)
    if pinned or (table.name, frozenset(index.columns)) in referenced_columns(snapshot):
        return advice(
            ChangeKind.INDEX,
            f"Build a unique index on ({', '.join(soft.columns)}) WHERE {soft.where}; {index.name.name} is needed otherwise.",
        )
    name = shorten_name(snapshot.engine, table.name.name, *soft.columns, "live_key")
    change = replace_unique_by_partial(table, key, index, soft.columns, soft.where, name, engine=snapshot.engine)
    if soft.includes_mark or (bound(index) and snapshot.engine is Engine.POSTGRESQL):
        return change
    return replace(change, assumptions=("a deleted row's value may be used again",))


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each unique index that deleted rows make too weak or too strict."""
    for soft in soft_unique(snapshot):
        if not soft.includes_mark and not _blocks(snapshot, soft):
            continue
        columns, mark, repeated = ", ".join(soft.columns), soft.mark.name, _repeated(snapshot, soft)
        weak = (
            f"{soft.index.name.name} contains {mark}, which is NULL in every live row of {soft.table.name}: the same ({columns}) can live twice"
            + (f", and {counted(repeated, 'row')} {'does' if repeated == 1 else 'do'}." if repeated else ".")
        )
        strict = (
            f"{soft.index.name.name} on {soft.table.name} counts rows with {mark} set, so that the ({columns}) of a deleted row "
            "can never be used again."
        )
        yield Finding(
            subject=index_subject(soft.table.name, soft.index.name.name),
            title=f"{soft.index.name.name} does not reckon with {mark}",
            claim=(weak if soft.includes_mark else strict) + f" ({table_facts(snapshot, soft.table)})",
            evidence=(Evidence(EvidenceKind.OBSERVED, soft.index.definition, _list_repeated(snapshot, soft)),),
            change=_change(snapshot, soft),
            severity=Severity.WARNING if soft.includes_mark else Severity.NOTICE,
            confidence=Confidence.PROVEN if repeated else Confidence.LIKELY if soft.includes_mark else Confidence.POSSIBLE,
            weight=share_of_database(snapshot, soft.table),
            benefit="live rows are unique, deleted ones are out of the way",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, deleted_at timestamptz, UNIQUE (email, deleted_at));
CREATE TABLE shops (id bigint PRIMARY KEY, slug text NOT NULL UNIQUE, deleted_at timestamptz);
INSERT INTO shops SELECT i, 's' || i, CASE WHEN i % 9 = 0 THEN now() END FROM generate_series(1, 900) i;
ANALYZE;
""",
        good="""
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, deleted_at timestamptz);
CREATE UNIQUE INDEX ON users (email) WHERE deleted_at IS NULL;
CREATE TABLE shops (id bigint PRIMARY KEY, slug text NOT NULL UNIQUE, deleted_at timestamptz, UNIQUE (id, slug));
CREATE TABLE rooms (id bigint PRIMARY KEY, number int NOT NULL UNIQUE, deleted_at timestamptz);
INSERT INTO shops SELECT i, 's' || i FROM generate_series(1, 900) i;
INSERT INTO rooms SELECT i, i, now() FROM generate_series(1, 900) i;
ANALYZE;
""",
        yields=("index public.users.users_email_deleted_at_key", "index public.shops.shops_slug_key"),
    ),
    Example(
        Engine.POSTGRESQL,
        name="live rows stand twice",
        bad="""
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, deleted_at timestamptz);
CREATE UNIQUE INDEX users_email ON users (email, deleted_at);
INSERT INTO users SELECT i, 'u' || i % 500 FROM generate_series(1, 1000) i;
ANALYZE;
""",
        good="CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL UNIQUE);",
        yields=("index public.users.users_email",),
    ),
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE users (id bigint PRIMARY KEY, email varchar(80) NOT NULL, deleted_at datetime, UNIQUE KEY by_email (email, deleted_at));
CREATE TABLE shops (id bigint PRIMARY KEY, slug varchar(80) NOT NULL, deleted_at timestamp NULL, is_live int, UNIQUE KEY by_slug (slug) COMMENT 'slug');
INSERT INTO shops SELECT seq, concat('s', seq), IF(seq % 9 = 0, now(), NULL), 1 FROM seq_1_to_900;
ANALYZE TABLE shops PERSISTENT FOR ALL;
""",
        good="""
CREATE TABLE users (id bigint PRIMARY KEY, email varchar(80) NOT NULL, deleted_at datetime,
  live tinyint(1) AS (IF(deleted_at IS NULL, 1, NULL)) VIRTUAL, UNIQUE KEY by_email (email, live));
CREATE TABLE shops (id bigint PRIMARY KEY, slug varchar(80) NOT NULL UNIQUE, deleted_at datetime, UNIQUE (id, slug));
CREATE TABLE rooms (id bigint PRIMARY KEY, number int NOT NULL UNIQUE, deleted_at datetime);
INSERT INTO users (id, email, deleted_at) SELECT seq, concat('u', seq), IF(seq % 9 = 0, now(), NULL) FROM seq_1_to_900;
INSERT INTO shops SELECT seq, concat('s', seq), NULL FROM seq_1_to_900;
INSERT INTO rooms SELECT seq, seq, now() FROM seq_1_to_900;
ANALYZE TABLE users, shops, rooms PERSISTENT FOR ALL;
""",
        yields=("index {database}.users.by_email", "index {database}.shops.by_slug"),
    ),
    Example(
        Engine.MARIADB,
        name="live rows stand twice in MariaDB",
        bad="""
CREATE TABLE users (id bigint PRIMARY KEY, email varchar(80) NOT NULL, deleted_at datetime, UNIQUE KEY by_email (email, deleted_at));
INSERT INTO users SELECT seq, concat('u', seq % 500), NULL FROM seq_1_to_1000;
""",
        good="CREATE TABLE users (id bigint PRIMARY KEY, email varchar(80) NOT NULL UNIQUE);",
        yields=("index {database}.users.by_email",),
    ),
)
