"""Tables partitioned by ranges of time: how far the partitions go, and how the next ones would be cut."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from dbarchitect.model.catalog import Table, TypeFamily
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.questions import NullAnswer, NullQuestion
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_literal, shorten_name

PG = Engine.POSTGRESQL
_BOUND = re.compile(r"FOR VALUES FROM \('([^']+)'\) TO \('([^']+)'\)\Z")
_TIMES = (TypeFamily.DATE, TypeFamily.TIMESTAMP, TypeFamily.TIMESTAMP_TZ)


@dataclass(frozen=True, slots=True)
class Ranges:
    """The last range of a table partitioned by one column of time, and whether there is a default partition."""

    column: str
    last_start: datetime
    last_end: datetime
    default: bool
    is_date: bool

    def next_end(self, start: datetime) -> datetime:
        """The end of a range that begins at `start` and is as long as the last one: in months where it is whole months."""
        months = (self.last_end.year - self.last_start.year) * 12 + self.last_end.month - self.last_start.month
        whole = months > 0 and _time_of_month(self.last_start) == _time_of_month(self.last_end) and self.last_start.day == 1
        if not whole:
            return start + (self.last_end - self.last_start)
        month = start.month - 1 + months
        return start.replace(year=start.year + month // 12, month=month % 12 + 1)

    def literal(self, moment: datetime) -> str:
        """A bound as an SQL literal."""
        return quote_literal(PG, self.text(moment))

    def text(self, moment: datetime) -> str:
        """A bound as text."""
        return moment.date().isoformat() if self.is_date else moment.isoformat(sep=" ")

    def new_name(self, table: Table, start: datetime) -> QualifiedName:
        """The name of a new partition that begins at `start`."""
        short = start.strftime("%Y_%m_%d" if self.is_date or start.hour == start.minute == 0 else "%Y_%m_%d_%H%M")
        return QualifiedName(table.name.schema, shorten_name(PG, table.name.name, f"p{short}"))


def _time_of_month(moment: datetime) -> tuple[int, int, int, int]:
    return moment.day, moment.hour, moment.minute, moment.second


def moment(text: str) -> datetime | None:
    """A bound or a value of a time column; None for what Python cannot hold (infinity, years before Christ)."""
    try:
        # PostgreSQL writes +00 where ISO 8601 wants +00:00; Python reads that from 3.11 on
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def time_ranges(snapshot: Snapshot, table: Table) -> Ranges | None:
    """The ranges of a table that is partitioned by one column of time; None for others and for those with an open end."""
    key = table.partition_key
    column = table.column(key.columns[0]) if key and key.strategy.lower() == "range" and len(key.columns) == 1 else None
    if column is None or column.type.family not in _TIMES or (key and "," in key.definition):
        return None
    bounds = [p.partition_bound or "" for p in snapshot.partitions(table.name)]
    pairs = [(moment(m[1]), moment(m[2])) for b in bounds if (m := _BOUND.search(b))]
    known = [(start, end) for start, end in pairs if start and end]
    if not known or any("MAXVALUE" in b for b in bounds):
        return None
    start, end = max(known, key=lambda p: p[1])
    return Ranges(column.name, start, end, "DEFAULT" in bounds, column.type.family is TypeFamily.DATE)


def _default_question(parent: Table, default: Table) -> NullQuestion | None:
    names = [n for n in (parent.partition_key.columns if parent.partition_key else ()) if default.column(n)]
    return NullQuestion(default.name, names[0]) if names else None


def default_questions(snapshot: Snapshot) -> list[NullQuestion]:
    """Asked of every default partition: how many rows there are to read tells whether it is in use (counters only estimate it)."""
    defaults = [t for t in snapshot.catalog.tables if t.partition_of and t.partition_bound == "DEFAULT"]
    pairs = [(snapshot.table(t.partition_of), t) for t in defaults if t.partition_of]
    found = [_default_question(parent, default) for parent, default in pairs if parent is not None]
    return [question for question in found if question is not None]


def rows_in_default(snapshot: Snapshot, parent: Table, default: Table) -> float:
    """The rows of a default partition: counted, or by the server's counters where it was not read whole."""
    question = _default_question(parent, default)
    answer = snapshot.answer(question) if question else None
    if isinstance(answer, NullAnswer) and answer.reach.complete:
        return answer.reach.rows_read
    usage = default.usage
    return (usage.live_rows if usage and usage.live_rows is not None else snapshot.rows(default)) or 0
