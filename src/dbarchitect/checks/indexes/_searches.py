"""What normalised statements search: which columns stand in which operators after WHERE."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dbarchitect.checks._counts import counted
from dbarchitect.checks._names import mentions
from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import is_small
from dbarchitect.model.catalog import Column, Table
from dbarchitect.model.limits import Limits
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.model.workload import WorkloadStatement

_WHERE = re.compile(r"\bwhere\b", re.I)
_LEAST_SHARE = 0.01
_SLOW_MS = 20.0
_LEAST_CALLS = 2


@dataclass(frozen=True, slots=True)
class Search:
    """A column of a table that a statement searches, and the statement with its share of all execution time (0..1)."""

    table: Table
    column: Column
    statement: WorkloadStatement
    share: float

    @property
    def text(self) -> str:
        """The counts in words."""
        s = self.statement
        return f"{counted(s.calls, 'call')} of {s.mean_ms:.1f} ms on average, {self.share:.0%} of all execution time"


def searched(snapshot: Snapshot, limits: Limits, operator: str) -> Iterator[Search]:
    """Columns of tables that are not small that stand before this operator (a pattern) behind a WHERE, in statements that take
    at least `statement_share` of all execution time, or a hundredth when a call is slow. A column counts only for tables that the statement names."""
    workload = snapshot.load()
    total = workload.total_ms if workload else 0.0
    pattern = re.compile(rf"(?:\w+\.)?\"?(\w+)\"?\)?(?:::\w+)*\s*{operator}", re.I)
    tables = [t for t in own_tables(snapshot) if not is_small(snapshot, t, limits)]
    for statement in workload.statements if workload and total else ():
        found = _WHERE.search(statement.text)
        least = _LEAST_SHARE if statement.mean_ms >= _SLOW_MS else limits.statement_share
        if not found or statement.calls < _LEAST_CALLS or statement.total_ms < least * total:
            continue
        names = {m.lower() for m in pattern.findall(statement.text[found.end() :])}
        for table in tables if names else ():
            if mentions(statement.text, table.name.name):
                for column in table.columns:
                    if column.name.lower() in names:
                        yield Search(table, column, statement, statement.total_ms / total)
