"""What is worth asking of the rows about keys: references, unique values and nulls that the schema does not declare.

Pure functions of the snapshot. `dbarchitect.checks.questions` puts `inclusion_questions`, `uniqueness_questions` and `null_questions`
together with those of the other themes; each check looks its answer up by the same question.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dbarchitect.checks._names import mentions, singular, words
from dbarchitect.checks._tables import in_foreign_key, own_tables, unique_columns
from dbarchitect.model.catalog import (
    TEXTUAL,
    Column,
    Index,
    Persistence,
    ReferentialAction,
    Table,
    TableKind,
    TypeFamily,
)
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.questions import InclusionQuestion, NullQuestion, UniquenessQuestion
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_name

_FEW_COLUMNS = 3  # fewer may begin alike by chance
_ABBREVIATION = 4
_SHORTEST_STEM = 3
_TIMES = frozenset({TypeFamily.TIMESTAMP, TypeFamily.TIMESTAMP_TZ, TypeFamily.DATE})
_GONE_TIME = frozenset(
    {"deleted_at", "deleted_on", "deleted_time", "deletedat", "deleted", "removed_at", "archived_at", "deactivated_at"}
)
_IDENTITY = frozenset(
    "email slug sku uuid guid username login handle isbn iban vin ean gtin upc barcode code number no token".split()
)
# codes and numbers that many rows share by their nature, however different they happen to be
_SHARED = frozenset(
    """zip postal post country area dial phone mobile fax telephone status state region city language lang currency colour color error
    exit response house street floor room page line row serial version build batch order sort sequence seq""".split()
)
_REQUIRED = frozenset(
    "name title email status state amount quantity qty price total currency kind type code sku slug username login balance subject".split()
)
_REQUIRED_TIMES = frozenset(
    {"created_at", "created_on", "created", "inserted_at", "placed_at", "ordered_at", "createdat", "updated_at"}
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that looks like a reference to another table's key."""

    table: Table
    column: Column
    parent: Table
    parent_column: str

    @property
    def question(self) -> InclusionQuestion:
        """Whether the rows bear it out."""
        return InclusionQuestion(self.table.name, (self.column.name,), self.parent.name, (self.parent_column,))


def _single_key(table: Table) -> Column | None:
    key = table.primary_key
    return table.column(key.columns[0]) if key is not None and len(key.columns) == 1 else None


def _alike(child: Column, parent: Column) -> bool:
    a, b = child.type, parent.type
    if a.family is TypeFamily.INTEGER and b.family is TypeFamily.INTEGER:
        return a.unsigned == b.unsigned
    return a.name == b.name or (a.family in TEXTUAL and b.family in TEXTUAL)


def _spelling(table: Table) -> tuple[str, ...]:
    parts = words(table.name.name)
    return (*parts[:-1], singular(parts[-1])) if parts else ()


def unprefixed(table: Table, column: Column) -> tuple[str, ...]:
    """The words of a column's name without the abbreviation of the table that all of its columns begin with: c_custkey, c_name."""
    first = {words(c.name)[:1] for c in table.columns}
    parts = words(column.name)
    shared = len(table.columns) >= _FEW_COLUMNS and len(first) == 1 and len(parts) > 1 and len(parts[0]) <= _ABBREVIATION
    return parts[1:] if shared else parts


def _stem(parts: tuple[str, ...]) -> str:
    """What a name of one word that ends in key or id is the key of: custkey → cust; empty when it is no such name."""
    if len(parts) != 1:
        return ""
    return next((parts[0][: -len(end)] for end in ("key", "id") if parts[0].endswith(end)), "")


class _Parents:
    """Tables with a one-column primary key, by the words that a reference to them would use, and by the key's own name."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.by_words: dict[tuple[str, ...], list[tuple[Table, Column]]] = {}
        self.by_key: dict[str, list[tuple[Table, Column]]] = {}
        for table in snapshot.catalog.tables:
            key = None if table.is_partition or table.kind is TableKind.FOREIGN else _single_key(table)
            if key is not None:
                for spelling in {_spelling(table), words(table.name.name)}:
                    self.by_words.setdefault(spelling, []).append((table, key))
                if stem := _named_after(table, key):
                    self.by_key.setdefault(stem, []).append((table, key))

    def of(self, table: Table, column: Column) -> tuple[Table, Column] | None:
        """The one table that the column's name points at; None when there is none or more than one."""
        parts = words(column.name)
        own = _single_key(table)
        if parts == ("parent", "id") and own is not None:
            return table, own
        for start in range(len(parts) - 1):
            found = [p for p in self.by_words.get(parts[start:-1], []) if _ends_alike(parts, p[1])]
            near = [p for p in found if p[0].name.schema == table.name.schema] or found
            if near:
                return near[0] if len(near) == 1 else None
        alike = [p for p in self.by_key.get(_stem(unprefixed(table, column)), []) if p[0].name.schema == table.name.schema]
        return alike[0] if len(alike) == 1 else None


def _named_after(table: Table, key: Column) -> str:
    """The stem of a key's name that abbreviates its table's: cust of customer.c_custkey; empty when it is none."""
    stem = _stem(unprefixed(table, key))
    return stem if len(stem) >= _SHORTEST_STEM and "".join(_spelling(table)).startswith(stem) else ""


def _ends_alike(parts: tuple[str, ...], key: Column) -> bool:
    return parts[-1] in ("id", *words(key.name)[-1:])


def _polymorphic(table: Table, column: Column) -> bool:
    """True beside a column that tells which table is meant (`owner_id`, `owner_type`)."""
    stem = words(column.name)[:-1]
    return any(words(o.name) in ((*stem, "type"), (*stem, "kind"), (*stem, "class"), (*stem, "table")) for o in table.columns)


def inferred_references(snapshot: Snapshot) -> Iterator[Reference]:
    """Columns that name and type make look like references, without a foreign key."""
    parents = _Parents(snapshot)
    for table in own_tables(snapshot):
        if table.persistence is Persistence.TEMPORARY:
            continue
        for column in table.columns:
            if column.generated or column.identity or in_foreign_key(table, column.name) or _polymorphic(table, column):
                continue
            found = parents.of(table, column)
            if found is None or not _alike(column, found[1]):
                continue
            parent, key = found
            if (parent.name, key.name) != (table.name, column.name) and not _numbers_itself(table, column):
                yield Reference(table, column, parent, key.name)


def _numbers_itself(table: Table, column: Column) -> bool:
    key = table.primary_key
    return key is not None and key.columns == (column.name,) and column.default is not None


def inclusion_questions(snapshot: Snapshot, limits: Limits) -> tuple[InclusionQuestion, ...]:
    """Asked for references that nobody declared and for foreign keys that were never validated."""
    inferred = [r.question for r in inferred_references(snapshot)]
    unvalidated = [
        InclusionQuestion(table.name, key.columns, key.target, key.target_columns)
        for table, key in snapshot.catalog.references()
        if not key.validated and not key.inherited
    ]
    return tuple(dict.fromkeys([*inferred, *unvalidated]))


@dataclass(frozen=True, slots=True)
class Distinct:
    """A column whose values are all different, under a name that promises it."""

    table: Table
    column: Column

    @property
    def question(self) -> UniquenessQuestion:
        """Whether the rows bear it out."""
        return UniquenessQuestion(self.table.name, (self.column.name,))


def _promises_identity(column: Column) -> bool:
    parts = words(column.name)
    return bool(parts) and (parts[-1] in _IDENTITY or parts[-2:] == ("external", "id")) and _SHARED.isdisjoint(parts)


def _copied(table: Table) -> bool:
    """True for what CREATE TABLE … AS leaves: no key, nothing required. Its columns are another table's matter."""
    return not table.keys and all(c.nullable for c in table.columns)


def _rests_on_names(snapshot: Snapshot, table: Table, column: Column) -> bool:
    """True when nothing is known of the values because the server keeps column statistics only where it was told to."""
    return snapshot.engine is not Engine.POSTGRESQL and snapshot.column_statistics(table.name, column.name) is None


def _may_differ(snapshot: Snapshot, table: Table, column: Column) -> bool:
    """True when the statistics call the values all different; without any (MySQL, MariaDB) when a key could be built on them."""
    if _rests_on_names(snapshot, table, column):
        return column.type.family is not TypeFamily.TEXT
    statistics = snapshot.column_statistics(table.name, column.name)
    keyable = snapshot.engine is Engine.POSTGRESQL or column.type.family is not TypeFamily.TEXT
    apart = statistics is not None and statistics.distinct <= -0.999 * (1 - statistics.null_fraction)
    return keyable and apart and statistics is not None and statistics.null_fraction <= 0.9


def distinct_columns(snapshot: Snapshot, limits: Limits) -> Iterator[Distinct]:
    """Columns that the planner's statistics call all different, named like an identity, not declared unique."""
    for table in own_tables(snapshot):
        rows = snapshot.rows(table)
        if rows is None or rows < limits.small_table_rows or table.partition_key or _copied(table):
            continue
        unique = [set(columns) for columns in unique_columns(table)]
        partly = {i.columns[0] for i in table.indexes if i.unique and len(i.columns) == 1}
        for column in table.columns:
            if not _may_differ(snapshot, table, column):
                continue
            if (
                _promises_identity(column)
                and {column.name} not in unique
                and column.name not in partly
                and not in_foreign_key(table, column.name)
            ):
                yield Distinct(table, column)


def key_column(snapshot: Snapshot, table: Table) -> Distinct | None:
    """Of a table without any key, the number or UUID column that is named like its key and has no value twice so far."""
    if table.keys or table.partition_key or table.is_partition or table.kind is not TableKind.TABLE:
        return None
    own = "_".join(_spelling(table))
    for column in table.columns:
        statistics = snapshot.column_statistics(table.name, column.name)
        spelled = "_".join(words(column.name)) in ("id", "uuid", f"{own}_id", f"{own}_uuid")
        named = spelled or bool(_named_after(table, column))
        apart = statistics is not None and statistics.null_fraction == 0 and statistics.distinct <= -0.999
        numbered = column.type.family in (TypeFamily.INTEGER, TypeFamily.UUID)
        if named and apart and numbered and not in_foreign_key(table, column.name):
            return Distinct(table, column)
    return None


def _key_columns(snapshot: Snapshot) -> list[Distinct]:
    found = (key_column(snapshot, table) for table in snapshot.catalog.tables)
    return [candidate for candidate in found if candidate is not None]


@dataclass(frozen=True, slots=True)
class SoftUnique:
    """A unique index of a table whose rows are marked as deleted. `includes_mark`: the mark is one of its columns."""

    table: Table
    index: Index
    mark: Column
    columns: tuple[str, ...]
    includes_mark: bool
    engine: Engine

    @property
    def where(self) -> str:
        """What a live row meets."""
        return f"{quote_name(self.engine, self.mark.name)} IS NULL"

    @property
    def question(self) -> UniquenessQuestion:
        """Whether live rows are unique."""
        return UniquenessQuestion(self.table.name, self.columns, self.where)


def soft_delete_mark(table: Table) -> Column | None:
    """The nullable time column that marks a row as deleted."""
    return next((c for c in table.columns if c.name.lower() in _GONE_TIME and c.nullable and c.type.family in _TIMES), None)


def soft_unique(snapshot: Snapshot) -> Iterator[SoftUnique]:
    """Unique indexes over rows that may be marked as deleted, without a partial one over the live rows."""
    for table in own_tables(snapshot):
        mark = soft_delete_mark(table)
        if mark is None or table.partition_key:
            continue
        live = {frozenset(i.columns) for i in table.indexes if i.unique and i.predicate and mark.name in i.predicate}
        # without partial indexes: a generated column that is NULL in deleted rows is part of the key
        stands_for_mark = {c.name for c in table.columns if c.generated and mentions(c.generated.expression, mark.name)}
        live |= {frozenset(i.columns) - stands_for_mark for i in table.indexes if i.unique and stands_for_mark & set(i.columns)}
        for index in table.indexes:
            plain = all(e.column for e in index.entries)
            if not index.unique or index.primary or not index.whole or not plain or index.nulls_not_distinct:
                continue
            if stands_for_mark & set(index.columns):
                continue
            columns = tuple(c for c in index.columns if c != mark.name)
            if columns and frozenset(columns) not in live:
                yield SoftUnique(table, index, mark, columns, mark.name in index.columns, snapshot.engine)


def uniqueness_questions(snapshot: Snapshot, limits: Limits) -> tuple[UniquenessQuestion, ...]:
    """Asked for columns that look unique and for live rows of soft deletes."""
    distinct = [d.question for d in distinct_columns(snapshot, limits)]
    soft = [s.question for s in soft_unique(snapshot)]
    keys = [k.question for k in _key_columns(snapshot)]
    return tuple(dict.fromkeys([*keys, *distinct, *soft]))


@dataclass(frozen=True, slots=True)
class NeverNull:
    """A nullable column in which the statistics saw no null, and why it should be required."""

    table: Table
    column: Column
    reason: str

    @property
    def question(self) -> NullQuestion:
        """Whether the rows bear it out."""
        return NullQuestion(self.table.name, self.column.name)


def _required(table: Table, column: Column) -> str | None:
    parts = words(column.name)
    if in_foreign_key(table, column.name):
        return "it is a foreign key"
    if column.name.lower() in _REQUIRED_TIMES and column.type.family in _TIMES:
        return "it is the row's time stamp"
    if len(parts) > 1 and parts[-1] == "id":
        return "it is named like a reference"
    return "its name speaks of a required value" if parts and parts[-1] in _REQUIRED else None


def _may_lack_nulls(snapshot: Snapshot, table: Table, column: Column) -> bool:
    """True when the statistics know of no null, or the server keeps none; not where deleting a parent writes NULL."""
    statistics = snapshot.column_statistics(table.name, column.name)
    emptied = any(column.name in k.columns and k.on_delete is ReferentialAction.SET_NULL for k in table.foreign_keys)
    known = statistics.null_fraction == 0 if statistics is not None else _rests_on_names(snapshot, table, column)
    return known and not emptied


def never_null(snapshot: Snapshot, limits: Limits) -> Iterator[NeverNull]:
    """Nullable columns without nulls whose name or role asks for a value."""
    for table in own_tables(snapshot):
        rows = snapshot.rows(table)
        if rows is None or rows < limits.small_table_rows or _copied(table):
            continue
        for column in table.columns:
            candidate = column.nullable and not column.generated and _may_lack_nulls(snapshot, table, column)
            reason = _required(table, column) if candidate else None
            if reason is not None and (column.default is None or not column.default.upper().startswith("NULL")):
                yield NeverNull(table, column, reason)


def null_questions(snapshot: Snapshot, limits: Limits) -> tuple[NullQuestion, ...]:
    """Asked for columns that could be NOT NULL."""
    keys = [NullQuestion(k.table.name, k.column.name) for k in _key_columns(snapshot)]
    return tuple(dict.fromkeys([*keys, *(n.question for n in never_null(snapshot, limits))]))
