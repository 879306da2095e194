"""Findings that one change settles become one task."""

from collections.abc import Iterable

from dbarchitect.model.finding import Finding
from dbarchitect.model.task import Task


def _steps(finding: Finding) -> tuple[object, ...] | None:
    """Two findings with equal steps ask for the same change."""
    change = finding.change
    return (finding.engine, tuple(" ".join(step.sql.split()) for step in change.steps)) if change.steps else None


def _remedy(finding: Finding) -> tuple[object, ...] | None:
    """Two findings on one subject whose changes are proven by the same query have the same remedy."""
    verify = finding.change.verify
    return (finding.engine, finding.subject.key, verify.sql, verify.expected) if verify else None


def _precedence(finding: Finding) -> tuple[bool, float, str]:
    return (finding.change.advice_only is not None, -finding.score, finding.key)


def merge(findings: Iterable[Finding]) -> list[Task]:
    """One task for all findings with the same steps, or with the same subject and remedy.

    The executable finding with the highest score leads. Independent of the findings' order.
    """
    groups: list[list[Finding]] = []
    place: dict[object, int] = {}
    for finding in sorted(findings, key=_precedence):
        marks = [finding.key, *(mark for mark in (_steps(finding), _remedy(finding)) if mark)]
        at = next((place[mark] for mark in marks if mark in place), len(groups))
        if at == len(groups):
            groups.append([])
        groups[at].append(finding)
        for mark in marks:
            place.setdefault(mark, at)
    return [Task(tuple(group)) for group in groups]
