"""Scripts and shell words, JSON and its schema, the terminal, small pieces of Markdown."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from dbarchitect.model.change import Step, Verification
from dbarchitect.model.finding import Finding, Trial, TrialStep
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Gap
from dbarchitect.model.task import CheckRun
from dbarchitect.plan import make_plan
from dbarchitect.report.json_report import Report, render_json, report_schema
from dbarchitect.report.markdown import render
from dbarchitect.report.scripts import extract_command, quoted, run_command, statements, up_script, verify_command
from dbarchitect.report.terminal import summary
from dbarchitect.report.text import cell, code, fence, in_bytes, in_milliseconds, inline, name, plain
from tests.unit.review_values import PASSED, TODAY, missing_index, needless_index, orders, plan, runs, snapshot, some_findings

SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "report.schema.json"
PRINTABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
MARKDOWN = MarkdownIt("commonmark")


def shown(markdown: str) -> str:
    """What a reader sees of one line of Markdown."""
    parsed = MARKDOWN.parseInline(markdown)[0].children or []
    assert not any(token.type == "html_inline" for token in parsed)
    return "".join(token.content for token in parsed)


@settings(deadline=None)
@given(PRINTABLE.filter(lambda text: text == text.strip()))
def test_names_are_shown_as_they_are(text: str) -> None:
    visible = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    assert shown(f"**x [{name(text)}]**").endswith(f"[{visible}]")
    assert plain(name(text)) == visible


@pytest.mark.parametrize(
    "text", ["a*b*c", "_x_", "a_b_c", "[x](y)", "<b>", "a < b && c", "&lt;", "`x", "~~x~~", "\\*", "50 %", "1. x", "# x", "$1"]
)
def test_sentences_are_shown_as_they_are(text: str) -> None:
    assert shown(inline(text)) == text


def test_code_spans_of_sentences_stay_code() -> None:
    assert inline("run `VACUUM *` now") == "run `VACUUM *` now"
    assert code("a`b") == "``a`b``" and code("`") == "`` ` ``" and code("a\nb") == "`a\\nb`"
    assert cell("`a|b`") == "`a\\|b`"


def test_a_fence_is_longer_than_those_inside() -> None:
    assert fence("x\n````\ny", "sql", "  ") == ["  `````sql", "  x", "  ````", "  y", "  `````"]


def test_numbers() -> None:
    assert [in_bytes(n) for n in (0, 512, 1500, 14_200_000, 999_600, 3e12)] == [
        "0 B",
        "512 B",
        "1.5 kB",
        "14.2 MB",
        "1.0 MB",
        "3.0 TB",
    ]
    assert [in_milliseconds(n) for n in (0.012, 4.25, 41.2, 3200)] == ["0.012 ms", "4.2 ms", "41 ms", "3.2 s"]


def test_steps_that_belong_together_are_one_transaction() -> None:
    steps = (
        Step("ALTER TABLE a ADD b int;"),
        Step("COMMENT ON COLUMN a.b IS 'x' -- why"),
        Step("VACUUM a", alone=True),
        Step("ANALYZE a"),
    )
    assert statements(Engine.POSTGRESQL, steps) == (
        "BEGIN;\nALTER TABLE a ADD b int;\nCOMMENT ON COLUMN a.b IS 'x' -- why\n;\nCOMMIT;\n"
        "-- outside a transaction\nVACUUM a;\nANALYZE a;"
    )
    assert statements(Engine.MARIADB, (Step("ALTER TABLE a ADD b int"), Step("UPDATE a SET b = 1"))).startswith("ALTER")
    assert statements(Engine.MARIADB, (Step("DELETE FROM a"), Step("UPDATE a SET b = 1"))).startswith("BEGIN;")
    trigger = Step("CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.b = 1; END")
    assert statements(Engine.MARIADB, (trigger,)) == f"DELIMITER ;;\n{trigger.sql};;\nDELIMITER ;"


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
    | st.sampled_from(["$HOME", "`id`", "a\\'b", "!x'", '"\'"'])
)
def test_a_shell_reads_one_word(text: str) -> None:
    printed = subprocess.run(["sh", "-c", f"printf %s {quoted(text)}"], capture_output=True, check=True)
    assert printed.stdout == text.encode()


def test_test_commands_of_both_engines() -> None:
    verify = Verification("SELECT to_regclass('public.x') IS NULL", "t")
    context = plan([]).context
    assert verify_command(context, verify) == 'psql "$DATABASE_URL" -XAtc "SELECT to_regclass(\'public.x\') IS NULL"'
    maria = replace(context, engine=Engine.MARIADB, database="my shop")
    assert verify_command(maria, verify) == "mariadb 'my shop' -NBe \"SELECT to_regclass('public.x') IS NULL\""


@pytest.mark.parametrize(
    ("source", "command"),
    [
        ("mysql://a@b@db.example:3306/shop", "mariadb --user=a@b --host=db.example shop < up.sql"),
        ("mysql://root@10.0.0.7:3307/shop", "mariadb --user=root --host=10.0.0.7 --port=3307 shop < up.sql"),
        ("mysql://localhost/shop?unix_socket=/run/my%20sqld.sock", "mariadb --socket='/run/my sqld.sock' shop < up.sql"),
        ("mysql://it's me@localhost/shop?unix_socket=/s.sock", 'mariadb --user="it\'s me" --socket=/s.sock shop < up.sql'),
        ("schema.sql", "mariadb shop < up.sql"),
    ],
)
def test_the_client_of_mysql_is_told_where_to_connect(source: str, command: str) -> None:
    assert run_command(replace(plan([]).context, engine=Engine.MARIADB, source=source, database="shop"), "up.sql") == command


def test_the_scripts_come_out_of_the_file(tmp_path: Path) -> None:
    made = plan([*some_findings(), missing_index("placed", check="odd`````name")])
    (tmp_path / "TODO_database-architect.md").write_text(render(made), "utf-8")
    subprocess.run(["sh", "-c", extract_command("dbarchitect_up.sql")], cwd=tmp_path, check=True)
    assert (tmp_path / "dbarchitect_up.sql").read_text("utf-8") == up_script(made) + "\n"


def trial_line(trial: Trial | None) -> str:
    text = render(plan([replace(missing_index("customer_id"), trial=trial)]))
    return next(line for line in text.splitlines() if "**Trial**" in line)


def test_trial_lines_are_no_stronger_than_the_trial() -> None:
    assert trial_line(PASSED) == (
        "  - **Trial**: executed by us on an empty copy of the schema, PostgreSQL 18.1: do passed, test passed, undo passed, "
        "catalogue equal afterwards (verified)"
    )
    assert trial_line(replace(PASSED, server="PostgreSQL 18.6, an empty copy of the schema")).startswith(
        "  - **Trial**: executed by us on an empty copy of the schema, PostgreSQL 18.6: do passed"
    )
    failed = Trial("PostgreSQL 18.1", done=False, failures=(TrialStep("CREATE INDEX i", "type vector does not exist"),))
    assert trial_line(failed).endswith(
        "do failed, no test to run, undo not run (observed); `CREATE INDEX i` gave: type vector does not exist"
    )
    assert "not run by us: the lab lacks postgis. Its test proves it" in trial_line(Trial("none", not_run="the lab lacks postgis"))
    assert "not run by us; doing" in trial_line(None)


def test_what_failed_in_the_lab_is_in_no_script() -> None:
    broken = replace(missing_index("customer_id"), trial=Trial("PostgreSQL 18.1", done=False))
    untried = replace(missing_index("placed", check="missing_index"), trial=Trial("PostgreSQL 18.1", not_run="no extension"))
    up = up_script(plan([broken, untried]))
    assert "-- left out, failed in the lab: DB-ITEM-1.2" in up or "-- left out, failed in the lab: DB-ITEM-1.1" in up
    assert "ix_orders_customer_id" not in up
    assert "orders_placed_fkey\n-- not tried in the lab\n-- outside a transaction\nCREATE INDEX CONCURRENTLY ix_orders_placed" in up


def test_gaps_and_checks_not_run_are_listed() -> None:
    base = replace(
        snapshot(),
        gaps=(Gap("statements", "pg_stat_statements is not installed", "CREATE EXTENSION pg_stat_statements", ("slow",)),),
    )
    text = render(
        plan(
            some_findings(),
            base=base,
            not_run={"integer_note": "SQL files have no rows", "small_shared_buffers": "SQL files have no rows"},
        )
    )
    assert (
        "- **Not checked** (2 checks ran):\n"
        "  - statements: pg_stat_statements is not installed. Remedy: CREATE EXTENSION pg_stat_statements. Concerns slow.\n"
        "  - 2 checks: SQL files have no rows. integer_note, small_shared_buffers\n"
    ) in text


def test_withheld_findings_are_listed() -> None:
    table = orders()
    text = render(plan([needless_index(table.indexes[0], table, "unused_index")], base=snapshot(table)))
    assert (
        "- **Withheld**, since another task or a constraint stands against it:\n  - orders.orders_pkey, unused_index: index" in text
    )
    assert "Nothing was found." in text and "No open item has a statement to run." in text


def findings() -> list[Finding]:
    return [*some_findings(), missing_index("customer_id", check="missing_index")]


def test_json_is_what_the_published_schema_says() -> None:
    assert SCHEMA.read_text("utf-8") == report_schema()
    report = Report.model_validate_json(render_json(plan(findings())))
    published = json.loads(report_schema())
    assert published["title"] == "Report"
    Draft202012Validator.check_schema(published)
    Draft202012Validator(published).validate(json.loads(render_json(plan(findings()))))
    assert len(report.items) == 4
    first = next(item for item in report.items if item.id == "DB-ITEM-1.1")
    assert [f.check for f in first.findings] == ["missing_index", "unindexed_foreign_key"]
    assert first.change is not None and first.change.do[0].alone
    assert first.trial is not None and first.trial.verified


def test_terminal_summary() -> None:
    made = make_plan(snapshot(), findings(), None, today=TODAY, checks=(*runs(*findings()), *map_runs()))
    text = summary(made, color=False, file="TODO_database-architect.md")
    assert text.splitlines()[:2] == ["PostgreSQL 18.1, shop: 2 tables, 2 indexes", "4 open items: 3 warning, 1 notice"]
    assert "not checked: 0 gaps, 1 check not run" in text
    assert text.endswith("written to TODO_database-architect.md\n")
    assert "\x1b" not in text and "\x1b[33m" in summary(made, color=True)
    assert "nothing to do" in summary(plan([]), color=False)


def map_runs() -> list[CheckRun]:
    return [replace(runs()[0], slug="needs_rows", not_run="SQL files have no rows")]
