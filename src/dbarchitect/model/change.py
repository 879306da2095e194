"""A change: the exact statements, the way back and the statement that proves it."""

from dataclasses import dataclass
from enum import Enum


class ChangeKind(Enum):
    """The type that a task shows."""

    SCHEMA = "Schema change"
    INDEX = "Index"
    QUERY = "Query optimization"
    MIGRATION = "Migration"
    CONFIGURATION = "Configuration"
    SECURITY = "Security"
    MAINTENANCE = "Maintenance"


class Strategy(Enum):
    """How a change is brought to production."""

    ONLINE_DDL = "online DDL"
    BATCHED_DML = "batched DML"
    STANDARD = "standard migration"


class Risk(Enum):
    """What can go wrong while the change is made, as a divisor for ordering."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One statement, without its closing semicolon. `alone`: it cannot run inside a transaction block, or must not, because
    its lock would be held through the statements after it."""

    sql: str
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Verification:
    """A read-only query of one row and one column, and the text that it gives once the change is made (psql -At).

    Before the change it must give something else.
    """

    sql: str
    expected: str


@dataclass(frozen=True, slots=True)
class Change:
    """What to do. Statements run in order; `undo` runs in its own order and restores the catalogue.

    `no_undo` says why there is nothing to undo (VACUUM) or what cannot come back; then `undo` may be empty.
    `lock` names the strongest lock and what it stops, `duration` how long it is held. `assumptions` must be read
    before running. `requires_restart`: takes effect after the server's restart only.
    `advice_only` says why there is no statement to run: the decision or the code is the reader's; then the steps are empty.
    """

    kind: ChangeKind
    strategy: Strategy
    steps: tuple[Step, ...]
    undo: tuple[Step, ...]
    lock: str
    duration: str
    verify: Verification | None = None
    online: bool = True
    risk: Risk = Risk.LOW
    why_strategy: str = ""
    hazards: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    no_undo: str | None = None
    requires_restart: bool = False
    size_bytes: int | None = None
    advice_only: str | None = None
