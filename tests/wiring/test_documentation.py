"""Documentation that cannot go stale: generated pages, links, documented commands and options."""

import re
import runpy
from pathlib import Path

import pytest

from dbarchitect.cli import commands
from dbarchitect.report.json_report import report_schema
from tests.golden.pages import masked

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
GENERATED = runpy.run_path(str(ROOT / "scripts" / "reference.py"))["pages"]()


@pytest.mark.parametrize("path", sorted(GENERATED), ids=lambda p: p.stem)
def test_a_generated_page_is_up_to_date(path: Path) -> None:
    assert path.exists(), "run .venv/bin/python scripts/reference.py"
    assert path.read_text("utf-8") == GENERATED[path], "run .venv/bin/python scripts/reference.py"


def test_no_page_of_a_check_that_is_gone() -> None:
    assert set((ROOT / "docs/reference/checks").glob("*.md")) <= set(GENERATED)


def test_the_published_schema_is_the_one_in_use() -> None:
    assert (ROOT / "docs/reference/report.schema.json").read_text("utf-8") == report_schema()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^(`{3,}).*?^\1", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_documented_commands_exist(page: Path) -> None:
    for name, rest in re.findall(
        r"(?:^|[ `/])dbarchitect (review|demo|snapshot|verify|docs|explain)\b([^\n`]*)", page.read_text("utf-8")
    ):
        command = commands.commands[name]
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        for option in re.findall(r"(?<!\S)(--[a-z][a-z-]*)", rest):
            assert option in known, f"{page.name}: dbarchitect {name} has no {option}"


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs/reference/cli.md").read_text("utf-8")
    for name, command in commands.commands.items():
        assert f"## dbarchitect {name}" in text
        for parameter in command.params:
            assert parameter.opts[0].upper() in text.upper()


def test_the_excerpt_in_the_readme_stands_in_the_demos_file() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    found = re.search(r"<!-- excerpt -->\n````markdown\n(.*?)\n````\n<!-- end of excerpt -->", readme, re.DOTALL)
    assert found
    assert masked(found[1]) in (ROOT / "tests/golden/demo.md").read_text("utf-8")
