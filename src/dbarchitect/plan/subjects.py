"""Subjects by their keys, as a file holds them: which table they belong to, and whether the catalogue still has them."""

from dbarchitect.model.finding import Finding
from dbarchitect.model.names import QualifiedName, column_subject, database_subject, index_subject, table_subject
from dbarchitect.model.snapshot import Snapshot


def belongs_to(subject: str, table: QualifiedName) -> bool:
    """True for the key of the table or view itself and of whatever is a part of it."""
    name = subject.partition(" ")[2]
    return name == str(table) or name.startswith(f"{table}.")


def stands_for(finding: Finding, database: str) -> tuple[str, ...]:
    """The keys that a finding answers for: its own; of one for a whole schema those of all objects that it names; and that of the
    one for the whole schema which its check made, or would make, of many."""
    own = f"{finding.check} {finding.engine.value}"
    whole = database_subject(database)
    parts = finding.also if finding.subject == whole else ()
    return tuple(dict.fromkeys((finding.key, *(f"{own} {s.key}" for s in parts), f"{own} {whole.key}")))


def is_gone(snapshot: Snapshot, subject: str) -> bool:
    """True when the key names a table, a column or an index that is no more: nothing can be wrong with it."""
    kind = subject.partition(" ")[0]
    tables = snapshot.catalog.tables
    if kind == "table":
        return all(table_subject(t.name).key != subject for t in tables)
    if kind == "index":
        owners = [(t.name, t.indexes) for t in tables] + [(v.name, v.indexes) for v in snapshot.catalog.views]
        return all(index_subject(owner, i.name.name).key != subject for owner, indexes in owners for i in indexes)
    if kind == "column":
        own = [t for t in tables if belongs_to(subject, t.name)]
        return not any(_has_columns(subject, t.name, frozenset(c.name for c in t.columns)) for t in own)
    return False


def _has_columns(subject: str, table: QualifiedName, columns: frozenset[str]) -> bool:
    """A name may hold a comma itself, so that the whole is looked for first."""
    names = subject.removeprefix(column_subject(table, "").key).removeprefix(".")
    return names in columns or all(name in columns for name in names.split(","))
