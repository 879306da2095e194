"""Remedies that change what is to come, not what was counted: their statements run, prove themselves and go back."""

import pytest

from dbarchitect.checks import run_check
from dbarchitect.lab.compare import differences
from tests.examples.laboratory import Case, cases, laboratory, staged

CASES = [pytest.param(case, id=case.id) for case in cases() if not case.example.rehearse and case.example.yields]


@pytest.mark.parametrize("case", CASES)
def test_statements_run_and_go_back(case: Case, request: pytest.FixtureRequest) -> None:
    with laboratory(case.example.engine, request) as lab, staged(lab, case.example.bad):
        before = lab.read(case.example.limits)
        for finding in run_check(case.check, before, case.example.limits):
            change = finding.change
            if change.advice_only:
                assert len(change.advice_only) > 20
                continue
            assert change.verify is not None and lab.value(change.verify) != change.verify.expected
            lab.apply(change.steps)
            lab.settle()
            assert lab.value(change.verify) == change.verify.expected
            lab.apply(change.undo)
            lab.settle()
            assert differences(before, lab.read(case.example.limits)) == ()
