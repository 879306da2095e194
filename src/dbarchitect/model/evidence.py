"""Evidence: what a claim rests on."""

from dataclasses import dataclass
from enum import Enum


class EvidenceKind(Enum):
    """How a fact came to be known; a sentence is never stronger than its evidence.

    observed: read from the catalogue or counters, or counted in the rows. estimated: a planner's or our own formula.
    measured: executed, with repeats and spread. verified: equality, a round trip or a bound was proven.
    """

    OBSERVED = "observed"
    ESTIMATED = "estimated"
    MEASURED = "measured"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence and how to repeat it. `repeat` is a read-only statement in the engine's language, or a command."""

    kind: EvidenceKind
    text: str
    repeat: str | None = None
