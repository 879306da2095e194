"""Unique key that contains another unique key.

When (code) is unique, (code, colour) is so by itself; the longer key refuses nothing that the shorter one would not, and its
index is written for every row.

Ignore it when a foreign key points at the longer one (then it is not reported), or when statements read the longer index: an
ordinary index does that as well.
"""

from collections.abc import Iterator

from dbarchitect.checks._index_facts import (
    backing_key,
    index_bytes,
    index_children,
    index_scans,
    referenced_columns,
    serves_foreign_key,
)
from dbarchitect.checks._weigh import in_bytes, share_of_database, table_facts
from dbarchitect.checks._window import mature, window
from dbarchitect.model.catalog import Index, Key, Table
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, constraint_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.key_changes import drop_key

CODES = ("IDX-03", "KEY-04")
ENGINES = RELATIONAL


def _implied_by(table: Table, key: Key) -> Key | None:
    """A shorter key of NOT NULL columns that makes this one unique by itself."""
    required = {c.name for c in table.columns if not c.nullable}
    for other in table.keys:
        whole = other is not key and not other.deferrable and not other.without_overlaps
        if whole and set(other.columns) < set(key.columns) and set(other.columns) <= required:
            return other
    return None


def _longer(snapshot: Snapshot) -> Iterator[tuple[Table, Key, Key, Index]]:
    referenced = referenced_columns(snapshot)
    for table in snapshot.catalog.tables:
        for key in table.keys:
            implied = (
                None if key.primary or key.inherited or key.without_overlaps or table.is_partition else _implied_by(table, key)
            )
            index = next((i for i in table.indexes if backing_key(table, i) is key), None)
            if implied is None or index is None or (table.name, frozenset(key.columns)) in referenced:
                continue
            if not (index.replica_identity or index.clustered) and not serves_foreign_key(snapshot, table, index):
                yield table, key, implied, index


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each unique constraint that a shorter one implies, unless its index is in use."""
    children = index_children(snapshot)
    for table, key, implied, index in _longer(snapshot):
        scans = index_scans(index, children) or 0
        if scans and snapshot.live:
            continue
        size = index_bytes(index, children) or 0
        seen = f" Nothing has scanned its index {window(snapshot)}." if snapshot.live and mature(snapshot, limits) else ""
        yield Finding(
            subject=constraint_subject(table.name, key.name),
            title=f"{key.name} says what {implied.name} says already",
            claim=(
                f"({', '.join(key.columns)}) of {table.name} ({table_facts(snapshot, table)}) is unique because ({', '.join(implied.columns)}) is; "
                f"{key.name} only keeps {in_bytes(size) if size else 'an index'} up to date.{seen}"
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"{implied.name}: {implied.definition}; {key.name}: {key.definition}"),),
            change=drop_key(table, key, index, engine=snapshot.engine),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="one index write less for each row version",
            also=(constraint_subject(table.name, implied.name),),
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE products (id bigint PRIMARY KEY, code text NOT NULL UNIQUE, colour text NOT NULL, UNIQUE (colour, code));",
        good="""
CREATE TABLE tenants (id bigint PRIMARY KEY, name text, UNIQUE (id, name));
CREATE TABLE sites (id bigint PRIMARY KEY, tenant_id bigint, name text, FOREIGN KEY (tenant_id, name) REFERENCES tenants (id, name));
CREATE TABLE products (id bigint PRIMARY KEY, code text UNIQUE, colour text NOT NULL, size text NOT NULL, UNIQUE (colour, code), UNIQUE (size, colour));
""",
        yields=("constraint public.products.products_colour_code_key",),
    ),
    Example(
        Engine.MARIADB,
        bad="""CREATE TABLE products (id bigint PRIMARY KEY, code varchar(9) NOT NULL UNIQUE, colour varchar(9) NOT NULL,
  UNIQUE KEY colour_code (colour, code) COMMENT 'both');""",
        good="""
CREATE TABLE tenants (id bigint PRIMARY KEY, name varchar(9), UNIQUE (id, name));
CREATE TABLE sites (id bigint PRIMARY KEY, tenant_id bigint, name varchar(9), FOREIGN KEY (tenant_id, name) REFERENCES tenants (id, name));
CREATE TABLE products (id bigint PRIMARY KEY, code varchar(9) UNIQUE, colour varchar(9) NOT NULL, size varchar(9) NOT NULL, UNIQUE (colour, code),
  UNIQUE (size, colour));
CREATE TABLE plates (id bigint PRIMARY KEY, site_id bigint NOT NULL, UNIQUE KEY of_site (site_id, id), FOREIGN KEY (site_id) REFERENCES sites (id));
""",
        yields=("constraint {database}.products.colour_code",),
    ),
)
