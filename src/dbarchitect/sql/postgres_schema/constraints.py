"""Keys, exclusion constraints, indexes, foreign keys, extended statistics: what is added to tables once they stand."""

import re
from collections.abc import Iterator

from dbarchitect.model.catalog import Catalog, ForeignKey, Index, Table, View
from dbarchitect.model.names import QualifiedName, SubjectKind, constraint_subject, index_subject, object_subject
from dbarchitect.model.postgres import PostgresFacts
from dbarchitect.sql.postgres_schema.statement import Statement, in_dependency_order, literal, name, options_text, qualified

_ON = re.compile(r'^(CREATE (?:UNIQUE )?INDEX (?:"(?:[^"]|"")+"|\S+) ON )(?!ONLY )')


def key_statements(catalog: Catalog) -> Iterator[Statement]:
    """Primary keys, unique and exclusion constraints, one by one on each partition; they are attached with the indexes."""
    for table in catalog.tables:
        definitions = [(k.name, k.definition) for k in table.keys] + [(e.name, e.definition) for e in table.exclusions]
        for constraint, definition in definitions:
            sql = f"ALTER TABLE ONLY {qualified(table.name)} ADD CONSTRAINT {name(constraint)} {definition}"
            yield Statement(constraint_subject(table.name, constraint), sql)


def index_statements(catalog: Catalog) -> Iterator[Statement]:
    """Indexes of tables by their own definitions, then the partitions' indexes attached to their parents'."""
    for table in catalog.tables:
        for index in table.indexes:
            yield from _index(table, index)
    parted = [(table, index) for table, index in catalog.indexes() if index.parent]
    for table, index in in_dependency_order(parted, lambda pair: pair[1].name, lambda pair: (pair[1].parent,)):
        if index.parent:
            sql = f"ALTER INDEX {qualified(index.parent)} ATTACH PARTITION {qualified(index.name)}"
            yield Statement(index_subject(table.name, index.name.name), sql)
    for table, index in catalog.indexes():
        yield from _marks(table, index)


def view_index_statements(catalog: Catalog) -> Iterator[Statement]:
    """Indexes of materialised views."""
    for view in catalog.views:
        for index in view.indexes:
            yield from _index(view, index)
            yield from _marks(view, index)


def _index(relation: Table | View, index: Index) -> Iterator[Statement]:
    subject = index_subject(relation.name, index.name.name)
    if index.constraint is None:
        partitioned = isinstance(relation, Table) and relation.partition_key is not None
        # the partitions have theirs by name, and they are attached
        yield Statement(subject, _ON.sub(r"\1ONLY ", index.definition, count=1) if partitioned else index.definition)
    elif index.options:
        settings = options_text(index.options).removeprefix(" WITH ")
        yield Statement(subject, f"ALTER INDEX {qualified(index.name)} SET {settings}")


def _marks(relation: Table | View, index: Index) -> Iterator[Statement]:
    """An index that is invalid at the source is marked so; a build that fails half way cannot be repeated."""
    partitioned = isinstance(relation, Table) and relation.partition_key is not None
    if not partitioned and not (index.valid and index.ready):
        sql = (
            f"UPDATE pg_catalog.pg_index SET indisvalid = {'true' if index.valid else 'false'}, "
            f"indisready = {'true' if index.ready else 'false'} WHERE indexrelid = {literal(qualified(index.name))}::regclass"
        )
        yield Statement(index_subject(relation.name, index.name.name), sql)


def foreign_key_statements(catalog: Catalog) -> Iterator[Statement]:
    """Foreign keys. A partition's own is added before its parent's when it bears another name, which then adopts it."""
    parents = {table.name: table for table in catalog.tables}
    for table in catalog.tables:
        for key in table.foreign_keys:
            if key.inherited and not _inherits_name(table, key, parents):
                yield _foreign_key(table, key)
    for table in catalog.tables:
        for key in table.foreign_keys:
            if not key.inherited:
                yield _foreign_key(table, key)


def _inherits_name(table: Table, key: ForeignKey, tables: dict[QualifiedName, Table]) -> bool:
    above = _parent(table, tables)
    while above:
        if any(k.name == key.name and not k.inherited for k in above.foreign_keys):
            return True
        above = _parent(above, tables)
    return False


def _parent(table: Table, tables: dict[QualifiedName, Table]) -> Table | None:
    return tables.get(table.partition_of) if table.partition_of else None


def _foreign_key(table: Table, key: ForeignKey) -> Statement:
    sql = f"ALTER TABLE {qualified(table.name)} ADD CONSTRAINT {name(key.name)} {key.definition}"
    return Statement(constraint_subject(table.name, key.name), sql)


def extended_statistics_statements(facts: PostgresFacts) -> Iterator[Statement]:
    """CREATE STATISTICS by their own definitions."""
    for item in facts.extended_statistics:
        yield Statement(object_subject(SubjectKind.TABLE, item.table), item.definition)
