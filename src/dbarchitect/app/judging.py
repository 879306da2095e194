"""From a snapshot to findings: which checks run, what they find, what the lab saw of each change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

from dbarchitect.app.witness import NO_STATEMENTS, asked_about, watched
from dbarchitect.checks import all_checks, run_check
from dbarchitect.checks.questions import worth_asking
from dbarchitect.config import Settings, read_settings
from dbarchitect.errors import LabError, UsageError
from dbarchitect.lab.clone import clone_name, clone_schema
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.lab.mariadb import PrivateMariaDB
from dbarchitect.lab.rehearsal import not_rehearsed, rehearse
from dbarchitect.model.check import Check
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import MYSQL_FAMILY
from dbarchitect.model.progress import Progress
from dbarchitect.model.snapshot import Gap, Snapshot
from dbarchitect.model.task import CheckRun
from dbarchitect.model.wording import plural

_READ_ROWS = (
    "leave out --no-rows, grant SELECT on them, or raise probe_seconds and probe_total_seconds under [limits] in dbarchitect.toml"
)
_COUNT_LONGER = "review again when they have counted that long, or lower counters_age_days under [limits] in dbarchitect.toml"


@dataclass(frozen=True, slots=True)
class Judged:
    """What the checks found, which of them ran, what they asked in vain and what the lab could not copy."""

    findings: tuple[Finding, ...]
    checks: tuple[CheckRun, ...]
    gaps: tuple[Gap, ...] = ()


def chosen_settings(config: Path | None, only: tuple[str, ...] = ()) -> Settings:
    """The settings, narrowed to the checks named on the command line."""
    settings = read_settings(config)
    if not only:
        return settings
    narrowed = replace(settings, only=only)
    if not narrowed.chosen(all_checks()):
        raise UsageError(f"no check is named {', '.join(only)}", "dbarchitect explain lists all checks")
    return narrowed


def _left_out(check: Check, settings: Settings) -> list[CheckRun]:
    """House style that nobody asked for is not worth a word."""
    named = settings.only or any(fnmatch(check.slug, glob) for glob in settings.skip)
    if check.style and not named:
        return []
    return [CheckRun(check.slug, check.area, check.summary, "it was left out by the settings")]


def _unread(snapshot: Snapshot) -> dict[str, str]:
    """Why a check cannot be trusted to have seen everything, by slug."""
    return {slug: f"{gap.what}: {gap.reason}" for gap in snapshot.gaps for slug in gap.checks}


def _not_run(check: Check, snapshot: Snapshot, unread: dict[str, str]) -> str | None:
    if check.needs_live and not snapshot.live:
        return "it judges rows, sizes, traffic, roles or settings, which SQL files do not have"
    return unread.get(check.slug)


def judge(snapshot: Snapshot, settings: Settings, progress: Progress) -> Judged:
    """Run the chosen checks that know this engine; `checks` tells of all that know it, but for house style that is off."""
    known = [c for c in all_checks() if snapshot.engine in c.engines]
    chosen = frozenset(c.slug for c in settings.chosen(tuple(known)))
    unread = _unread(snapshot)
    witness = watched(snapshot)
    worth = frozenset(worth_asking(snapshot, settings.limits)) if snapshot.live else None
    findings: list[Finding] = []
    runs: list[CheckRun] = []
    for number, check in enumerate(known):
        progress("judging", number, len(known))
        if check.slug not in chosen:
            runs += _left_out(check, settings)
            continue
        witness.forget()
        found = run_check(check, witness, settings.limits)
        findings += found
        runs.append(
            CheckRun(
                check.slug,
                check.area,
                check.summary,
                _not_run(check, snapshot, unread),
                frozenset(asked_about(q) for q in witness.unanswered if worth is None or q in worth),
                next(iter(witness.missing), None) if not found else None,
            )
        )
    return Judged(tuple(findings), tuple(runs), _unseen(runs) if snapshot.live else ())


def _unseen(runs: Sequence[CheckRun]) -> tuple[Gap, ...]:
    """What the checks asked in vain: a line for the rows, and one for counters that are too young."""
    asking = tuple(run.slug for run in runs if run.unanswered)
    tables = frozenset(table for run in runs for table in run.unanswered)
    waiting = tuple(run.slug for run in runs if run.blind not in (None, NO_STATEMENTS))
    why = next((run.blind for run in runs if run.slug in waiting), None)
    gaps = []
    if asking:
        reason = f"{plural(len(asking), 'check')} asked about them and got no answer"
        gaps.append(Gap(f"the rows of {plural(len(tables), 'table')}", reason, _READ_ROWS, asking))
    if why:
        gaps.append(Gap("what is hardly used", why, _COUNT_LONGER, waiting))
    return tuple(gaps)


def _rehearsed(
    server: EmbeddedPostgres | PrivateMariaDB, snapshot: Snapshot, findings: Sequence[Finding], progress: Progress
) -> tuple[tuple[Finding, ...], tuple[Gap, ...]]:
    if isinstance(server, PrivateMariaDB):
        return rehearse(server, snapshot, findings, "", progress), ()
    copy = clone_name(snapshot)
    missing = clone_schema(server, snapshot, copy, progress)
    return rehearse(server, snapshot, findings, copy, progress, missing=missing), missing


def with_trials(judged: Judged, snapshot: Snapshot, progress: Progress) -> Judged:
    """Try every change on an empty copy of the schema, on a server of our own."""
    if not any(f.change.steps for f in judged.findings):
        return judged
    try:
        lab = PrivateMariaDB() if snapshot.engine in MYSQL_FAMILY else EmbeddedPostgres(preload=("pg_stat_statements",))
        with lab as server:
            findings, missing = _rehearsed(server, snapshot, judged.findings, progress)
    except LabError as error:
        reason = f"{error.message}; {error.next_step}" if error.next_step else error.message
        gap = Gap("a rehearsal of the changes", error.message, error.next_step or "start the review again")
        return replace(judged, findings=not_rehearsed(judged.findings, reason), gaps=(*judged.gaps, gap))
    return replace(judged, findings=findings, gaps=(*judged.gaps, *missing))
