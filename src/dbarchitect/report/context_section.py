"""The lines of the section Context."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby

from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Origin
from dbarchitect.model.task import Context, Counts, MutedFinding, Plan, StatementLoad, TableVolume
from dbarchitect.model.wording import plural
from dbarchitect.report.text import code, in_bytes, in_milliseconds, inline, name, sentence, table

ENGINE_NAMES = {Engine.POSTGRESQL: "PostgreSQL", Engine.MYSQL: "MySQL", Engine.MARIADB: "MariaDB"}
PROBLEMS_SHOWN = 5
_STATEMENT_CHARACTERS = 100


def context_lines(plan: Plan) -> list[str]:
    """Engine, overview, volumes and load, what was not checked, what was muted or withheld."""
    return [
        *_engine(plan.context),
        *_overview(plan),
        *_expected(plan.context),
        *_not_checked(plan),
        *_muted(plan),
        *_withheld(plan),
    ]


def _moment(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC"


def _engine(context: Context) -> list[str]:
    where = (
        f"database {code(context.database)} of {code(context.source)}" if context.origin is Origin.LIVE else code(context.source)
    )
    kind = "live database" if context.origin is Origin.LIVE else "SQL files, applied to an empty server of our own"
    return [
        f"- **Database engine(s) in use and version**: {ENGINE_NAMES[context.engine]} {context.version}; {where} ({kind}), "
        f"read {_moment(context.taken_at)} by dbarchitect {context.tool_version}"
    ]


def _counted(counts: Counts) -> str:
    parts = [
        plural(counts.schemas, "schema"),
        plural(counts.tables, "table"),
        plural(counts.partitions, "partition") if counts.partitions else "",
        plural(counts.columns, "column"),
        plural(counts.indexes, "index", "indexes"),
        plural(counts.foreign_keys, "foreign key"),
        plural(counts.views, "view") if counts.views else "",
        plural(counts.routines, "routine") if counts.routines else "",
    ]
    return ", ".join(part for part in parts if part)


def _overview(plan: Plan) -> list[str]:
    context = plan.context
    size = f"; {in_bytes(context.size_bytes)}" if context.size_bytes is not None else ""
    current = [item for item in plan.open_items if item.task is not None]
    ranked = sorted(current, key=lambda item: -(item.task.score if item.task else 0))[:PROBLEMS_SHOWN]
    left = plural(len(plan.open_items), "open item")
    lines = [f"- **Current schema overview and known pain points**: {_counted(context.counts)}{size}; {left}"]
    for item in ranked:
        if item.task is not None:
            severity = item.task.severity.name.lower()
            lines.append(f"  - {item.id}, {severity}: {name(item.label)}: {inline(item.task.lead.title)}")
    return lines


def _expected(context: Context) -> list[str]:
    title = "- **Expected data volumes and query workload patterns**: "
    if context.origin is not Origin.LIVE:
        return [title + "unknown: SQL files hold no rows, sizes or traffic"]
    since = f"counters since {_moment(context.counters_since)}" if context.counters_since else "start of the counters unknown"
    lines = [f"{title}rows are the engine's estimates; {since}"]
    if context.volumes:
        lines += ["", *_volumes(context.volumes)]
    if context.tables_not_shown:
        lines += ["", f"  {plural(context.tables_not_shown, 'smaller table')} not shown."]
    return [*lines, "", *_workload(context), ""]


def _number(value: float | None, sign: str = "") -> str:
    return "unknown" if value is None else f"{value:{sign},.0f}"


def _volumes(volumes: Sequence[TableVolume]) -> list[str]:
    rows = [
        (
            code(v.name),
            _number(v.rows),
            in_bytes(v.bytes) if v.bytes is not None else "unknown",
            _number(v.rows_per_day, "+"),
            _forecast(v),
        )
        for v in volumes
    ]
    return table(("Table", "Rows:", "Size:", "Rows per day:", "In 12 months (estimated):"), rows, "  ")


def _forecast(volume: TableVolume) -> str:
    if volume.rows_in_a_year is None:
        return "unknown"
    size = f", {in_bytes(volume.bytes_in_a_year)}" if volume.bytes_in_a_year is not None else ""
    return f"{_number(volume.rows_in_a_year)} rows{size}"


def _workload(context: Context) -> list[str]:
    if context.workload_source is None:
        return ["  Statements: unknown, the server gave none."]
    since = f"since {_moment(context.workload_since)}" if context.workload_since else "start of counting unknown"
    notes = [f"{inline(context.workload_source)}, {since}"]
    if context.evictions:
        notes.append(f"{context.evictions:,} evictions: rare statements are missing, shares are of those kept")
    if context.hidden_statements:
        notes.append(f"{plural(context.hidden_statements, 'statement')} of other users hidden")
    if context.statements_not_shown:
        notes.append(f"{plural(context.statements_not_shown, 'lighter statement')} not shown")
    rows = [(_shortened(s), f"{s.calls:,}", f"{s.share:.1%}", in_milliseconds(s.mean_ms), s.access) for s in context.statements]
    lines = [f"  Statements by total time ({'; '.join(notes)})"]
    if not rows:
        return [lines[0] + ": none."]
    return [lines[0] + ":", "", *table(("Statement", "Calls:", "Share of time:", "Mean:", "Access"), rows, "  ")]


def _shortened(statement: StatementLoad) -> str:
    text = " ".join(statement.text.split())
    return code(text if len(text) <= _STATEMENT_CHARACTERS else text[: _STATEMENT_CHARACTERS - 1] + "…")


def _not_checked(plan: Plan) -> list[str]:
    lines = [
        f"  - {inline(gap.what)}: {inline(sentence(gap.reason))} Remedy: {inline(sentence(gap.remedy))}{_of(gap.checks)}"
        for gap in sorted(plan.gaps)
    ]
    named = {slug for gap in plan.gaps for slug in gap.checks}
    skipped = sorted((c for c in plan.checks if c.not_run and c.slug not in named), key=lambda c: (c.not_run or "", c.slug))
    for reason, group in groupby(skipped, key=lambda c: c.not_run or ""):
        slugs = [c.slug for c in group]
        lines.append(f"  - {plural(len(slugs), 'check')}: {inline(sentence(reason))} {', '.join(slugs)}")
    ran = sum(not c.not_run for c in plan.checks)
    if not lines:
        return [f"- **Not checked**: nothing; all {plural(ran, 'check')} ran"]
    return [f"- **Not checked** ({plural(ran, 'check')} ran):", *lines]


def _of(checks: Sequence[str]) -> str:
    return f" Concerns {', '.join(checks)}." if checks else ""


def _until(day: date | None) -> str:
    return f" until {day}" if day else ""


def _muted(plan: Plan) -> list[str]:
    lines = []
    if plan.muted:
        lines.append(f"- **Muted**: {'; '.join(_one_muted(m) for m in plan.muted)}")
    if plan.expired:
        texts = [f"{code(m.check)} on {code(m.subject)} ended {m.until} ({inline(m.reason)})" for m in plan.expired]
        lines.append(f"- **Mutes that have ended**: {'; '.join(texts)}")
    return lines


def _one_muted(muted: MutedFinding) -> str:
    finding = muted.finding
    return f"{name(finding.subject.label)}, {finding.check}: {inline(muted.reason)}{_until(muted.until)}"


def _withheld(plan: Plan) -> list[str]:
    withheld = [s for s in plan.settled if s.into is None]
    if not withheld:
        return []
    lines = [f"  - {name(s.finding.subject.label)}, {s.finding.check}: {inline(s.reason)}" for s in withheld]
    return ["- **Withheld**, since another task or a constraint stands against it:", *lines]
