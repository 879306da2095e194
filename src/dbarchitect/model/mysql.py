"""What only MySQL and MariaDB have: typed facts beside the neutral catalogue."""

from dataclasses import dataclass
from datetime import datetime

from dbarchitect.model.names import QualifiedName


@dataclass(frozen=True, slots=True)
class Variable:
    """A global variable or status counter."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class MySQLTable:
    """Storage facts of a table. `next_auto_increment` is the next number the engine would give."""

    name: QualifiedName
    storage_engine: str
    row_format: str | None
    collation: str | None
    next_auto_increment: int | None
    free_bytes: int | None
    created: datetime | None
    definition: str


@dataclass(frozen=True, slots=True)
class Account:
    """A user account and its global rights. `authentication` is the plugin; `password_empty` None when unreadable."""

    user: str
    host: str
    authentication: str
    password_empty: bool | None
    superuser: bool
    locked: bool = False


@dataclass(frozen=True, slots=True)
class MySQLFacts:
    """All of the above for one server."""

    variables: tuple[Variable, ...] = ()
    status: tuple[Variable, ...] = ()
    tables: tuple[MySQLTable, ...] = ()
    accounts: tuple[Account, ...] = ()
    current_user: str = ""
    started_at: datetime | None = None

    def variable(self, name: str) -> str | None:
        """The value of a global variable."""
        return next((v.value for v in self.variables if v.name == name), None)
