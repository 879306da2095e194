"""The remedy of every finding in every bad example: do, verify, gone, undo, as before."""

import pytest

from dbarchitect.checks import run_check
from dbarchitect.lab.compare import differences
from dbarchitect.model.finding import Finding
from dbarchitect.model.snapshot import Snapshot
from tests.examples.laboratory import Case, Laboratory, cases, laboratory, staged

CASES = [pytest.param(case, id=case.id) for case in cases() if case.example.rehearse and case.example.yields]


@pytest.mark.parametrize("case", CASES)
def test_remedy(case: Case, request: pytest.FixtureRequest) -> None:
    for subject in sorted(case.example.yields):
        with laboratory(case.example.engine, request) as lab, staged(lab, case.example.bad):
            before = lab.read(case.example.limits)
            key = subject.replace("{database}", lab.database)
            (finding,) = (f for f in run_check(case.check, before, case.example.limits) if f.subject.key == key)
            if finding.change.advice_only:
                assert finding.change.verify or len(finding.change.advice_only) > 20, "advice says how to tell, or why it cannot"
                continue
            _do(lab, finding)
            after = lab.read(case.example.limits)
            assert finding.key not in {f.key for f in run_check(case.check, after, case.example.limits)}
            _undo(lab, finding, before, case)


def _do(lab: Laboratory, finding: Finding) -> None:
    verify = finding.change.verify
    assert verify is None or lab.value(verify) != verify.expected, f"already so before the change: {verify.sql}"
    lab.apply(finding.change.steps)
    if _settings(finding):
        lab.settle()
    assert verify is None or lab.value(verify) == verify.expected, f"not so after the change: {verify.sql}"


def _undo(lab: Laboratory, finding: Finding, before: Snapshot, case: Case) -> None:
    change = finding.change
    if change.no_undo and not change.undo:
        return
    assert change.undo, "an undo, or the reason why there is none"
    lab.apply(change.undo)
    if _settings(finding):
        lab.settle()
    if not change.no_undo:
        assert differences(before, lab.read(case.example.limits)) == ()


def _settings(finding: Finding) -> bool:
    return finding.change.requires_restart or any(
        "pg_reload_conf" in step.sql or "ALTER SYSTEM" in step.sql for step in finding.change.steps
    )
