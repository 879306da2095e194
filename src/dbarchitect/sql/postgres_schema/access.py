"""Who owns what, who may do what, and what is said about it: owners, grants, default privileges, comments, publications."""

from collections.abc import Iterator

from dbarchitect.model.catalog import Domain, Routine, RoutineKind, Table, TableKind, View
from dbarchitect.model.names import Subject, SubjectKind, database_subject, global_subject, object_subject, table_subject
from dbarchitect.model.postgres import PostgresFacts, Publication
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_schema.statement import Statement, Target, literal, name, qualified
from dbarchitect.sql.postgres_schema.types import UserType, user_types


def owner_statements(snapshot: Snapshot, target: Target) -> Iterator[Statement]:
    """ALTER … OWNER of everything that another role than the target's superuser owns. A column's sequence follows its table."""
    for subject, words, owner in _owned(snapshot):
        if owner and owner != target.superuser:
            yield Statement(subject, f"ALTER {words} OWNER TO {name(owner)}")


def _owned(snapshot: Snapshot) -> Iterator[tuple[Subject, str, str]]:
    catalog, facts = snapshot.catalog, snapshot.postgres or PostgresFacts()
    for schema in facts.schemas:
        yield global_subject(SubjectKind.SCHEMA, schema.name), f"SCHEMA {name(schema.name)}", schema.owner
    for table in catalog.tables:
        yield table_subject(table.name), f"{table_word(table)} {qualified(table.name)}", table.owner
    for view in catalog.views:
        word = "MATERIALIZED VIEW" if view.materialized else "VIEW"
        yield object_subject(SubjectKind.VIEW, view.name), f"{word} {qualified(view.name)}", view.owner
    for sequence in catalog.sequences:
        if sequence.owned_by_table is None:
            yield object_subject(SubjectKind.SEQUENCE, sequence.name), f"SEQUENCE {qualified(sequence.name)}", sequence.owner
    for item in user_types(catalog):
        yield object_subject(SubjectKind.TYPE, item.name), type_words(item), item.owner
    for routine in catalog.routines:
        yield object_subject(SubjectKind.ROUTINE, routine.name), routine_words(routine), routine.owner


def type_words(item: UserType) -> str:
    """A type as ALTER and COMMENT speak of it: `DOMAIN shop.email`."""
    return f"{'DOMAIN' if isinstance(item, Domain) else 'TYPE'} {qualified(item.name)}"


def table_word(table: Table) -> str:
    """`TABLE` or `FOREIGN TABLE`, as ALTER and COMMENT want it."""
    return "FOREIGN TABLE" if table.kind is TableKind.FOREIGN else "TABLE"


def routine_words(routine: Routine) -> str:
    """A routine as ALTER, GRANT and COMMENT speak of it: `FUNCTION shop.total(integer)`."""
    word = {RoutineKind.PROCEDURE: "PROCEDURE", RoutineKind.AGGREGATE: "AGGREGATE"}.get(routine.kind, "FUNCTION")
    arguments = routine.arguments or ("*" if routine.kind is RoutineKind.AGGREGATE else "")
    return f"{word} {qualified(routine.name)}({arguments})"


def comment_statements(snapshot: Snapshot, target: Target) -> Iterator[Statement]:
    """COMMENT ON of everything that bears one."""
    for subject, words, comment in _commented(snapshot, target):
        if comment is not None:
            yield Statement(subject, f"COMMENT ON {words} IS {literal(comment)}")


def _commented(snapshot: Snapshot, target: Target) -> Iterator[tuple[Subject, str, str | None]]:
    catalog, facts = snapshot.catalog, snapshot.postgres or PostgresFacts()
    yield database_subject(target.database), f"DATABASE {name(target.database)}", catalog.comment
    for schema in facts.schemas:
        yield global_subject(SubjectKind.SCHEMA, schema.name), f"SCHEMA {name(schema.name)}", schema.comment
    for table in catalog.tables:
        yield from _comments_of_table(table)
    for view in catalog.views:
        word = "MATERIALIZED VIEW" if view.materialized else "VIEW"
        yield from _comments_of_view(view, word)
    for sequence in catalog.sequences:
        yield object_subject(SubjectKind.SEQUENCE, sequence.name), f"SEQUENCE {qualified(sequence.name)}", sequence.comment
    for item in user_types(catalog):
        subject = object_subject(SubjectKind.TYPE, item.name)
        yield subject, type_words(item), item.comment
        for check in item.checks if isinstance(item, Domain) else ():
            yield subject, f"CONSTRAINT {name(check.name)} ON DOMAIN {qualified(item.name)}", check.comment
    for routine in catalog.routines:
        yield object_subject(SubjectKind.ROUTINE, routine.name), routine_words(routine), routine.comment
    for trigger in catalog.triggers:
        subject = Subject(SubjectKind.TRIGGER, trigger.table.schema, trigger.table.name, trigger.name)
        yield subject, f"TRIGGER {name(trigger.name)} ON {qualified(trigger.table)}", trigger.comment
    for policy in facts.policies:
        subject = Subject(SubjectKind.POLICY, policy.table.schema, policy.table.name, policy.name)
        yield subject, f"POLICY {name(policy.name)} ON {qualified(policy.table)}", policy.comment


def _comments_of_table(table: Table) -> Iterator[tuple[Subject, str, str | None]]:
    own = table_subject(table.name)
    yield own, f"{table_word(table)} {qualified(table.name)}", table.comment
    for column in table.columns:
        yield own, f"COLUMN {qualified(table.name)}.{name(column.name)}", column.comment
    constraints = [(k.name, k.comment) for k in table.keys] + [(f.name, f.comment) for f in table.foreign_keys]
    constraints += [(c.name, c.comment) for c in table.checks] + [(e.name, e.comment) for e in table.exclusions]
    for constraint, comment in constraints:
        yield own, f"CONSTRAINT {name(constraint)} ON {qualified(table.name)}", comment
    for index in table.indexes:
        yield own, f"INDEX {qualified(index.name)}", index.comment


def _comments_of_view(view: View, word: str) -> Iterator[tuple[Subject, str, str | None]]:
    own = object_subject(SubjectKind.VIEW, view.name)
    yield own, f"{word} {qualified(view.name)}", view.comment
    for column in view.columns:
        yield own, f"COLUMN {qualified(view.name)}.{name(column.name)}", column.comment
    for index in view.indexes:
        yield own, f"INDEX {qualified(index.name)}", index.comment


def publication_statements(facts: PostgresFacts) -> Iterator[Statement]:
    """Logical publications."""
    for publication in facts.publications:
        subject = global_subject(SubjectKind.EXTENSION, publication.name)
        yield Statement(subject, _create_publication(publication))


def _create_publication(publication: Publication) -> str:
    tables = ", ".join(qualified(t) for t in publication.tables)
    what = " FOR ALL TABLES" if publication.all_tables else (f" FOR TABLE {tables}" if tables else "")
    changes = ["insert", *(["update"] if publication.updates else []), *(["delete"] if publication.deletes else [])]
    return f"CREATE PUBLICATION {name(publication.name)}{what} WITH (publish = {literal(', '.join(changes))})"
