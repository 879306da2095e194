"""Every example of every check on a real server: `bad` yields what it says, with evidence that can be repeated, `good` nothing."""

import pytest

from dbarchitect.checks import all_checks, run_check
from dbarchitect.model.check import Check
from dbarchitect.model.names import Engine
from tests.examples.laboratory import Case, cases, laboratory, staged

CHECKS = [pytest.param(check, id=check.slug) for check in all_checks()]
CASES = [pytest.param(case, id=case.id) for case in cases()]


def _found(case: Case, script: str, request: pytest.FixtureRequest) -> list[str]:
    with laboratory(case.example.engine, request) as lab, staged(lab, script):
        found = list(run_check(case.check, lab.read(case.example.limits), case.example.limits))
        for statement in {e.repeat for finding in found for e in finding.evidence if e.repeat}:
            lab.repeat(statement)
    return sorted(finding.subject.key.replace(lab.database, "{database}") for finding in found)


@pytest.mark.parametrize("case", CASES)
def test_bad_yields_its_findings(case: Case, request: pytest.FixtureRequest) -> None:
    assert _found(case, case.example.bad, request) == sorted(case.example.yields)


@pytest.mark.parametrize("case", CASES)
def test_good_yields_nothing(case: Case, request: pytest.FixtureRequest) -> None:
    assert _found(case, case.example.good, request) == []


@pytest.mark.parametrize("check", CHECKS)
def test_examples_show_every_engine(check: Check) -> None:
    if check.unshown:
        assert len(check.unshown) > 30 and not check.examples, "the reason why no example can show it"
        return
    shown = {example.engine for example in check.examples}
    assert shown <= set(check.engines)
    # MariaDB stands for its family: Debian and PyPI have no MySQL server
    needed = {Engine.MARIADB if engine is Engine.MYSQL and Engine.MARIADB in check.engines else engine for engine in check.engines}
    assert needed <= shown
    assert any(example.yields for example in check.examples)


@pytest.mark.parametrize("check", CHECKS)
def test_declared_as_agreed(check: Check) -> None:
    first, blank, *rest = check.documentation.splitlines()
    assert first.endswith(".") and len(first) <= 132 and not blank
    why, *when = "\n".join(rest).strip().split("\n\n")
    assert len(why) > 60, "says why it matters"
    assert any("ignore" in paragraph.lower() for paragraph in when), "says when to ignore it"
    assert check.codes and check.engines
    for example in check.examples:
        assert example.rehearse or example.why_not, "an example that is not rehearsed says why"


def test_slugs_and_example_names_are_unique() -> None:
    slugs = [check.slug for check in all_checks()]
    assert len(slugs) == len(set(slugs)) > 0
    names = [case.id for case in cases()]
    assert len(names) == len(set(names)) > 0
