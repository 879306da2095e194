"""A snapshot: everything a review needs, read once."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from functools import cached_property

from dbarchitect.model.catalog import Catalog, Column, ForeignKey, Index, Routine, Table, Trigger, View
from dbarchitect.model.mysql import MySQLFacts, MySQLTable
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.postgres import Grant, Policy, PostgresFacts, PostgresTable
from dbarchitect.model.questions import Answer, Question
from dbarchitect.model.statistics import ColumnStatistics
from dbarchitect.model.workload import Workload

_WORD = re.compile(r"\w+")


class Origin(Enum):
    """Where a snapshot's facts come from. Of SQL files there are no rows, sizes, traffic, roles or settings to judge."""

    LIVE = "live database"
    SQL_FILES = "SQL files"


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Something that could not be read or checked: what, why, and the exact remedy (a GRANT, a setting, a file)."""

    what: str
    reason: str
    remedy: str
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """Everything a review needs. `source` is shown to people and holds no secret; times are in UTC.

    `counters_since` is when usage counters were last reset (None: unknown).
    """

    catalog: Catalog
    origin: Origin
    source: str
    taken_at: datetime
    tool_version: str
    statistics: tuple[ColumnStatistics, ...] = ()
    workload: Workload | None = None
    postgres: PostgresFacts | None = None
    mysql: MySQLFacts | None = None
    answers: tuple[Answer, ...] = ()
    gaps: tuple[Gap, ...] = ()
    counters_since: datetime | None = None
    redacted: bool = False
    files: tuple[str, ...] = field(default=())

    @property
    def engine(self) -> Engine:
        """The engine of the catalogue."""
        return self.catalog.engine

    @property
    def live(self) -> bool:
        """True when rows, sizes, traffic, roles and settings are those of a running database."""
        return self.origin is Origin.LIVE

    @property
    def counters_age(self) -> timedelta | None:
        """How long the usage counters have been counting."""
        return self.taken_at - self.counters_since if self.counters_since else None

    @cached_property
    def _tables(self) -> dict[QualifiedName, Table]:
        return {table.name: table for table in self.catalog.tables}

    @cached_property
    def _statistics(self) -> dict[tuple[QualifiedName, str], ColumnStatistics]:
        found: dict[tuple[QualifiedName, str], ColumnStatistics] = {}
        for row in self.statistics:
            # of a partitioned or inherited table the rows that include the children describe the whole
            if row.inherited or (row.table, row.column) not in found:
                found[row.table, row.column] = row
        return found

    @cached_property
    def _partitions(self) -> dict[QualifiedName, list[Table]]:
        found: dict[QualifiedName, list[Table]] = {}
        for table in self.catalog.tables:
            if table.partition_of is not None:
                found.setdefault(table.partition_of, []).append(table)
        return found

    @cached_property
    def _references(self) -> dict[QualifiedName, list[tuple[Table, ForeignKey]]]:
        found: dict[QualifiedName, list[tuple[Table, ForeignKey]]] = {}
        for table, key in self.catalog.references():
            found.setdefault(key.target, []).append((table, key))
        return found

    @cached_property
    def total_bytes(self) -> int:
        """Bytes of all tables with their indexes; 0 where the source has no storage."""
        return sum(t.size.total_bytes for t in self.catalog.tables if t.size)

    @cached_property
    def _postgres_tables(self) -> dict[QualifiedName, PostgresTable]:
        return {t.name: t for t in self.postgres.tables} if self.postgres else {}

    @cached_property
    def _mysql_tables(self) -> dict[QualifiedName, MySQLTable]:
        return {t.name: t for t in self.mysql.tables} if self.mysql else {}

    @cached_property
    def _answers(self) -> dict[Question, Answer]:
        return {answer.question: answer for answer in self.answers}

    @cached_property
    def _indexes(self) -> dict[QualifiedName, tuple[Table, Index]]:
        return {index.name: (table, index) for table, index in self.catalog.indexes()}

    @cached_property
    def referenced_columns(self) -> frozenset[tuple[QualifiedName, str]]:
        """Every column that some foreign key points at, with its table."""
        return frozenset((key.target, column) for _, key in self.catalog.references() for column in key.target_columns)

    @cached_property
    def inherited_tables(self) -> frozenset[QualifiedName]:
        """The tables from which others inherit the old way; partitioned tables are none."""
        return frozenset(parent for t in self.catalog.tables if not t.is_partition for parent in t.inherits)

    @cached_property
    def _views_over(self) -> dict[QualifiedName, list[View]]:
        found: dict[QualifiedName, list[View]] = {}
        for view in self.catalog.views:
            for name in view.depends_on:
                found.setdefault(name, []).append(view)
        return found

    @cached_property
    def _triggers_on(self) -> dict[QualifiedName, list[Trigger]]:
        found: dict[QualifiedName, list[Trigger]] = {}
        for trigger in self.catalog.triggers:
            found.setdefault(trigger.table, []).append(trigger)
        return found

    @cached_property
    def _policies_on(self) -> dict[QualifiedName, list[Policy]]:
        found: dict[QualifiedName, list[Policy]] = {}
        for policy in self.postgres.policies if self.postgres else ():
            found.setdefault(policy.table, []).append(policy)
        return found

    @cached_property
    def _policies_by_word(self) -> dict[str, list[Policy]]:
        found: dict[str, list[Policy]] = {}
        for policy in self.postgres.policies if self.postgres else ():
            for word in set(_WORD.findall(f"{policy.using} {policy.with_check}".lower())):
                found.setdefault(word, []).append(policy)
        return found

    @cached_property
    def _relation_grants(self) -> dict[QualifiedName, list[Grant]]:
        found: dict[QualifiedName, list[Grant]] = {}
        for grant in self.postgres.grants if self.postgres else ():
            if grant.object_kind in ("table", "column"):
                found.setdefault(grant.object_name, []).append(grant)
        return found

    @cached_property
    def default_grants(self) -> tuple[Grant, ...]:
        """What default privileges give on new objects."""
        return tuple(g for g in self.postgres.grants if g.object_kind == "default") if self.postgres else ()

    @cached_property
    def atomic_routines(self) -> tuple[Routine, ...]:
        """Routines with a body of parsed statements, which depend on what they name (PostgreSQL: BEGIN ATOMIC)."""
        return tuple(r for r in self.catalog.routines if "BEGIN ATOMIC" in r.definition)

    @cached_property
    def stable_routines(self) -> frozenset[str]:
        """The names of routines declared STABLE in lower case, with their schema and without."""
        stable = [r.name for r in self.catalog.routines if r.volatility.lower() == "stable"]
        return frozenset(text.lower() for name in stable for text in (name.name, str(name)))

    @cached_property
    def relations_with_extended_statistics(self) -> frozenset[QualifiedName]:
        """Tables and materialized views with CREATE STATISTICS objects."""
        return frozenset(s.table for s in self.postgres.extended_statistics) if self.postgres else frozenset()

    def policies_on(self, name: QualifiedName) -> list[Policy]:
        """The row-security policies of a table."""
        return self._policies_on.get(name, [])

    def policies_that_may_read(self, name: QualifiedName) -> list[Policy]:
        """Policies whose expressions hold a word of the relation's name: among them are all that read it."""
        words = _WORD.findall(name.name.lower())
        if not words:
            return list(self.postgres.policies) if self.postgres else []
        return min((self._policies_by_word.get(word, []) for word in words), key=len)

    def relation_grants(self, name: QualifiedName) -> list[Grant]:
        """The privileges on a table or view and on its columns."""
        return self._relation_grants.get(name, [])

    def views_over(self, name: QualifiedName) -> list[View]:
        """The views that read a table or view directly."""
        return self._views_over.get(name, [])

    def triggers_on(self, name: QualifiedName) -> list[Trigger]:
        """The triggers of a table or view."""
        return self._triggers_on.get(name, [])

    def table(self, name: QualifiedName) -> Table | None:
        """The table of that name."""
        return self._tables.get(name)

    def index(self, name: QualifiedName) -> tuple[Table, Index] | None:
        """The index of that name (PostgreSQL: names are unique in a schema), beside its table."""
        return self._indexes.get(name)

    def postgres_table(self, name: QualifiedName) -> PostgresTable | None:
        """PostgreSQL's own facts of a table."""
        return self._postgres_tables.get(name)

    def mysql_table(self, name: QualifiedName) -> MySQLTable | None:
        """MySQL's and MariaDB's own facts of a table."""
        return self._mysql_tables.get(name)

    def column_statistics(self, table: QualifiedName, column: str) -> ColumnStatistics | None:
        """The planner's statistics of a column."""
        return self._statistics.get((table, column))

    def answer(self, question: Question) -> Answer | None:
        """The answer to a question, if it was asked and could be answered."""
        return self._answers.get(question)

    def counted_for(self, days: float) -> bool:
        """True when the counters are so old that a zero means no use; never on a standby, whose counters know nothing of the
        primary's traffic. 0 days: always."""
        if self.postgres is not None and self.postgres.in_recovery:
            return False
        age = self.counters_age
        return days <= 0 or (age is not None and age / timedelta(days=1) >= days)

    def load(self) -> Workload | None:
        """The statements that the server counted, for a check that judges them; None when it gave none."""
        return self.workload

    def references_to(self, table: QualifiedName) -> list[tuple[Table, ForeignKey]]:
        """The foreign keys that point at a table, beside the tables that declare them."""
        return self._references.get(table, [])

    def columns(self) -> list[tuple[Table, Column]]:
        """Every column of every table that is not a partition (partitions repeat their parent)."""
        return [(t, c) for t in self.catalog.tables if not t.is_partition for c in t.columns]

    def partitions(self, parent: QualifiedName) -> list[Table]:
        """The direct partitions of a partitioned table."""
        return self._partitions.get(parent, [])

    def rows(self, table: Table) -> float | None:
        """Estimated rows; of a partitioned table those of all its partitions. None: unknown."""
        parts = self.partitions(table.name) if table.partition_key else []
        if parts:
            counts = [self.rows(part) for part in parts]
            return sum(c for c in counts if c is not None) if any(c is not None for c in counts) else None
        return table.rows

    def bytes(self, table: Table) -> int | None:
        """Bytes of heap, TOAST and indexes; of a partitioned table those of all its partitions. None: unknown."""
        parts = self.partitions(table.name) if table.partition_key else []
        if parts:
            sizes = [self.bytes(part) for part in parts]
            return sum(s for s in sizes if s is not None) if any(s is not None for s in sizes) else None
        return table.size.total_bytes if table.size else None
