"""How tables and indexes have been used, and what was asked: performance_schema, else MariaDB's user statistics."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dbarchitect.engines.mysql.session import Row, Session
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Gap
from dbarchitect.model.usage import IndexUsage, TableUsage
from dbarchitect.model.workload import Workload, WorkloadStatement

_USAGE, _WORKLOAD = "how often indexes and tables are used", "which statements run and what they cost"
_PS_PER_MS = 1e9


@dataclass(frozen=True, slots=True)
class Usage:
    """Counters by name; None where nothing counts them."""

    indexes: dict[tuple[str, str], IndexUsage] | None = None
    tables: dict[str, TableUsage] | None = None
    workload: Workload | None = None
    since: datetime | None = None
    gaps: list[Gap] = field(default_factory=list)


def grantee(account: str) -> str:
    """`user@host` as a GRANT wants it."""
    user, _, host = account.rpartition("@")
    return f"'{user}'@'{host}'"


def _off(session: Session) -> str:
    group = "mariadb" if session.engine is Engine.MARIADB else "mysqld"
    return f"performance_schema=ON under [{group}] in my.cnf, then restart the server"


def _performance_schema_gap(session: Session, what: str, reason: str = "") -> Gap:
    return Gap(what, reason, f"GRANT SELECT ON performance_schema.* TO {grantee(session.account)}")


def _index_usage(rows: Sequence[Row]) -> dict[tuple[str, str], IndexUsage]:
    """The server counts rows fetched through an index, not scans: above 0 means used."""
    return {
        (str(r["table_name"]), str(r["name"])): IndexUsage(int(r["fetched"]), rows_fetched=int(r["fetched"]))
        for r in rows
        if r["name"] is not None
    }


def _table_usage(rows: Sequence[Row], index_rows: Sequence[Row]) -> dict[str, TableUsage]:
    unindexed = {str(r["table_name"]): int(r["fetched"]) for r in index_rows if r["name"] is None}
    return {
        str(r["name"]): TableUsage(
            sequential_rows=unindexed.get(str(r["name"]), 0),
            rows_inserted=int(r["inserted"]),
            rows_updated=int(r["updated"]),
            rows_deleted=int(r["deleted"]),
        )
        for r in rows
    }


def _user_statistics(session: Session) -> Usage:
    """MariaDB's userstat counters: rows read by index, rows changed by table."""
    rows = session.rows("user_statistics")
    indexes = {
        (str(r["table_name"]), str(r["name"])): IndexUsage(int(r["index_rows"]), rows_fetched=int(r["index_rows"]))
        for r in rows
        if r["name"] is not None
    }
    return Usage(indexes, {str(r["table_name"]): TableUsage(rows_updated=int(r["changed"])) for r in rows})


def _counters(session: Session, performance_schema: bool, user_statistics: bool, gaps: list[Gap]) -> Usage:
    if performance_schema:
        gap = _performance_schema_gap(session, _USAGE)
        index_rows = session.rows_or_gap("index_usage", gap, gaps)
        table_rows = session.rows_or_gap("table_usage", gap, gaps) if index_rows is not None else None
        if index_rows is not None and table_rows is not None:
            return Usage(_index_usage(index_rows), _table_usage(table_rows, index_rows))
    if user_statistics:
        gaps[:] = [gap for gap in gaps if gap.what != _USAGE]
        return _user_statistics(session)
    return Usage()


def _statement(row: Row) -> WorkloadStatement:
    text = str(row["digest_text"] or "").strip()
    return WorkloadStatement(
        identity=str(row["digest"]),
        text=text,
        calls=int(row["calls"]),
        total_ms=int(row["total_ps"]) / _PS_PER_MS,
        mean_ms=int(row["average_ps"]) / _PS_PER_MS,
        rows=int(row["affected"]) + int(row["sent"]),
        minimum_ms=int(row["minimum_ps"]) / _PS_PER_MS,
        maximum_ms=int(row["maximum_ps"]) / _PS_PER_MS,
        rows_examined=int(row["examined"]),
        truncated=text.endswith("..."),
    )


def _workload(session: Session, gaps: list[Gap]) -> Workload | None:
    gap = _performance_schema_gap(session, _WORKLOAD)
    window, rows = session.rows_or_gap("digest_window", gap, gaps), None
    if window is not None:
        rows = session.rows_or_gap("digests", gap, gaps)
    if window is None or rows is None:
        return None
    since = window[0]["since"]
    return Workload(
        source="performance_schema.events_statements_summary_by_digest",
        statements=tuple(_statement(row) for row in rows),
        since=since.replace(tzinfo=UTC) if since else None,
        evictions=int(window[0]["lost"] or 0),
    )


def read_usage(session: Session, *, performance_schema: bool, user_statistics: bool, started_at: datetime) -> Usage:
    """Counters and statements, with gaps for what is off or not allowed. `since`: the server's start, or the youngest reset
    that can be told from the digests."""
    gaps: list[Gap] = []
    counting, digesting = performance_schema, performance_schema
    if not performance_schema:
        if not user_statistics:
            gaps.append(Gap(_USAGE, "performance_schema is off", _off(session)))
        gaps.append(Gap(_WORKLOAD, "performance_schema is off", _off(session)))
    else:
        switches = session.rows_or_gap("instruments", _performance_schema_gap(session, "what performance_schema counts"), [])
        if switches and not switches[0]["table_io"]:
            counting = False
            gaps.append(
                Gap(
                    _USAGE,
                    "performance_schema does not count table access",
                    "UPDATE performance_schema.setup_instruments SET enabled = 'YES' WHERE name = 'wait/io/table/sql/handler'",
                )
            )
        if switches and not switches[0]["digests"]:
            digesting = False
            gaps.append(
                Gap(
                    _WORKLOAD,
                    "performance_schema does not summarise statements",
                    "UPDATE performance_schema.setup_consumers SET enabled = 'YES' "
                    "WHERE name IN ('global_instrumentation', 'thread_instrumentation', 'statements_digest')",
                )
            )
    counters = _counters(session, counting, user_statistics, gaps)
    workload = _workload(session, gaps) if digesting else None
    since = max(started_at, workload.since) if workload and workload.since else started_at
    return Usage(counters.indexes, counters.tables, workload, since, gaps)
