"""Published table without a replica identity.

A publication that carries updates or deletes makes the server refuse every UPDATE and DELETE of a table whose rows the subscriber
could not find: no primary key, no index named as replica identity, not FULL. The application sees the error.

Ignore it for tables that only ever get inserts. FULL works without a key, but sends and searches whole rows.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.keys.missing_primary_key import identifying_index
from dbarchitect.model.catalog import Table, TableKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, QualifiedName, table_subject
from dbarchitect.model.postgres import Publication
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_name
from dbarchitect.sql.key_changes import set_replica_identity

CODES = ("SCH-02",)
ENGINES = (Engine.POSTGRESQL,)


def _ancestors(snapshot: Snapshot, table: Table) -> set[QualifiedName]:
    names = {table.name}
    parent = table.partition_of
    while parent is not None:
        names.add(parent)
        above = snapshot.table(parent)
        parent = above.partition_of if above else None
    return names


def _publication(snapshot: Snapshot, table: Table) -> Publication | None:
    names = _ancestors(snapshot, table)
    publications = snapshot.postgres.publications if snapshot.postgres else ()
    return next((p for p in publications if (p.updates or p.deletes) and (p.all_tables or names & set(p.tables))), None)


def _identified(snapshot: Snapshot, table: Table) -> bool:
    facts = snapshot.postgres_table(table.name)
    identity = facts.replica_identity if facts else "default"
    return identity in ("full", "index") or (identity == "default" and table.primary_key is not None)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each published table (partition) whose rows a subscriber could not find."""
    for table in snapshot.catalog.tables:
        if table.kind is not TableKind.TABLE or _identified(snapshot, table):
            continue
        publication = _publication(snapshot, table)
        if publication is None:
            continue
        facts, index = snapshot.postgres_table(table.name), identifying_index(table)
        words = f"USING INDEX {quote_name(snapshot.engine, index.name.name)}" if index else "FULL"
        if table.primary_key is not None:
            words = "DEFAULT"
        usage = table.usage
        changed = (usage.rows_updated or 0) + (usage.rows_deleted or 0) if usage else 0
        yield Finding(
            subject=table_subject(table.name),
            title=f"updates of {table.name.name} are refused",
            claim=(
                f"{table.name} ({table_facts(snapshot, table)}) is published by {publication.name}, which carries updates or deletes, and has "
                "no replica identity: every UPDATE and DELETE of it fails."
            ),
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"publication {publication.name} covers it; relreplident gives no key; {counted(changed, 'change')} counted",
                ),
            ),
            change=set_replica_identity(table, words, (facts.replica_identity if facts else "default").upper()),
            severity=Severity.CRITICAL if changed else Severity.WARNING,
            weight=share_of_database(snapshot, table),
            benefit="updates and deletes work and reach the subscriber",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE a (id bigint, note text);
CREATE TABLE b (id bigint NOT NULL, note text);
CREATE UNIQUE INDEX b_id ON b (id);
CREATE PUBLICATION changes FOR TABLE a, b;
""",
        good="""
CREATE TABLE a (id bigint PRIMARY KEY, note text);
CREATE TABLE b (id bigint, note text);
ALTER TABLE b REPLICA IDENTITY FULL;
CREATE TABLE c (id bigint);
CREATE TABLE d (id bigint);
CREATE PUBLICATION changes FOR TABLE a, b;
CREATE PUBLICATION additions FOR TABLE c WITH (publish = 'insert');
""",
        yields=("table public.a", "table public.b"),
    ),
)
