"""What a check wanted to know and was not told: its silence about that proves nothing."""

from dataclasses import dataclass, field, fields
from datetime import timedelta

from dbarchitect.model.names import QualifiedName
from dbarchitect.model.questions import Answer, InclusionQuestion, Question
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.model.wording import plural
from dbarchitect.model.workload import Workload

NO_STATEMENTS = "the server gave no statements"


@dataclass(frozen=True, eq=False)
class Witness(Snapshot):
    """The snapshot, remembering which of its questions had no answer and which counters and statements were missing."""

    unanswered: set[Question] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)

    def forget(self) -> None:
        """Begin anew, for the next check."""
        self.unanswered.clear()
        self.missing.clear()

    def answer(self, question: Question) -> Answer | None:
        """As of the snapshot."""
        found = Snapshot.answer(self, question)
        if found is None:
            self.unanswered.add(question)
        return found

    def counted_for(self, days: float) -> bool:
        """As of the snapshot."""
        long_enough = Snapshot.counted_for(self, days)
        if not long_enough:
            self.missing.append(_why_not_counted(self, days))
        return long_enough

    def load(self) -> Workload | None:
        """As of the snapshot."""
        found = Snapshot.load(self)
        if found is None:
            self.missing.append(NO_STATEMENTS)
        return found


def watched(snapshot: Snapshot) -> Witness:
    """The same snapshot as a witness."""
    return Witness(**{f.name: getattr(snapshot, f.name) for f in fields(Snapshot)})


def asked_about(question: Question) -> QualifiedName:
    """The table whose rows a question is about; of a reference the one that refers."""
    return question.child if isinstance(question, InclusionQuestion) else question.table


def _why_not_counted(snapshot: Snapshot, days: float) -> str:
    if snapshot.postgres is not None and snapshot.postgres.in_recovery:
        return "a standby's counters know nothing of the primary's traffic"
    age = snapshot.counters_age
    needed = f"{days:g} {'day is' if days == 1 else 'days are'} needed"
    if age is None:
        return f"since when use is counted is not known, {needed}"
    hours = round(age / timedelta(hours=1))
    counted = plural(age.days, "day") if hours >= 48 else plural(hours, "hour") if hours >= 1 else "less than an hour"
    return f"use is counted for {counted}, {needed}"
