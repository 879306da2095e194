"""House style that a whole schema follows is one task, not one for each table."""

from dataclasses import replace

from dbarchitect.checks._counts import counted
from dbarchitect.checks._names import listed
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import Engine, database_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice, together

_ALIKE = 8


def as_conventions(snapshot: Snapshot, findings: list[Finding]) -> list[Finding]:
    """One check's findings; where many are alike, one for all of them. MySQL's changes are left as they are: they are not verified by
    one statement."""
    ready = [f for f in findings if f.change.steps]
    if len(findings) < _ALIKE or (ready and snapshot.engine is not Engine.POSTGRESQL):
        return findings
    return [_convention(snapshot, findings, ready)]


def _convention(snapshot: Snapshot, findings: list[Finding], ready: list[Finding]) -> Finding:
    first = ready[0] if ready else findings[0]
    others = [_shown(f) for f in findings if not f.change.steps]
    if ready:
        change = together(tuple(f.change for f in ready))
        left = (f"{len(others)} more need a decision each: {listed(others)}",) if others else ()
        change = replace(change, assumptions=(*change.assumptions, "part of it can be done alone, object by object", *left))
    else:
        change = advice(first.change.kind, f"For each of them, as for the first: {first.change.advice_only}")
    return replace(
        first,
        subject=database_subject(snapshot.catalog.database),
        title=f"{counted(len(findings), 'time')}: {first.title}",
        claim=f"{counted(len(findings), 'object')} are alike ({listed([_shown(f) for f in findings])}). The first: {first.claim}",
        change=change,
        weight=0.5,
        also=tuple(f.subject for f in findings),
    )


def _shown(finding: Finding) -> str:
    subject = finding.subject
    return ".".join(part for part in (subject.schema, subject.table, subject.name) if part)
