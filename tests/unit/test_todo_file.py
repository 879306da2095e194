"""The TODO file: its contract, what survives a re-run, what a re-check does."""

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dbarchitect.errors import TodoError
from dbarchitect.model.change import Step
from dbarchitect.model.finding import Finding
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import QualifiedName, column_subject, database_subject, index_subject, table_subject
from dbarchitect.model.task import Mute, Muting, Recheck, TaskId, TaskKind
from dbarchitect.plan import make_plan, recheck
from dbarchitect.report.markdown import render
from dbarchitect.report.todo import SECTIONS, parse_todo, print_todo
from tests.unit.review_values import (
    ORDERS,
    TODAY,
    again,
    decision,
    finding,
    foreign_key,
    missing_index,
    plan,
    retyped,
    runs,
    setting,
    snapshot,
    some_findings,
)

LATER = date(2026, 12, 1)
FOUND = some_findings()
FILE = render(plan(FOUND))
MARKDOWN = MarkdownIt("commonmark").enable("table")


def block(text: str, name: str) -> str:
    """The lines of one task, its end comment left out."""
    found = re.search(
        rf"^- \[.\] \*\*{re.escape(name)} .*?(?=^  <!-- dbarchitect:lines {re.escape(name)} )", text, re.DOTALL | re.MULTILINE
    )
    assert found, f"{name} is not in the file"
    return found[0]


def test_sections_and_headings_are_the_contract() -> None:
    assert [line for line in FILE.splitlines() if line.startswith("## ")] == [
        "## Context",
        "## Database Plan",
        "## Database Items",
        "## Proposed Code Changes",
        "## Commands",
        "## Quality Assurance Task Checklist",
    ]
    assert list(SECTIONS.values()) == [line for line in FILE.splitlines() if line.startswith("## ")]


def test_fields_of_plans_and_items_in_their_order() -> None:
    assert re.findall(r"^  - \*\*(.*?)\*\*:", block(FILE, "DB-PLAN-1.1"), re.MULTILINE) == [
        "Tables Affected", "Migration Strategy", "Rollback Plan", "Performance Impact",
    ]  # fmt: skip
    item = block(FILE, "DB-ITEM-1.1")
    assert re.findall(r"^  - \*\*(.*?)\*\*:", item, re.MULTILINE) == [
        "Type", "Plan", "DDL/DML", "Rollback", "Rationale", "Testing", "Risk", "Trial",
    ]  # fmt: skip
    assert " · **Depends on**: nothing" in item
    assert item.startswith(
        "- [ ] **DB-ITEM-1.1 [orders.orders_customer_id_fkey]**: "
        "<!-- dbarchitect:key=unindexed_foreign_key postgresql constraint public.orders.orders_customer_id_fkey -->\n"
    )
    assert re.findall(r"^- \*\*(.*?)\*\*", FILE, re.MULTILINE)[:4] == [
        "Database engine(s) in use and version",
        "Current schema overview and known pain points",
        "Expected data volumes and query workload patterns",
        "Not checked",
    ]


def test_a_run_that_finds_the_same_changes_nothing() -> None:
    assert again(FILE, FOUND) == FILE


def test_ids_stay_and_are_never_given_twice() -> None:
    more = again(FILE, [*FOUND, missing_index("placed", check="missing_index")])
    assert "**DB-ITEM-1.2 [orders.orders_placed_fkey]**" in more
    cut = re.sub(r"- \[ \] \*\*DB-ITEM-1\.2 .*?lines DB-ITEM-1\.2 .*?-->\n", "", more, flags=re.DOTALL)
    fresh = again(cut, [*FOUND, missing_index("note", check="missing_index")])
    assert "**DB-ITEM-1.1 [orders.orders_customer_id_fkey]**" in fresh
    assert "DB-ITEM-1.2" not in fresh and "**DB-ITEM-1.3 [orders.orders_note_fkey]**" in fresh


def test_ticks_and_notes_stay() -> None:
    text = FILE.replace("- [ ] **DB-ITEM-7.1", "- [x] **DB-ITEM-7.1")
    text = text.replace("  - **Plan**: DB-PLAN-1.1\n", "  - **Plan**: DB-PLAN-1.1\n  - asked Kim, waits for May\n")
    text = text.replace("## Database Items", "## My own section\n\nwords of mine\n\n## Database Items")
    twice = again(text, FOUND)
    assert "- [x] **DB-ITEM-7.1" in twice
    assert "  - **Plan**: DB-PLAN-1.1\n  - asked Kim, waits for May\n" in twice
    assert "## My own section\n\nwords of mine\n\n## Database Items" in twice
    assert "ticked by hand, still found on 2026-11-22" in block(twice, "DB-ITEM-7.1")
    assert again(twice, FOUND) == twice


def test_an_edited_line_of_ours_is_kept_as_a_note() -> None:
    line = "  - **Type**: Index\n"
    twice = again(FILE.replace(line, "  - **Type**: Index, but later\n"), FOUND)
    assert line in block(twice, "DB-ITEM-1.1")
    assert "  - **Note**: edited by hand, kept: `- **Type**: Index, but later`\n" in block(twice, "DB-ITEM-1.1")
    assert again(twice, FOUND) == twice


def test_a_fixed_item_is_ticked_with_its_proof_and_keeps_its_text() -> None:
    fixed = again(FILE, FOUND[1:], today=LATER)
    item = block(fixed, "DB-ITEM-1.1")
    assert item.startswith("- [x] ")
    assert "CREATE INDEX CONCURRENTLY ix_orders_customer_id" in item
    assert (
        "  - **Proof**: no longer found on 2026-12-01: on postgresql://app@db/shop, unindexed_foreign_key ran and does not find it "
        "(looks for: what unindexed_foreign_key reads)\n"
    ) in item
    assert block(fixed, "DB-PLAN-1.1").startswith("- [x] ")
    assert again(fixed, FOUND[1:], today=date(2027, 1, 1)).count("no longer found on 2026-12-01") == 1


def test_a_problem_that_comes_back_is_unticked() -> None:
    fixed = again(FILE, FOUND[1:])
    back = block(again(fixed, FOUND, today=LATER), "DB-ITEM-1.1")
    assert back.startswith("- [ ] ")
    assert "**Status**: came back: ticked on 2026-11-22, found again on 2026-12-01" in back
    assert "**Proof**" not in back
    assert block(again(again(fixed, FOUND), FOUND, today=LATER), "DB-ITEM-1.1").count("found again on 2026-11-22") == 1


def test_what_could_not_be_checked_stays_as_it_was() -> None:
    kept = again(FILE, FOUND[1:], not_run={"unindexed_foreign_key": "no right to read pg_constraint"})
    item = block(kept, "DB-ITEM-1.1")
    assert item.startswith("- [ ] ")
    assert "**Status**: not checked again: unindexed_foreign_key: no right to read pg\\_constraint" not in item
    assert "**Status**: not checked again: unindexed_foreign_key: no right to read pg_constraint" in item


def test_another_database_ticks_nothing() -> None:
    other = again(FILE, [], base=snapshot(database="billing"))
    assert "- [x] **DB-" not in other
    assert "not checked again: this run read database billing, not shop" in other


def test_merged_and_withheld_items_say_so() -> None:
    longer = missing_index("customer_id", "placed", check="missing_index")
    text = render(plan([missing_index("customer_id")]))
    merged = again(again(text, [longer]), [longer, missing_index("customer_id")])
    assert merged.count("- [x] **DB-ITEM") + merged.count("- [ ] **DB-ITEM") == 2
    assert "**Status**: now part of DB-ITEM-1.2" in merged or "**Status**: now part of DB-ITEM-1.1" in merged


def test_muted_items_are_closed_but_not_ticked() -> None:
    mute = Muting((Mute("small_shared_buffers", "*", "sized by the provider", date(2027, 2, 1)),))
    text = render(make_plan(snapshot(), FOUND, parse_todo(FILE), mute, today=TODAY, checks=runs()))
    assert "**Status**: muted until 2027-02-01: sized by the provider" in block(text, "DB-ITEM-7.1")
    assert "- [ ] **DB-ITEM-7.1" in text
    assert "- **Muted**: shared_buffers, small_shared_buffers: sized by the provider until 2027-02-01" in text


@pytest.mark.parametrize(
    "text", ["my own list\n- [ ] milk\n", "\x00\x01", "## Context\n", "<!-- dbarchitect -->", "- [ ] **DB-ITEM-1.1 [x]**:"]
)
def test_a_file_without_our_structure_is_refused(text: str) -> None:
    with pytest.raises(TodoError) as caught:
        parse_todo(text)
    assert caught.value.next_step


def test_an_empty_file_is_an_empty_list() -> None:
    assert parse_todo(" \n\n").blocks == ()
    assert again("", FOUND) == FILE


def test_windows_line_ends_and_a_byte_order_mark() -> None:
    assert again("\ufeff" + FILE.replace("\n", "\r\n"), FOUND) == FILE


def test_removed_comments_lose_no_words() -> None:
    stripped = re.sub(r"^ *<!-- dbarchitect:lines .*\n", "", FILE, flags=re.MULTILINE)
    noted = stripped.replace("  - **Plan**: DB-PLAN-1.1\n", "  - **Plan**: DB-PLAN-1.1\n  - a note\n")
    twice = again(noted, FOUND)
    assert "  - a note\n" in block(twice, "DB-ITEM-1.1")
    assert twice.count("**DB-ITEM-1.1 [") == 1
    assert again(twice, FOUND) == twice


def test_a_pasted_copy_of_a_block_is_kept_and_not_taken_for_it() -> None:
    copy = block(FILE, "DB-ITEM-1.1").replace("Index\n", "Index, my copy\n")
    text = FILE.replace("## Commands\n", f"{copy}\n## Commands\n")
    twice = again(text, FOUND)
    assert "Index, my copy" in twice
    assert again(twice, FOUND) == twice


def checked(text: str, found: list[Finding], today: date = LATER, **others: object) -> Recheck:
    known = runs(*found, not_run=others.pop("not_run", None))  # type: ignore[arg-type]
    return recheck(parse_todo(text), snapshot(), found, known, today, **others)  # type: ignore[arg-type]


def test_recheck_ticks_unticks_and_leaves_the_rest() -> None:
    text = FILE.replace("- [ ] **DB-ITEM-7.1", "- [x] **DB-ITEM-7.1")
    result = checked(text, FOUND[1:])
    printed = print_todo(result.todo)
    assert block(printed, "DB-ITEM-1.1").startswith("- [x] ") and "**Proof**: no longer found on 2026-12-01" in printed
    assert block(printed, "DB-ITEM-7.1").startswith("- [ ] ")
    assert "**Status**: ticked by hand, unticked, still found on 2026-12-01" in block(printed, "DB-ITEM-7.1")
    assert block(printed, "DB-ITEM-3.1") == block(text, "DB-ITEM-3.1")
    assert block(printed, "DB-PLAN-1.1").startswith("- [x] ")
    assert not result.all_done
    assert {(str(o.id), o.done, o.changed) for o in result.outcomes} == {
        ("DB-ITEM-1.1", True, True), ("DB-ITEM-7.1", False, True), ("DB-ITEM-3.1", False, False), ("DB-ITEM-4.1", False, False),
    }  # fmt: skip
    assert print_todo(checked(printed, FOUND[1:]).todo) == printed


def test_recheck_of_all_done_and_of_one() -> None:
    assert checked(FILE, []).all_done
    assert not checked(FILE, [], not_run={"integer_note": "no rights"}).all_done
    one = checked(FILE, FOUND[1:], only=frozenset({TaskId(TaskKind.ITEM, 1, 1)}))
    assert one.all_done and len(one.outcomes) == 1
    assert print_todo(one.todo).count("- [x] **DB-ITEM") == 1
    assert checked(FILE, [*FOUND, foreign_key()]).not_listed == 1


def test_recheck_then_review_is_stable() -> None:
    printed = print_todo(checked(FILE, FOUND[1:], today=TODAY).todo)
    assert again(printed, FOUND[1:]) == again(again(printed, FOUND[1:]), FOUND[1:])
    assert block(again(printed, FOUND[1:]), "DB-ITEM-1.1") == block(printed, "DB-ITEM-1.1")


# -- properties

LINES = FILE.splitlines()
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\ufeff"), min_size=1, max_size=40).filter(
    lambda text: text.strip() and "dbarchitect:" not in text
)
ODD = st.sampled_from(
    ["```", "## Context", "## Mine", "# Mine", "- [x] **DB-ITEM-1.1 [x]**:", "  - **Type**: Index", "<!--", "-->", "- [ ] more"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(LINES)), WORDS | ODD), min_size=1, max_size=5))
def test_lines_put_anywhere_survive(added: list[tuple[int, str]]) -> None:
    lines = list(LINES)
    for place, text in sorted(added, reverse=True):
        lines.insert(place, text)
    once = again("\n".join(lines) + "\n", FOUND)
    for wanted in {text for _, text in added}:
        had = sum(line.rstrip() == wanted.rstrip() for line in LINES)
        assert sum(line.rstrip() == wanted.rstrip() for line in once.split("\n")) == had + sum(
            text.rstrip() == wanted.rstrip() for _, text in added
        )
    assert again(once, FOUND) == once


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.none() | WORDS), min_size=1, max_size=6))
def test_edited_and_deleted_lines_settle_at_once(edits: list[tuple[int, str | None]]) -> None:
    lines: list[str | None] = list(LINES)
    for place, text in edits:
        lines[place] = text
    once = again("\n".join(line for line in lines if line is not None) + "\n", FOUND)
    for text in (line for n, line in enumerate(lines) if line is not None and line != LINES[n]):
        assert text.strip() in once or text.strip() in re.sub(r"\\u[0-9a-f]{4}|\\t", "", once) or not text.strip().isprintable()
    assert again(once, FOUND) == once


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300) | st.lists(st.sampled_from(LINES), max_size=30).map("\n".join))
def test_garbage_never_crashes(text: str) -> None:
    try:
        todo = parse_todo(text)
    except TodoError:
        return
    made = render(make_plan(snapshot(), FOUND, todo, today=TODAY, checks=runs()))
    assert parse_todo(made).tasks(TaskKind.ITEM)
    assert isinstance(print_todo(todo), str)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(range(4)), unique=True), min_size=1, max_size=5))
def test_ids_over_many_runs(histories: list[list[int]]) -> None:
    """Whatever is found in whatever run: a key has one id for good, and an id one key."""
    text = ""
    seen: dict[tuple[str, ...], TaskId] = {}
    for which in histories:
        text = again(text, [FOUND[n] for n in which])
        for heading, _ in parse_todo(text).tasks(TaskKind.ITEM):
            assert seen.setdefault(heading.keys, heading.id) == heading.id
    assert len(set(seen.values())) == len(seen)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 15))
def test_ticks_survive(bits: int) -> None:
    text = FILE
    ids = [str(heading.id) for heading, _ in parse_todo(FILE).tasks(TaskKind.ITEM)]
    ticked = {name for n, name in enumerate(ids) if bits >> n & 1}
    for name in ticked:
        text = text.replace(f"- [ ] **{name} ", f"- [x] **{name} ")
    twice = parse_todo(again(text, FOUND))
    assert {str(h.id) for h, _ in twice.tasks(TaskKind.ITEM) if h.done} == ticked


# -- odd names

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=30) | st.sampled_from(
    [
        "a`b",
        "a|b",
        "a\nb",
        "a\r\n## Context",
        "-->",
        "<!-- x -->",
        "*a*",
        "]**:",
        'a"b',
        "a'b",
        "\\",
        "```",
        "é ü 名",
        "- [ ] x",
        "a;b",
        "a--b-",
    ]
)


def odd_finding(name: str) -> Finding:
    table = QualifiedName("public", name)
    base = missing_index("customer_id", check="odd")
    quoted = '"' + name.replace('"', '""') + '"'
    change = replace(base.change, steps=(Step(f"CREATE INDEX i ON public.{quoted} (id)"),))
    made = finding("odd", table_subject(table), change)
    return replace(made, title=f"odd {name}", claim=f"The table {name} is odd.", benefit=f"{name} is gone")


@settings(max_examples=200, deadline=None)
@given(NAMES)
def test_odd_names_do_not_break_the_file(name: str) -> None:
    found = [odd_finding(name), setting()]
    text = render(plan(found))
    tokens = MARKDOWN.parse(text)
    headings = [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]
    assert headings[1:] == [title.removeprefix("## ") for title in SECTIONS.values()]
    parsed = parse_todo(text)
    assert {h.keys for h, _ in parsed.tasks(TaskKind.ITEM)} == {(f.key,) for f in found}
    assert again(text, found) == text


def test_lists_and_fences_nest() -> None:
    text = render(plan([odd_finding("```\n```sql\nx"), decision(), retyped("note", "text", "integer_note")]))
    html = MARKDOWN.render(text)
    # the odd name's own fence is text inside a longer one: twice in its item, twice in the scripts
    assert html.count("<pre>") == len(re.findall(r"^ *```+(?:sql|sh)\b", text, re.MULTILINE)) - text.count(
        "\n```sql\n"
    ) - text.count("    ```sql\n    x")
    item = html[html.index("<strong>DB-ITEM-1.1") : html.index("<h2>Proposed Code Changes")]
    assert item.count("<li>") > 20
    assert "<table>" in html[: html.index("<h2>Database Plan")]


def test_the_limits_of_the_review_stand_at_the_end() -> None:
    changed = Limits(counters_age_days=0.0, dead_rows=5_000, bloat_share=1e-05)
    findings = some_findings()
    made = make_plan(snapshot(), findings, None, today=TODAY, checks=runs(*findings), limits=changed)
    text = render(made)
    assert " limits=counters_age_days:0.0,dead_rows:5000,bloat_share:1e-05 -->" in text.splitlines()[-1]
    assert parse_todo(text).limits == changed
    assert print_todo(parse_todo(text)) == text
    assert parse_todo(render(plan(findings))).limits == Limits()


@pytest.mark.parametrize(
    "noted", ["dead_rows:5000,spice:3", "dead_rows:5000,bloat_share:much", "dead_rows:5000,sample_rows:1.5", "dead_rows:5000,:,,"]
)
def test_limits_that_are_not_understood_are_passed_over(noted: str) -> None:
    text = re.sub(r" limits=\S+", f" limits={noted}", render(plan(some_findings())))
    assert parse_todo(text).limits == Limits(dead_rows=5_000)


def test_a_file_of_before_has_no_limits() -> None:
    text = re.sub(r" limits=\S+", "", render(plan(some_findings())))
    assert parse_todo(text).limits is None
    assert print_todo(parse_todo(text)) == text


def seen(text: str, check: str, **others: object) -> str:
    """What a run that finds nothing says of a check's item, when the check could not see everything."""
    found = some_findings()
    blind = [replace(r, **others) if r.slug == check else r for r in runs(*found)]  # type: ignore[arg-type]
    result = recheck(parse_todo(text), snapshot(), [], blind, LATER)
    key = next(f for f in found if f.check == check).key
    heading, told = next((h, b) for h, b in result.todo.tasks(TaskKind.ITEM) if key in h.keys)
    assert told.status is not None
    return f"{'x' if heading.done else ' '} {told.status.sentence}"


def test_silence_about_rows_that_were_not_read_is_no_proof() -> None:
    text = render(plan(some_findings()))
    unread = frozenset({QualifiedName("public", "orders")})
    assert (
        seen(text, "integer_note", unanswered=unread)
        == "  not checked again: integer_note: the rows of public.orders were not read"
    )
    elsewhere = frozenset({QualifiedName("public", "order"), QualifiedName("public", "customers")})
    assert seen(text, "integer_note", unanswered=elsewhere).startswith("x no longer found")
    assert seen(text, "integer_note", blind="use is counted for 3 hours, 7 days are needed") == (
        "  not checked again: integer_note: use is counted for 3 hours, 7 days are needed"
    )


def test_what_is_gone_needs_no_second_look() -> None:
    gone = finding("unused_index", index_subject(ORDERS, "was_here"), missing_index("note").change)
    column = finding("undeclared_unique", column_subject(ORDERS, "id", "was_here"), missing_index("id").change)
    left = finding("undeclared_unique", column_subject(ORDERS, "note", "id"), missing_index("placed").change)
    found = [gone, column, left]
    blind = [replace(run, blind="not counted", unanswered=frozenset({ORDERS})) for run in runs(*found)]
    done = recheck(parse_todo(render(plan(found))), snapshot(), [], blind, LATER).outcomes
    assert {o.label: o.done for o in done} == {"orders.was_here": True, "orders.id,was_here": True, "orders.note,id": False}


def one_for_all(*members: Finding) -> Finding:
    """What a check makes of many alike: one finding about the database that names them."""
    return replace(members[0], subject=database_subject("shop"), also=tuple(f.subject for f in members))


def test_many_alike_become_one_task_and_many_again() -> None:
    two = [retyped("note", "text", "no_zone"), retyped("placed", "text", "no_zone")]
    one = one_for_all(*two)
    single, whole = render(plan(two)), render(plan([one]))
    as_one = make_plan(snapshot(), [one], parse_todo(single), today=TODAY, checks=runs(*two))
    assert {i.status.sentence for i in as_one.items if i.status} == {"now part of DB-ITEM-3.3"}
    apart = make_plan(snapshot(), two, parse_todo(whole), today=TODAY, checks=runs(*two))
    assert {i.status.sentence for i in apart.items if i.status} == {"now part of DB-ITEM-3.2"}
    for text, found in ((single, [one]), (whole, two), (whole, two[:1])):
        result = recheck(parse_todo(text), snapshot(), found, runs(*two), LATER)
        assert not any(o.done for o in result.outcomes) and result.not_listed == 0
    assert recheck(parse_todo(single), snapshot(), [one_for_all(two[0])], runs(*two), LATER).outcomes[1].done
    assert recheck(parse_todo(whole), snapshot(), [], runs(*two), LATER).all_done
