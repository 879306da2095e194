"""A finding: one problem of one subject, with evidence and a remedy."""

from dataclasses import dataclass
from enum import Enum

from dbarchitect.model.change import Change, ChangeKind
from dbarchitect.model.evidence import Evidence
from dbarchitect.model.names import Engine, QualifiedName, Subject


class Severity(Enum):
    """How much it hurts when nothing is done, as a weight for ordering."""

    CRITICAL = 8
    WARNING = 4
    NOTICE = 2
    STYLE = 1


class Confidence(Enum):
    """How sure the judgement is, as a factor for ordering."""

    PROVEN = 1.0
    LIKELY = 0.7
    POSSIBLE = 0.4


class Area(Enum):
    """The first number of a task's id, and its title. Numbers never change."""

    INDEXES = (1, "index strategy")
    KEYS = (2, "keys and constraints")
    TYPES = (3, "data types")
    STRUCTURE = (4, "table structure")
    SECURITY = (5, "access and security")
    MAINTENANCE = (6, "vacuum, storage and health")
    CONFIGURATION = (7, "configuration")
    QUERIES = (8, "query optimization")
    MIGRATIONS = (9, "migrations")
    NOSQL = (10, "NoSQL design")

    @property
    def number(self) -> int:
        """The number in DB-PLAN-number.n."""
        return self.value[0]

    @property
    def title(self) -> str:
        """The words after the table's name."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class TrialStep:
    """What the lab saw of one statement: `error` is None when it ran."""

    sql: str
    error: str | None


@dataclass(frozen=True, slots=True)
class Trial:
    """The lab's run of a change: do, verify, undo on a copy of the schema. `server` names the version it ran on.

    `done`: all steps ran. `verified`: the verification gave something else before and the expected text after (None: no
    verification). `undone`: the undo ran and the catalogue equalled the start (None: nothing to undo).
    `not_run` says why the change was not tried at all.
    """

    server: str
    done: bool = False
    verified: bool | None = None
    undone: bool | None = None
    failures: tuple[TrialStep, ...] = ()
    not_run: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem. `title` is a short noun phrase, `claim` one or two sentences with the numbers and what they cause.

    `check` and `engine` are filled in by the runner from the check's file name and the snapshot. `weight` (0..1) is the share
    of the database or its traffic that it touches. `benefit` says what the change brings, no stronger than the evidence.
    `supersedes` lists keys of subjects whose tasks this change makes needless or impossible.
    `also` names further subjects that it concerns. `retires` is the table that the change takes out of use: whatever else is wrong
    with it is not worth mending.
    """

    subject: Subject
    title: str
    claim: str
    evidence: tuple[Evidence, ...]
    change: Change
    severity: Severity
    confidence: Confidence = Confidence.PROVEN
    weight: float = 0.5
    benefit: str = ""
    also: tuple[Subject, ...] = ()
    supersedes: tuple[str, ...] = ()
    retires: QualifiedName | None = None
    check: str = ""
    area: Area = Area.STRUCTURE
    engine: Engine = Engine.POSTGRESQL
    trial: Trial | None = None

    @property
    def key(self) -> str:
        """The finding's identity over re-runs: check, engine, subject."""
        return f"{self.check} {self.engine.value} {self.subject.key}"

    @property
    def score(self) -> float:
        """Impact × confidence over risk; higher comes first."""
        impact = self.severity.value * (0.5 + self.weight)
        return float(impact * self.confidence.value / (1 + 0.25 * (self.change.risk.value - 1)))

    @property
    def kind(self) -> ChangeKind:
        """The type that its task shows."""
        return self.change.kind
