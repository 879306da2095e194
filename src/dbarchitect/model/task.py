"""Tasks: what the TODO file holds, as values.

`Todo` is a file as it stands on disk, blocks and the reader's own lines; `Plan` is what a review wants to say.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from fnmatch import fnmatchcase

from dbarchitect.model.change import Change
from dbarchitect.model.finding import Area, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.snapshot import Gap, Origin


@dataclass(frozen=True, slots=True)
class Mute:
    """Findings to leave out: globs over the check's slug and the subject's key, the reason, the last day it
    holds (None: for good)."""

    check: str
    subject: str
    reason: str
    until: date | None = None

    def covers(self, finding: Finding) -> bool:
        """True when both globs match; the subject's kind may be left out (`public.orders.*` for `index public.orders.ix`)."""
        key = finding.subject.key
        named = (key, key.partition(" ")[2])
        return fnmatchcase(finding.check, self.check) and any(fnmatchcase(name, self.subject) for name in named)


@dataclass(frozen=True, slots=True)
class Muting:
    """All that is to be left out. `baseline` holds keys of findings that were accepted when the baseline was made."""

    mutes: tuple[Mute, ...] = ()
    baseline: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MutedFinding:
    """A finding that was left out, why, and until when (None: for good)."""

    finding: Finding
    reason: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class CheckRun:
    """A check and whether it ran on this source. `reads` is its summary; `not_run` the reason why it did not (None: it ran).

    `unanswered` are the tables about whose rows it asked something worth asking and got no answer; `blind` says which counters or
    statements it found nothing for want of. Where it is silent then, that is no proof.
    """

    slug: str
    area: Area
    reads: str
    not_run: str | None = None
    unanswered: frozenset[QualifiedName] = frozenset()
    blind: str | None = None


class TaskKind(Enum):
    """The two kinds of ids in the file."""

    PLAN = "DB-PLAN"
    ITEM = "DB-ITEM"


@dataclass(frozen=True, slots=True)
class TaskId:
    """`DB-ITEM-1.3`: the third item of area 1. Ids never change and are never reused."""

    kind: TaskKind
    area: int
    number: int

    def __str__(self) -> str:
        return f"{self.kind.value}-{self.area}.{self.number}"


class StatusKind(Enum):
    """What happened to a task since it was written."""

    FIXED = "fixed"
    STILL_FOUND = "still-found"
    FOUND_AGAIN = "found-again"
    NOT_RECHECKED = "not-rechecked"
    MERGED = "merged"
    WITHHELD = "withheld"
    MUTED = "muted"

    @property
    def closed(self) -> bool:
        """True when the task asks nothing of the reader any more."""
        return self in (StatusKind.FIXED, StatusKind.MERGED, StatusKind.WITHHELD, StatusKind.MUTED)


@dataclass(frozen=True, slots=True)
class Status:
    """What happened, on which day, as a plain sentence."""

    kind: StatusKind
    on: date
    sentence: str


@dataclass(frozen=True, slots=True)
class Heading:
    """The first line of a task in the file. `label` is the text between the square brackets; `plan` an item's plan."""

    id: TaskId
    done: bool
    label: str
    keys: tuple[str, ...]
    plan: TaskId | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the file that we wrote: `top`, a section, or a task (then it has a `heading`).

    `lines` are all lines as they stand in the file; `digests` short hashes of those that we wrote (None: the reader removed
    the list). `after` are the reader's lines between this block and the next.
    """

    name: str
    lines: tuple[str, ...]
    digests: tuple[str, ...] | None = None
    heading: Heading | None = None
    status: Status | None = None
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HighWater:
    """The largest numbers ever given in an area."""

    area: int
    plans: int = 0
    items: int = 0


@dataclass(frozen=True, slots=True)
class Todo:
    """A TODO file as it stands. `source` and `database` say what its last review read (empty: unknown), `limits` which
    thresholds it took (None: unknown)."""

    blocks: tuple[Block, ...] = ()
    high_water: tuple[HighWater, ...] = ()
    source: str = ""
    database: str = ""
    limits: Limits | None = None

    def tasks(self, kind: TaskKind) -> tuple[tuple[Heading, Block], ...]:
        """The plans or the items, in the file's order."""
        return tuple((b.heading, b) for b in self.blocks if b.heading and b.heading.id.kind is kind)

    def block(self, name: str) -> Block | None:
        """The block of that name."""
        return next((b for b in self.blocks if b.name == name), None)


@dataclass(frozen=True, slots=True)
class Task:
    """Findings that one change settles; the first leads, and its change is what is done."""

    findings: tuple[Finding, ...]

    @property
    def lead(self) -> Finding:
        """The finding whose change is shown."""
        return self.findings[0]

    @property
    def change(self) -> Change:
        """What to do."""
        return self.lead.change

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all its findings, the lead's first, none twice."""
        return tuple(dict.fromkeys(f.key for f in self.findings))

    @property
    def score(self) -> float:
        """The highest of its findings' scores."""
        return max(f.score for f in self.findings)

    @property
    def severity(self) -> Severity:
        """The worst of its findings."""
        return max((f.severity for f in self.findings), key=lambda s: s.value)


@dataclass(frozen=True, slots=True)
class Settled:
    """A finding that gets no task of its own: `into` is the key of the lead whose task includes it (None: withheld)."""

    finding: Finding
    reason: str
    into: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A task with its id. `task` is None when its finding is gone or was not looked for: then `previous` holds its text."""

    id: TaskId
    plan: TaskId
    keys: tuple[str, ...]
    label: str
    done: bool
    task: Task | None
    depends_on: tuple[TaskId, ...] = ()
    status: Status | None = None
    previous: Block | None = None

    @property
    def open(self) -> bool:
        """True when there is something left to do: not ticked, and not merged, withheld or muted since."""
        return not self.done and not (self.status and self.status.kind.closed)


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """The items of one area and one table, or one group of global objects. When no item has a task, `previous` is its text."""

    id: TaskId
    key: str
    label: str
    done: bool
    items: tuple[Item, ...] = ()
    tables: tuple[QualifiedName, ...] = ()
    previous: Block | None = None


@dataclass(frozen=True, slots=True)
class TableVolume:
    """A table's size and growth. `rows_per_day` needs counters of a day or more, the forecast those of `counters_age_days`."""

    name: str
    rows: float | None
    bytes: int | None
    rows_per_day: float | None = None
    rows_in_a_year: float | None = None
    bytes_in_a_year: float | None = None


@dataclass(frozen=True, slots=True)
class StatementLoad:
    """A statement's part of the load: `share` of the total time (0..1), `access` read, write or other."""

    text: str
    calls: int
    share: float
    mean_ms: float
    access: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each there are."""

    schemas: int = 0
    tables: int = 0
    partitions: int = 0
    columns: int = 0
    indexes: int = 0
    foreign_keys: int = 0
    views: int = 0
    routines: int = 0


@dataclass(frozen=True, slots=True)
class Context:
    """What the review looked at. Times are UTC."""

    engine: Engine
    version: str
    version_text: str
    database: str
    source: str
    origin: Origin
    taken_at: datetime
    tool_version: str
    counts: Counts
    size_bytes: int | None = None
    volumes: tuple[TableVolume, ...] = ()
    tables_not_shown: int = 0
    counters_since: datetime | None = None
    statements: tuple[StatementLoad, ...] = ()
    statements_not_shown: int = 0
    workload_source: str | None = None
    workload_since: datetime | None = None
    evictions: int | None = None
    hidden_statements: int = 0


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One of the seven lines: decided true, or not, and the proof or what is missing."""

    title: str
    done: bool
    proof: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a review says, in the order of the file. `items` stand in the order to work in, closed ones last."""

    context: Context
    plans: tuple[PlanEntry, ...]
    items: tuple[Item, ...]
    checklist: tuple[ChecklistLine, ...]
    today: date
    gaps: tuple[Gap, ...] = ()
    checks: tuple[CheckRun, ...] = ()
    muted: tuple[MutedFinding, ...] = ()
    expired: tuple[Mute, ...] = ()
    settled: tuple[Settled, ...] = ()
    high_water: tuple[HighWater, ...] = ()
    previous: Todo | None = None
    limits: Limits = field(default_factory=Limits)

    @property
    def open_items(self) -> tuple[Item, ...]:
        """Items with something left to do."""
        return tuple(item for item in self.items if item.open)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a re-check says of one item: ticked now or not, and the sentence why. `changed`: the tick was turned."""

    id: TaskId
    label: str
    done: bool
    changed: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Recheck:
    """A TODO file after a re-check. `all_done`: every item that still asks for something is ticked with proof.
    `not_listed`: findings that the file has no item for.
    """

    todo: Todo
    outcomes: tuple[Outcome, ...]
    all_done: bool
    not_listed: int = 0
