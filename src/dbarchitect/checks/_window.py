"""How long usage counters have been counting, in words and in days: shared by the checks that rest on them."""

from datetime import timedelta

from dbarchitect.checks._counts import counted
from dbarchitect.model.limits import Limits
from dbarchitect.model.snapshot import Snapshot

_DAY = timedelta(days=1)


def counted_days(snapshot: Snapshot) -> float | None:
    """Days since the counters began at the latest; None when the source does not say."""
    age = snapshot.counters_age
    return max(0.0, age / _DAY) if age is not None else None


def mature(snapshot: Snapshot, limits: Limits) -> bool:
    """True when the counters are old enough to say that something did not happen; never on a standby, whose counters
    know nothing of the primary's traffic."""
    return snapshot.counted_for(limits.counters_age_days)


def window(snapshot: Snapshot) -> str:
    """`since 2026-03-01 (41 days)`, for the end of a sentence about counters."""
    days = counted_days(snapshot)
    if days is None or snapshot.counters_since is None:
        return "since the counters began (their date is unknown)"
    return f"since {snapshot.counters_since:%Y-%m-%d} ({counted(round(days), 'day')})" if days >= 1 else "since less than a day ago"
