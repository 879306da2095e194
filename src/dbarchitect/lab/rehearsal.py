"""The rehearsal: each finding's change is done, verified and undone on an empty copy of the schema.

What is recorded is what was seen. Rows are not there: a constraint that rows violate or a type change that a value refuses is
not noticed here, nor how long a statement takes.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.lab.mariadb import PrivateMariaDB
from dbarchitect.lab.mariadb_stage import MariaDBStage
from dbarchitect.lab.postgres_stage import PostgresStage
from dbarchitect.lab.stage import Stage, StatementFailed
from dbarchitect.model.change import Change
from dbarchitect.model.finding import Finding, Trial, TrialStep
from dbarchitect.model.names import Subject
from dbarchitect.model.progress import Progress, silent
from dbarchitect.model.snapshot import Gap, Snapshot

BUDGET_SECONDS = 120.0
_WHAT = "rehearsing changes"


def rehearse(
    server: EmbeddedPostgres | PrivateMariaDB,
    snapshot: Snapshot,
    findings: Sequence[Finding],
    database: str,
    progress: Progress = silent,
    *,
    missing: Sequence[Gap] = (),
    budget_seconds: float = BUDGET_SECONDS,
) -> tuple[Finding, ...]:
    """The findings with the trial of each executable change, in their own order; those without statements stay as they are.

    `database` is the copy that `clone_schema` made and `missing` what it could not make; it is left as it was. On MariaDB the
    copies are made and dropped here, under the source's names. The weightiest are tried first; what the budget leaves over is
    marked so.
    """
    stage = _open(server, snapshot, database)
    try:
        lacking = {gap.what for gap in (*missing, *stage.missing)}
        trials = _try_all(stage, findings, lacking, time.monotonic() + budget_seconds, progress)
    finally:
        stage.close()
    return tuple(replace(f, trial=trials[f.change]) if f.change in trials else f for f in findings)


def not_rehearsed(findings: Iterable[Finding], reason: str, server: str = "none") -> tuple[Finding, ...]:
    """The findings marked as not tried, for one reason: no server to try them on."""
    return tuple(replace(f, trial=Trial(server, not_run=reason)) if f.change.steps else f for f in findings)


def _open(server: EmbeddedPostgres | PrivateMariaDB, snapshot: Snapshot, database: str) -> Stage:
    if isinstance(server, PrivateMariaDB):
        return MariaDBStage(server, snapshot)
    return PostgresStage(server, snapshot, database)


def _try_all(stage: Stage, findings: Sequence[Finding], missing: set[str], until: float, progress: Progress) -> dict[Change, Trial]:
    trials: dict[Change, Trial] = {}
    weighty = sorted((f for f in findings if f.change.steps), key=lambda f: -f.score)
    for number, finding in enumerate(weighty, 1):
        if finding.change not in trials:
            reason = "the time budget for rehearsals was used up" if time.monotonic() > until else None
            reason = reason or _not_copied(finding, missing) or stage.why_not(finding.change)
            trials[finding.change] = Trial(stage.server, not_run=reason) if reason else _try(stage, finding.change)
        progress(_WHAT, number, len(weighty))
    return trials


def _not_copied(finding: Finding, missing: set[str]) -> str | None:
    """An object that the copy lacks, or has only a stand-in of, cannot be changed there."""
    subjects = (finding.subject, *finding.also)
    lacking = sorted({key for s in subjects for key in _keys(s) if f"copy of the schema: {key}" in missing})
    return f"the copy of the schema has no true {lacking[0]}" if lacking else None


def _keys(subject: Subject) -> tuple[str, ...]:
    table = f"table {subject.schema}.{subject.table}"
    return (subject.key, table) if subject.table else (subject.key,)


def _try(stage: Stage, change: Change) -> Trial:
    """Do, verify, undo; afterwards the copy is at its start again."""
    try:
        stage.prepare(change)
        trial = _do(stage, change)
    except StatementFailed as failed:
        stage.restore()
        if failed.unknown_here:
            return Trial(stage.server, not_run=f"the lab has only {stage.server}, which does not know: {failed.step.sql}")
        return Trial(stage.server, verified=False if change.verify else None, failures=(failed.step,))
    stage.settle(clean=trial.undone is True)
    return trial


def _do(stage: Stage, change: Change) -> Trial:
    before = _answer(stage, change)
    if change.undo or not stage.run_without_keeping(change.steps):
        stage.run(change.steps)
    failures: list[TrialStep] = []
    after = _answer(stage, change)
    verified = _judge(change, before, after, failures)
    undone = _undo(stage, change, failures)
    return Trial(stage.server, done=True, verified=verified, undone=undone, failures=tuple(failures))


def _answer(stage: Stage, change: Change) -> str | TrialStep:
    try:
        return stage.answer(change.verify.sql) if change.verify else ""
    except StatementFailed as failed:
        return failed.step


def _judge(change: Change, before: str | TrialStep, after: str | TrialStep, failures: list[TrialStep]) -> bool | None:
    """True when the verification changed to the expected text; what went otherwise is added to the failures."""
    if change.verify is None:
        return None
    sql, expected = change.verify.sql, change.verify.expected
    if isinstance(after, TrialStep):
        failures.append(after)
    elif after != expected:
        failures.append(TrialStep(sql, f"gave {after!r} after the change, not {expected!r}"))
    elif before == expected:
        failures.append(TrialStep(sql, f"gave {expected!r} before the change already"))
    else:
        return True
    return False


def _undo(stage: Stage, change: Change, failures: list[TrialStep]) -> bool | None:
    if not change.undo:
        return None
    try:
        stage.run(change.undo)
    except StatementFailed as failed:
        failures.append(failed.step)
        return False
    left = stage.differences()
    if left:
        what = "; ".join(left[:5]) + (f"; and {len(left) - 5} more" if len(left) > 5 else "")
        failures.append(TrialStep(change.undo[-1].sql, f"the catalogue is not as it was: {what}"))
    return not left
