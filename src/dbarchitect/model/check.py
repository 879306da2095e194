"""What a check's file holds, as a value: the folder `checks/` is the registry, see `dbarchitect.checks`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from dbarchitect.model.finding import Area, Finding
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Example:
    """A script that is bad and one that is good, run in an empty database of a real server.

    `bad` and `good` are SQL scripts in the engine's own language. A line `-- session NAME` sends what follows over a
    second connection of that name, which stays open, with its transaction, while the database is read; `-- wait` before a
    statement sends it without waiting for its answer (it is expected to block).
    `yields` are the keys of the subjects (`index public.orders.ix`) that the check must find in `bad`, exactly; in `good`
    it must find nothing. `{database}` in a key stands for the name of the example's database, which is a schema in MySQL.
    `limits` replaces thresholds, for small examples. `rehearse` False: the remedy cannot be run in an example (`why_not`
    says why).
    """

    engine: Engine
    bad: str
    good: str
    yields: tuple[str, ...]
    limits: Limits = field(default_factory=Limits)
    rehearse: bool = True
    why_not: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A check as its file declares it. `codes` are its ids in the field's list (docs/reference/coverage).

    `needs_live`: it judges rows, sizes, traffic, roles or settings, and is not run on SQL files. `unshown` says why no example
    can show it on a server of ours (a version, a second machine); then it has unit tests on values instead.
    """

    slug: str
    area: Area
    summary: str
    documentation: str
    codes: tuple[str, ...]
    engines: tuple[Engine, ...]
    find: Callable[[Snapshot, Limits], Iterable[Finding]]
    examples: tuple[Example, ...]
    needs_live: bool = False
    style: bool = False
    unshown: str = ""
