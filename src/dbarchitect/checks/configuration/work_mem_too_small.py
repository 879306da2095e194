"""Sorts and hashes spill to temporary files all day.

What does not fit into `work_mem` is written to files and read back. Some spills are right, for rare reports; many gigabytes a day mean that
everyday statements do it.

Ignore it when the files come from a few large reports: give work_mem to their role or transaction instead.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._sessions import seconds_since
from dbarchitect.checks._settings import known, megabytes, memory, number, setting_bytes, setting_subject
from dbarchitect.checks._weigh import in_bytes
from dbarchitect.model.change import Change, ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.postgres import Setting
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.postgres_changes import change_setting

CODES = ("CPG-03", "PLN-05")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_SHARE_OF_MEMORY = 0.25


def _change(snapshot: Snapshot, setting: Setting, size: int) -> Change:
    """Twice as much, when that fits the machine with every connection sorting; else it is for single roles."""
    total, connections = memory(snapshot), number(known(snapshot.postgres, "max_connections"))
    if total is None or not connections or 2 * size * connections > _SHARE_OF_MEMORY * total:
        return advice(
            ChangeKind.CONFIGURATION,
            "Find the statements that spill (temp_blks_written in pg_stat_statements, log_temp_files) and give their role more: ALTER ROLE … SET work_mem = …; "
            "for all connections the machine's memory does not suffice, or is unknown.",
        )
    return replace(change_setting(setting, megabytes(2 * size)), hazards=("each sort and hash of each session may take that much",))


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when more bytes than the limit went to temporary files a day."""
    activity, setting = snapshot.postgres.database if snapshot.postgres else None, known(snapshot.postgres, "work_mem")
    size = setting_bytes(setting)
    if activity is None or setting is None or not size or not activity.temporary_bytes:
        return
    since = activity.statistics_reset or snapshot.counters_since
    days = max(seconds_since(snapshot, since) / 86_400, 1.0)
    if activity.temporary_bytes < limits.temporary_bytes_per_day * days:
        return
    yield Finding(
        subject=setting_subject(setting.name),
        title=f"{in_bytes(int(activity.temporary_bytes / days))} of temporary files a day",
        claim=f"Statements of this database wrote {activity.temporary_files:,} temporary files of {in_bytes(activity.temporary_bytes)} together; work_mem is "
        f"{in_bytes(size)}.",
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED,
                f"pg_stat_database: temp_files {activity.temporary_files:,}, temp_bytes {activity.temporary_bytes:,}",
                "SELECT temp_files, temp_bytes, stats_reset FROM pg_stat_database WHERE datname = current_database()",
            ),
        ),
        change=_change(snapshot, setting, size),
        severity=Severity.WARNING,
        confidence=Confidence.LIKELY,
        weight=0.6,
        benefit="sorts and hashes up to that size stay in memory",
    )


_SORT = (
    "SELECT count(*) FROM (SELECT i FROM generate_series(1, {rows}) i ORDER BY i % 1000, i) s; SELECT pg_stat_force_next_flush();"
)
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_SORT.format(rows=500_000),
        good=_SORT.format(rows=100),
        yields=("setting work_mem",),
        limits=Limits(temporary_bytes_per_day=1_000_000),
        rehearse=False,
        why_not="the counters keep what was before; whether statements spill less shows only after a while",
    ),
)
