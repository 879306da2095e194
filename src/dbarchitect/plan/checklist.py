"""The seven lines of the quality checklist, decided from what was read and found, or saying what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from dbarchitect.model.finding import Area
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.model.task import ChecklistLine, CheckRun, Item, MutedFinding
from dbarchitect.model.wording import plural
from dbarchitect.model.workload import Workload


@dataclass(frozen=True, slots=True)
class Facts:
    """What the lines are decided from."""

    snapshot: Snapshot
    items: Sequence[Item]
    checks: Sequence[CheckRun]
    muted: Sequence[MutedFinding]
    limits: Limits


def make_checklist(facts: Facts) -> tuple[ChecklistLine, ...]:
    """The seven lines, in the file's order."""
    return (
        _structure(facts),
        _indexes(facts),
        _rollbacks(facts),
        _explain(),
        _configuration(facts),
        _security(facts),
        _types(facts),
    )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _ids(items: Sequence[Item]) -> str:
    names = [str(item.id) for item in items]
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _open(facts: Facts, *areas: Area) -> list[Item]:
    numbers = {area.number for area in areas}
    return [i for i in facts.items if i.open and i.id.area in numbers]


def _obstacles(facts: Facts, *areas: Area) -> list[str]:
    """Why these areas cannot be called clean: open items, checks that did not run or could not see everything."""
    found = []
    left = _open(facts, *areas)
    if left:
        found.append(f"open: {_ids(left)}")
    own = [c for c in facts.checks if c.area in areas]
    if skipped := [c.slug for c in own if c.not_run]:
        found.append(f"not run: {_some(skipped)}")
    if blind := [c.slug for c in own if not c.not_run and (c.unanswered or c.blind)]:
        found.append(f"could not see everything (Not checked says why): {_some(blind)}")
    if not any(c.area in areas and not c.not_run for c in facts.checks):
        found.append("no check of this kind ran")
    return found


def _ran(facts: Facts, *areas: Area) -> str:
    """`14 checks ran, nothing open`, with what was muted."""
    slugs = {c.slug for c in facts.checks if c.area in areas and not c.not_run}
    muted = sum(m.finding.check in slugs for m in facts.muted)
    return f"{plural(len(slugs), 'check')} ran, nothing open{f', {muted} muted' if muted else ''}"


def _structure(facts: Facts) -> ChecklistLine:
    title = "All schemas have proper primary keys, foreign keys and constraints"
    areas = (Area.KEYS, Area.STRUCTURE)
    tables = [t for t in facts.snapshot.catalog.tables if not t.is_partition]
    keyless = [str(t.name) for t in tables if t.primary_key is None]
    observed = f"{len(tables) - len(keyless)} of {len(tables)} tables have a primary key (observed)"
    obstacles = _obstacles(facts, *areas)
    if not tables:
        return ChecklistLine(title, False, "the database has no tables")
    if keyless:
        obstacles.insert(0, f"without a primary key: {', '.join(keyless[:6])}{' …' if len(keyless) > 6 else ''}")
    return _line(title, obstacles, f"{observed}; {_ran(facts, *areas)}", observed)


def _line(title: str, obstacles: Sequence[str], proof: str, beside: str = "") -> ChecklistLine:
    if not obstacles:
        return ChecklistLine(title, True, proof)
    return ChecklistLine(title, False, "; ".join([*([beside] if beside else []), *obstacles]))


def _indexes(facts: Facts) -> ChecklistLine:
    obstacles = _obstacles(facts, Area.INDEXES) + _missing_traffic(facts.snapshot, facts.limits)
    workload, age = facts.snapshot.workload, facts.snapshot.counters_age
    window = f"{plural(len(workload.statements), 'statement')} from {workload.source}, " if workload else ""
    seen = f"{window}index counters of {_days(age)} (observed)" if age is not None and facts.snapshot.live else ""
    return _line("Indexes are justified by actual query patterns", obstacles, f"{seen}; {_ran(facts, Area.INDEXES)}", seen)


def _missing_traffic(snapshot: Snapshot, limits: Limits) -> list[str]:
    if not snapshot.live:
        return ["missing: query patterns; SQL files have no traffic, review the live database"]
    found = []
    if snapshot.workload is None or not snapshot.workload.statements:
        source = "pg_stat_statements" if snapshot.engine is Engine.POSTGRESQL else "the statement digests of performance_schema"
        found.append(f"missing: query patterns; {source} gave no statements")
    elif young := _young_window(snapshot, snapshot.workload, limits):
        found.append(young)
    age = snapshot.counters_age
    if age is None:
        found.append("missing: the time since which index use is counted is not known")
    elif age < timedelta(days=limits.counters_age_days):
        found.append(f"missing: index use is counted for {_days(age)}, {_needed(limits)}")
    return found


def _young_window(snapshot: Snapshot, workload: Workload, limits: Limits) -> str | None:
    if workload.since is None:
        return "missing: the time since which statements are counted is not known"
    window = snapshot.taken_at - workload.since
    if window >= timedelta(days=limits.counters_age_days):
        return None
    return f"missing: statements are counted for {_days(window)}, {_needed(limits)}"


def _days(age: timedelta) -> str:
    hours = age / timedelta(hours=1)
    if hours >= 48:
        return plural(age.days, "day")
    return plural(round(hours), "hour") if hours >= 1 else plural(round(age / timedelta(minutes=1)), "minute")


def _needed(limits: Limits) -> str:
    days = limits.counters_age_days
    return "1 day is needed" if days == 1 else f"{days:g} days are needed"


def _tested(item: Item) -> bool:
    """The rollback was run and gave the start again, or there is nothing to undo and the change itself was run."""
    trial = item.task.lead.trial if item.task else None
    if item.task is None or trial is None or not trial.done:
        return False
    return trial.undone is True or (trial.undone is None and item.task.change.no_undo is not None)


def _rollbacks(facts: Facts) -> ChecklistLine:
    title = "Every migration has a tested rollback script"
    runnable = [i for i in facts.items if i.open and i.task and i.task.change.steps]
    kept = [i for i in facts.items if i.open and i.task is None]
    untested = [i for i in runnable if not _tested(i)]
    if kept:
        return ChecklistLine(title, False, f"not looked at in this run: {_ids(kept)}")
    if not runnable:
        return ChecklistLine(title, True, "no open item has statements to run")
    nothing = sum(i.task is not None and not i.task.change.undo for i in runnable if _tested(i))
    undone = len(runnable) - len(untested) - nothing
    parts = [f"{undone} of {len(runnable)} done and undone in the lab (verified)"]
    parts += [f"{nothing} done, with nothing to undo"] if nothing else []
    parts += [f"not tested: {_ids(untested)}"] if untested else []
    return ChecklistLine(title, not untested, "; ".join(parts))


def _explain() -> ChecklistLine:
    missing = "missing: this review measured no statement; EXPLAIN ANALYZE of the heaviest ones before and after, on realistic data"
    return ChecklistLine("Query optimizations validated with EXPLAIN ANALYZE on realistic data", False, missing)


def _configuration(facts: Facts) -> ChecklistLine:
    title = "Connection pooling and configuration tuned for expected load"
    if not facts.snapshot.live:
        return ChecklistLine(title, False, "missing: settings and load; SQL files have neither, review the live database")
    obstacles = _obstacles(facts, Area.CONFIGURATION)
    obstacles.append("missing: the expected load, and whether a pooler stands before the server (not visible from inside)")
    sessions = _sessions(facts.snapshot)
    return _line(title, obstacles, "", sessions)


def _sessions(snapshot: Snapshot) -> str:
    """`12 of 100 connections in use at the moment of reading, beside our own (observed)`; empty when they could not be read."""
    facts = snapshot.postgres
    limit = facts.setting("max_connections") if facts else None
    if facts is None or limit is None or any(gap.what == "client sessions" for gap in snapshot.gaps):
        return ""
    clients = sum(s.backend_type == "client backend" for s in facts.sessions)
    return f"{clients} of {limit.value} connections in use at the moment of reading, beside our own (observed)"


def _security(facts: Facts) -> ChecklistLine:
    title = "Security: parameterised queries, access control, encryption at rest"
    access = _obstacles(facts, Area.SECURITY)
    state = f"access control: {'; '.join(access) if access else _ran(facts, Area.SECURITY)}"
    missing = "missing: the application's code (parameterised queries) and the volumes' encryption (not visible from inside)"
    return ChecklistLine(title, False, f"{state}; {missing}")


def _types(facts: Facts) -> ChecklistLine:
    columns = sum(len(t.columns) for t in facts.snapshot.catalog.tables if not t.is_partition)
    proof = f"{plural(columns, 'column')} (observed); {_ran(facts, Area.TYPES)}"
    return _line("Data types appropriate and storage-efficient", _obstacles(facts, Area.TYPES), proof)
