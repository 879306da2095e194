"""How far numbered columns and sequences are used up, and when they end at the pace of the counting window."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dbarchitect.checks._tables import in_foreign_key, own_tables
from dbarchitect.checks._window import counted_days
from dbarchitect.model.catalog import Column, Sequence, Table
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_qualified

_NEXTVAL = re.compile(r"nextval\('((?:[^']|'')+)'(?:::regclass)?\)", re.IGNORECASE)
_FAR = 200 * 365


@dataclass(frozen=True, slots=True)
class NumberUse:
    """A numbered integer column: the largest number in use, where that is known from, the column's own limit.

    `per_day` is rows inserted a day in the counting window; None when that is unknown or younger than a day.
    """

    table: Table
    column: Column
    sequence: Sequence | None
    used: int
    source: str
    limit: int
    per_day: float | None

    @property
    def share(self) -> float:
        """The used part of the column's number space."""
        return self.used / self.limit

    def days_left(self, limit: int | None = None) -> float | None:
        """Days until the limit at the pace of the window; None: unknown or beyond 200 years."""
        days = ((limit or self.limit) - self.used) / self.per_day if self.per_day else None
        return days if days is not None and days < _FAR else None

    def forecast(self, taken: date, limit: int | None = None) -> str:
        """A sentence that names the day, and what it rests on; empty when there is no pace to go by."""
        days = self.days_left(limit)
        if days is None or self.per_day is None:
            return ""
        return f" At {self.per_day:,.0f} rows inserted a day, as counted so far, the numbers end about {taken + timedelta(days=max(0.0, days)):%Y-%m-%d}."


class Numbering:
    """Which sequence numbers which column: the one that the column owns, or the one that its default draws from."""

    def __init__(self, snapshot: Snapshot) -> None:
        sequences = snapshot.catalog.sequences
        self._owned = {(s.owned_by_table, s.owned_by_column): s for s in sequences if s.owned_by_table}
        self._named = {s.name.name: s for s in sequences} | {quote_qualified(snapshot.engine, s.name): s for s in sequences}

    def of(self, table: Table, column: Column) -> Sequence | None:
        """The sequence of a column; None when nothing numbers it."""
        owned = self._owned.get((table.name, column.name))
        drawn = _NEXTVAL.search(column.default) if owned is None and column.default else None
        return self._named.get(drawn[1].replace("''", "'")) if drawn else owned


def _largest_seen(snapshot: Snapshot, table: Table, column: Column) -> int | None:
    statistics = snapshot.column_statistics(table.name, column.name)
    if statistics is None or statistics.redacted:
        return None
    values = [int(v) for v in (*statistics.histogram_bounds[-1:], *statistics.common_values) if re.fullmatch(r"-?\d+", v)]
    return max(values, default=None)


def inserted_per_day(snapshot: Snapshot, table: Table) -> float | None:
    """Rows inserted a day in the counting window; None when the window is unknown or shorter than a day."""
    days = counted_days(snapshot)
    parts = snapshot.partitions(table.name) or [table]
    inserted = sum(p.usage.rows_inserted or 0 for p in parts if p.usage)
    return inserted / days if days is not None and days >= 1 and inserted else None


def number_uses(snapshot: Snapshot) -> Iterator[NumberUse]:
    """Every integer column that a sequence numbers or that is a key of its own, as far as its numbers are known."""
    numbering = Numbering(snapshot)
    for table in own_tables(snapshot):
        keys = {k.columns[0] for k in table.keys if len(k.columns) == 1}
        for column in table.columns:
            limit = column.type.integer_maximum
            sequence = numbering.of(table, column) if limit else None
            # a key that is a foreign key too follows its parent's numbers, and changes with it
            own_key = column.name in keys and not in_foreign_key(table, column.name)
            if limit is None or (sequence is None and not own_key):
                continue
            last = sequence.last_value if sequence is not None and sequence.increment > 0 else None
            seen = _largest_seen(snapshot, table, column)
            used = max((v for v in (last, seen) if v is not None), default=None)
            if used is None:
                continue
            source = f"the sequence {sequence.name}" if sequence is not None and used == last else "the planner's statistics"
            yield NumberUse(table, column, sequence, used, source, limit, inserted_per_day(snapshot, table))
