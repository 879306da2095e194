"""Names of things in a database, and the subject of a finding."""

from dataclasses import dataclass
from enum import Enum


class Engine(Enum):
    """A database product, as far as its SQL and its catalogue differ."""

    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    MARIADB = "mariadb"


MYSQL_FAMILY = (Engine.MYSQL, Engine.MARIADB)
RELATIONAL = (Engine.POSTGRESQL, *MYSQL_FAMILY)


@dataclass(frozen=True, slots=True, order=True)
class ServerVersion:
    """A server's version: `18.1` is (18, 1, 0), `10.11.19` is (10, 11, 19)."""

    major: int
    minor: int
    patch: int = 0

    def __str__(self) -> str:
        numbers = (self.major, self.minor, self.patch)
        return ".".join(str(n) for n in (numbers if self.patch else numbers[:2]))


@dataclass(frozen=True, slots=True, order=True)
class QualifiedName:
    """An object's schema (MySQL: its database) and name, unquoted, as the catalogue spells them."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


class SubjectKind(Enum):
    """What a finding is about."""

    DATABASE = "database"
    SCHEMA = "schema"
    TABLE = "table"
    COLUMN = "column"
    INDEX = "index"
    CONSTRAINT = "constraint"
    VIEW = "view"
    SEQUENCE = "sequence"
    ROUTINE = "routine"
    TRIGGER = "trigger"
    POLICY = "policy"
    TYPE = "type"
    ROLE = "role"
    EXTENSION = "extension"
    SETTING = "setting"
    SESSION = "session"
    SLOT = "slot"
    STATEMENT = "statement"
    SERVER = "server"


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """The one object that a finding is about; its `key` never changes while the object keeps its name.

    `schema` is empty for objects outside schemas (roles, settings), `table` for objects that stand alone,
    `name` for the table itself. Several columns are one name joined by commas, in their order.
    """

    kind: SubjectKind
    schema: str = ""
    table: str = ""
    name: str = ""

    @property
    def key(self) -> str:
        """The stable text of the subject: `index shop.orders.ix_orders_customer`."""
        return f"{self.kind.value} {'.'.join(p for p in (self.schema, self.table, self.name) if p)}"

    @property
    def label(self) -> str:
        """What a reader is shown: `orders.ix_orders_customer` (the schema only when nothing else names it)."""
        return ".".join(p for p in (self.table, self.name) if p) or self.schema

    @property
    def table_name(self) -> QualifiedName | None:
        """The table it belongs to, when it belongs to one."""
        return QualifiedName(self.schema, self.table) if self.table else None


def database_subject(database: str) -> Subject:
    """The database as a whole."""
    return Subject(SubjectKind.DATABASE, name=database)


def table_subject(table: QualifiedName) -> Subject:
    """A table."""
    return Subject(SubjectKind.TABLE, table.schema, table.name)


def column_subject(table: QualifiedName, *columns: str) -> Subject:
    """One column of a table, or several together."""
    return Subject(SubjectKind.COLUMN, table.schema, table.name, ",".join(columns))


def index_subject(table: QualifiedName, index: str) -> Subject:
    """An index, existing or proposed."""
    return Subject(SubjectKind.INDEX, table.schema, table.name, index)


def constraint_subject(table: QualifiedName, constraint: str) -> Subject:
    """A key, foreign key, check or exclusion constraint."""
    return Subject(SubjectKind.CONSTRAINT, table.schema, table.name, constraint)


def object_subject(kind: SubjectKind, name: QualifiedName) -> Subject:
    """An object that stands in a schema on its own: a view, a sequence, a routine, a type."""
    return Subject(kind, name.schema, "", name.name)


def server_subject(aspect: str) -> Subject:
    """The server as a whole, in one respect (`deadlocks`, `superusers`); the key does not depend on the database's name."""
    return Subject(SubjectKind.SERVER, name=aspect)


def global_subject(kind: SubjectKind, name: str) -> Subject:
    """An object outside schemas: a role, a setting, a session, a slot, an extension, a schema itself."""
    return Subject(kind, name=name)
