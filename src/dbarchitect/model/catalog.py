"""The neutral catalogue: what a relational database is made of, whatever its engine.

Texts named `definition` are the engine's own, complete and executable after the words that the docstring
names (`pg_get_indexdef`, `SHOW CREATE`); they are what undo statements are built from.
Sizes are bytes, row counts are the engine's estimates unless the name says `exact`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from dbarchitect.model.names import Engine, QualifiedName, ServerVersion
from dbarchitect.model.usage import IndexUsage, TableUsage


class TypeFamily(Enum):
    """The kinds of data types that checks tell apart."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    MONEY = "money"
    BOOLEAN = "boolean"
    TEXT = "text"
    VARCHAR = "varchar"
    CHAR = "char"
    BINARY = "binary"
    BIT = "bit"
    DATE = "date"
    TIME = "time"
    TIME_TZ = "time with time zone"
    TIMESTAMP = "timestamp"
    TIMESTAMP_TZ = "timestamp with time zone"
    INTERVAL = "interval"
    YEAR = "year"
    UUID = "uuid"
    JSON = "json"
    JSONB = "jsonb"
    XML = "xml"
    NETWORK = "network address"
    ENUM = "enum"
    SET = "set"
    ARRAY = "array"
    RANGE = "range"
    GEOMETRY = "geometry"
    TEXT_SEARCH = "text search"
    VECTOR = "vector"
    COMPOSITE = "composite"
    OBJECT_ID = "object identifier"
    OTHER = "other"


TEXTUAL = frozenset({TypeFamily.TEXT, TypeFamily.VARCHAR, TypeFamily.CHAR})


@dataclass(frozen=True, slots=True)
class DataType:
    """A column's type. `text` is how the engine prints it (`character varying(40)`, `shop.status`, `int(11) unsigned`).

    `name` is the bare base type in the engine's canonical spelling (`int4`, `varchar`, `numeric`, `datetime`; of an
    array its element's), domains resolved. `length` is in characters, `bytes` the fixed width (None: variable).
    """

    text: str
    name: str
    family: TypeFamily
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    bytes: int | None = None
    unsigned: bool = False
    domain: QualifiedName | None = None
    user_defined: QualifiedName | None = None

    @property
    def integer_maximum(self) -> int | None:
        """The largest value an integer type holds; None for other types."""
        if self.family is not TypeFamily.INTEGER or self.bytes is None:
            return None
        return int(2 ** (8 * self.bytes - (0 if self.unsigned else 1)) - 1)


class Identity(Enum):
    """How the engine numbers rows of a column by itself."""

    ALWAYS = "always"
    BY_DEFAULT = "by default"
    AUTO_INCREMENT = "auto_increment"


@dataclass(frozen=True, slots=True)
class Generated:
    """A generated column's expression; `stored` is False for a virtual one."""

    expression: str
    stored: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `default` is the expression's text; of a serial it calls nextval. `on_update` (MySQL): set by every UPDATE."""

    name: str
    position: int
    type: DataType
    nullable: bool
    default: str | None = None
    identity: Identity | None = None
    generated: Generated | None = None
    collation: str | None = None
    character_set: str | None = None
    comment: str | None = None
    statistics_target: int | None = None
    storage: str | None = None
    compression: str | None = None
    inherited: bool = False
    not_null_constraint: str | None = None
    not_null_validated: bool = True
    on_update: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """A primary key or unique constraint. `definition` follows ADD CONSTRAINT name."""

    name: str
    primary: bool
    columns: tuple[str, ...]
    index: str
    deferrable: bool = False
    initially_deferred: bool = False
    nulls_not_distinct: bool = False
    without_overlaps: bool = False
    definition: str = ""
    comment: str | None = None
    inherited: bool = False


class ReferentialAction(Enum):
    """What a foreign key does when the referenced row changes."""

    NO_ACTION = "NO ACTION"
    RESTRICT = "RESTRICT"
    CASCADE = "CASCADE"
    SET_NULL = "SET NULL"
    SET_DEFAULT = "SET DEFAULT"


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key. `definition` follows ADD CONSTRAINT name. `inherited`: it came from the partitioned parent."""

    name: str
    columns: tuple[str, ...]
    target: QualifiedName
    target_columns: tuple[str, ...]
    on_delete: ReferentialAction = ReferentialAction.NO_ACTION
    on_update: ReferentialAction = ReferentialAction.NO_ACTION
    match_full: bool = False
    validated: bool = True
    enforced: bool = True
    deferrable: bool = False
    initially_deferred: bool = False
    definition: str = ""
    comment: str | None = None
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class CheckConstraint:
    """A check constraint. `definition` follows ADD CONSTRAINT name."""

    name: str
    expression: str
    columns: tuple[str, ...] = ()
    validated: bool = True
    enforced: bool = True
    no_inherit: bool = False
    definition: str = ""
    comment: str | None = None
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class ExclusionConstraint:
    """An exclusion constraint of PostgreSQL. `definition` follows ADD CONSTRAINT name."""

    name: str
    index: str
    definition: str
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One key part of an index: a column, or an expression's text. `prefix_length` (MySQL) is in characters.

    `operator_class` is None when it is the type's default; `collation` when it is the column's own.
    """

    column: str | None
    expression: str | None = None
    operator_class: str | None = None
    collation: str | None = None
    descending: bool = False
    nulls_first: bool = False
    prefix_length: int | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """An index. `definition` is the whole CREATE INDEX statement (MySQL: the clause after ALTER TABLE t ADD).

    `constraint` names the key or exclusion constraint that it backs. `parent` is the partitioned index it belongs to.
    `bytes`, `pages` and `rows` are None where the source has no storage (SQL files).
    """

    name: QualifiedName
    table: QualifiedName
    method: str
    entries: tuple[IndexEntry, ...]
    unique: bool = False
    primary: bool = False
    include: tuple[str, ...] = ()
    predicate: str | None = None
    nulls_not_distinct: bool = False
    constraint: str | None = None
    valid: bool = True
    ready: bool = True
    visible: bool = True
    replica_identity: bool = False
    clustered: bool = False
    parent: QualifiedName | None = None
    options: tuple[str, ...] = ()
    tablespace: str | None = None
    definition: str = ""
    comment: str | None = None
    bytes: int | None = None
    pages: int | None = None
    rows: float | None = None
    usage: IndexUsage | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The key columns in order, up to the first expression."""
        names: list[str] = []
        for entry in self.entries:
            if entry.column is None:
                break
            names.append(entry.column)
        return tuple(names)

    @property
    def whole(self) -> bool:
        """True when it covers every row and can be used: no predicate, valid, ready and visible."""
        return self.predicate is None and self.valid and self.ready and self.visible


class TableKind(Enum):
    """What kind of table it is."""

    TABLE = "table"
    PARTITIONED = "partitioned table"
    FOREIGN = "foreign table"


class Persistence(Enum):
    """What of a table survives."""

    PERMANENT = "permanent"
    UNLOGGED = "unlogged"
    TEMPORARY = "temporary"


@dataclass(frozen=True, slots=True)
class PartitionKey:
    """How a partitioned table is split. `definition` follows PARTITION BY; `columns` omits expressions."""

    strategy: str
    columns: tuple[str, ...]
    definition: str


@dataclass(frozen=True, slots=True)
class TableSize:
    """Bytes on disk: rows, oversized values (TOAST), indexes."""

    heap_bytes: int
    toast_bytes: int
    index_bytes: int

    @property
    def total_bytes(self) -> int:
        """All of the table's files."""
        return self.heap_bytes + self.toast_bytes + self.index_bytes


@dataclass(frozen=True, slots=True)
class Table:
    """A table, a partitioned table, a partition or a foreign table.

    `rows` is the engine's estimate, None when the table was never analysed or the source has no rows.
    `partition_of` and `partition_bound` are set for a partition, `inherits` for old-style inheritance.
    """

    name: QualifiedName
    kind: TableKind
    columns: tuple[Column, ...]
    keys: tuple[Key, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[CheckConstraint, ...] = ()
    exclusions: tuple[ExclusionConstraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    partition_key: PartitionKey | None = None
    partition_of: QualifiedName | None = None
    partition_bound: str | None = None
    inherits: tuple[QualifiedName, ...] = ()
    persistence: Persistence = Persistence.PERMANENT
    owner: str = ""
    options: tuple[str, ...] = ()
    tablespace: str | None = None
    access_method: str | None = None
    foreign_server: str | None = None
    foreign_options: tuple[str, ...] = ()
    comment: str | None = None
    rows: float | None = None
    pages: int | None = None
    size: TableSize | None = None
    usage: TableUsage | None = None

    def column(self, name: str) -> Column | None:
        """The column of that name."""
        return next((c for c in self.columns if c.name == name), None)

    @property
    def primary_key(self) -> Key | None:
        """The primary key, if there is one."""
        return next((k for k in self.keys if k.primary), None)

    @property
    def is_partition(self) -> bool:
        """True for a partition of a partitioned table."""
        return self.partition_of is not None


@dataclass(frozen=True, slots=True)
class View:
    """A view or materialised view. `definition` is the SELECT. `depends_on` are the tables and views it reads.

    `columns_used` are the columns of those that it names (None: the source cannot tell).
    """

    name: QualifiedName
    materialized: bool
    definition: str
    columns: tuple[Column, ...] = ()
    depends_on: tuple[QualifiedName, ...] = ()
    owner: str = ""
    options: tuple[str, ...] = ()
    indexes: tuple[Index, ...] = ()
    populated: bool = True
    comment: str | None = None
    rows: float | None = None
    bytes: int | None = None
    columns_used: tuple[tuple[QualifiedName, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence. `last_value` is None when it was never used or may not be read (then `readable` is False)."""

    name: QualifiedName
    type: str
    start: int
    minimum: int
    maximum: int
    increment: int
    cycle: bool
    cache: int = 1
    last_value: int | None = None
    readable: bool = True
    owned_by_table: QualifiedName | None = None
    owned_by_column: str | None = None
    identity: bool = False
    persistence: Persistence = Persistence.PERMANENT
    owner: str = ""
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class EnumType:
    """An enumerated type and its labels in order."""

    name: QualifiedName
    labels: tuple[str, ...]
    owner: str = ""
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain over a base type. Checks as (name, definition after ADD CONSTRAINT name)."""

    name: QualifiedName
    base: DataType
    nullable: bool
    default: str | None = None
    collation: str | None = None
    checks: tuple[CheckConstraint, ...] = ()
    owner: str = ""
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class CompositeType:
    """A composite type: attribute names with their types' texts."""

    name: QualifiedName
    attributes: tuple[tuple[str, str], ...]
    owner: str = ""
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class RangeType:
    """A user-defined range type; `definition` is a whole CREATE TYPE statement."""

    name: QualifiedName
    definition: str
    owner: str = ""
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger on a table or view. `definition` is the whole CREATE TRIGGER statement.

    `timing` is BEFORE, AFTER or INSTEAD OF; `events` of INSERT, UPDATE, DELETE, TRUNCATE.
    """

    name: str
    table: QualifiedName
    timing: str
    events: tuple[str, ...]
    for_each_row: bool
    routine: QualifiedName | None
    enabled: bool
    definition: str
    has_condition: bool = False
    inherited: bool = False
    comment: str | None = None


class RoutineKind(Enum):
    """What kind of stored code it is."""

    FUNCTION = "function"
    PROCEDURE = "procedure"
    AGGREGATE = "aggregate"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class Routine:
    """Stored code. `arguments` are identity arguments (`a integer, b text`); `definition` the whole CREATE statement.

    `settings` are its own SET clauses (`search_path=pg_catalog`); `public_execute`: anyone may call it.
    """

    name: QualifiedName
    arguments: str
    kind: RoutineKind
    language: str
    returns: str | None
    definition: str
    volatility: str = ""
    security_definer: bool = False
    settings: tuple[str, ...] = ()
    strict: bool = False
    parallel: str = ""
    owner: str = ""
    public_execute: bool = True
    comment: str | None = None

    @property
    def signature(self) -> str:
        """`schema.name(arguments)`."""
        return f"{self.name}({self.arguments})"


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything a database is made of. Objects that belong to an extension or to the system are left out."""

    engine: Engine
    version: ServerVersion
    version_text: str
    database: str
    schemas: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    views: tuple[View, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    enums: tuple[EnumType, ...] = ()
    domains: tuple[Domain, ...] = ()
    composites: tuple[CompositeType, ...] = ()
    ranges: tuple[RangeType, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    routines: tuple[Routine, ...] = ()
    collation: str | None = None
    encoding: str | None = None
    size_bytes: int | None = None
    comment: str | None = None

    def indexes(self) -> Iterator[tuple[Table, Index]]:
        """Every index of every table, beside its table."""
        return ((table, index) for table in self.tables for index in table.indexes)

    def references(self) -> Iterator[tuple[Table, ForeignKey]]:
        """Every foreign key, beside the table that declares it."""
        return ((table, key) for table in self.tables for key in table.foreign_keys)
