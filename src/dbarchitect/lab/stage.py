"""A stage: an empty copy of a schema on which changes are tried, whatever its engine."""

from collections.abc import Sequence
from typing import Protocol

from dbarchitect.model.change import Change, Step
from dbarchitect.model.finding import TrialStep
from dbarchitect.model.snapshot import Gap


class StatementFailed(Exception):
    """The server refused a statement; nothing of its transaction remains.

    `unknown_here`: it does not understand the statement, being of another product than the source."""

    def __init__(self, sql: str, error: str, *, unknown_here: bool = False) -> None:
        super().__init__(error)
        self.step = TrialStep(sql, error)
        self.unknown_here = unknown_here


class Stage(Protocol):
    """What a rehearsal needs of a copy. Every method may raise LabError when the server itself is lost."""

    @property
    def server(self) -> str:
        """The product, its version, and that the copy is empty."""

    @property
    def missing(self) -> tuple[Gap, ...]:
        """What of the schema the stage could not copy when it opened."""

    def why_not(self, change: Change) -> str | None:
        """Why this change cannot be tried here; None when it can."""

    def prepare(self, change: Change) -> None:
        """Bring what is not part of the schema (settings) to where the source has it, and remember the start."""

    def run(self, steps: Sequence[Step]) -> None:
        """Run the steps: those that can together in one transaction, the others alone. StatementFailed at the first refusal."""

    def run_without_keeping(self, steps: Sequence[Step]) -> bool:
        """Run the steps so that `settle` can take them back by itself, for a change without undo. False, and nothing run,
        where the server cannot do so. StatementFailed."""

    def answer(self, sql: str) -> str:
        """The one value of a read-only query as psql -At prints it (NULL: empty). StatementFailed."""

    def differences(self) -> tuple[str, ...]:
        """What of the catalogue is not as it was at the start, in words."""

    def settle(self, *, clean: bool) -> None:
        """After a trial: settings that were only prepared for it go, and what it left behind makes the copy be restored.
        `clean`: `differences` has just found none."""

    def restore(self) -> None:
        """Bring the copy back to the start, whatever happened to it."""

    def close(self) -> None:
        """End the sessions and remove what the stage itself made."""
