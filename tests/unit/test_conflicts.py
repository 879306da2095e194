"""Tasks that make others needless: tables and indexes on their way out, VACUUM beside ANALYZE, keys with their references."""

from dataclasses import replace

from dbarchitect.model.catalog import Table
from dbarchitect.model.change import Change, ChangeKind, Step, Strategy
from dbarchitect.model.finding import Area, Finding, Severity
from dbarchitect.model.names import QualifiedName, column_subject, index_subject, table_subject
from dbarchitect.model.task import Plan
from dbarchitect.plan import recheck
from dbarchitect.report.markdown import render
from dbarchitect.report.todo import parse_todo
from dbarchitect.sql.changes import advice
from dbarchitect.sql.columns import RENAMED_ASIDE, rename_table
from tests.unit.review_values import (
    CUSTOMERS,
    ORDERS,
    TODAY,
    customers,
    finding,
    index,
    missing_index,
    needless_index,
    orders,
    plan,
    retyped,
    runs,
    setting,
    snapshot,
)


def by_check(made: Plan) -> dict[str, tuple[str, ...]]:
    """The check that leads each item, and the checks that are part of it."""
    tasks = [item.task for item in made.items if item.task]
    return {t.lead.check: tuple(f.check for f in t.findings[1:]) for t in tasks}


def reasons(made: Plan) -> dict[str, tuple[str, bool]]:
    """Why a check's finding has no item of its own, and whether an item includes it."""
    return {s.finding.check: (s.reason, s.into is not None) for s in made.settled}


def leftover(table: Table) -> Finding:
    change = rename_table(table, f"{RENAMED_ASIDE}{table.name.name}")
    return finding(
        "leftover_table", table_subject(table.name), change, Area.STRUCTURE, severity=Severity.NOTICE, retires=table.name
    )


def run(check: str, sql: str, table: QualifiedName = ORDERS, **others: object) -> Finding:
    change = Change(ChangeKind.MAINTENANCE, Strategy.STANDARD, (Step(sql, alone=True),), (), "l", "d", no_undo="nothing")
    return finding(check, table_subject(table), change, Area.MAINTENANCE, **others)


def test_a_table_to_be_dropped_gets_one_task() -> None:
    worse = missing_index("customer_id", severity=Severity.CRITICAL)
    made = plan([leftover(orders()), worse, retyped("note", "text", "integer_note"), setting()])
    assert by_check(made) == {"small_shared_buffers": (), "leftover_table": ()}
    why = "the table is to be renamed aside first; what is then dropped needs no mending"
    assert reasons(made) == {"unindexed_foreign_key": (why, False), "integer_note": (why, False)}
    assert why in render(made)


def test_other_tables_and_what_follows_the_renaming() -> None:
    renamed = replace(orders(), name=QualifiedName("public", f"{RENAMED_ASIDE}orders"))
    left = run("never_analyzed", "ANALYZE public.to_drop_orders", renamed.name)
    made = plan([left, run("stale_statistics", "ANALYZE public.customers", CUSTOMERS)], base=snapshot(renamed, customers()))
    assert by_check(made) == {"stale_statistics": ()}
    assert reasons(made) == {"never_analyzed": ("the table was renamed aside; drop it once nobody has missed it", False)}


def test_what_was_withheld_is_not_reported_as_missing_from_the_file() -> None:
    found = [leftover(orders()), missing_index("customer_id")]
    text = render(plan(found))
    checked = recheck(parse_todo(text), snapshot(), found, runs(*found), TODAY)
    assert checked.not_listed == 0
    assert recheck(parse_todo(text), snapshot(), [*found, setting()], runs(*found), TODAY).not_listed == 1


def test_an_index_that_goes_is_not_mended() -> None:
    table = orders(index(ORDERS, "a", "placed", scans=0))
    partial = Change(
        ChangeKind.INDEX,
        Strategy.ONLINE_DDL,
        (
            Step("CREATE INDEX CONCURRENTLY a_part ON public.orders (placed) WHERE placed IS NOT NULL", alone=True),
            Step("DROP INDEX CONCURRENTLY public.a", alone=True),
        ),
        (),
        "l",
        "d",
        no_undo="test",
    )
    rebuilt = Change(
        ChangeKind.INDEX, Strategy.ONLINE_DDL, (Step("REINDEX INDEX CONCURRENTLY public.a", alone=True),), (), "l", "d", no_undo="x"
    )
    subject = index_subject(ORDERS, "a")
    others = [
        finding("mostly_null_index", subject, partial, severity=Severity.CRITICAL),
        finding("bloated_index", subject, rebuilt, severity=Severity.CRITICAL),
        finding("low_cardinality_index", subject, advice(ChangeKind.INDEX, "yours to say"), severity=Severity.CRITICAL),
    ]
    drop = needless_index(table.indexes[1], table, "unused_index")
    made = plan([*others, drop], base=snapshot(table, customers()))
    assert by_check(made).keys() == {"unused_index"}
    assert reasons(made) == {f.check: ("the index is dropped by that task", True) for f in others}


def test_an_index_that_has_to_stay_is_mended() -> None:
    table = orders(index(ORDERS, "a", "customer_id", scans=0))
    rebuilt = Change(
        ChangeKind.INDEX, Strategy.ONLINE_DDL, (Step("REINDEX INDEX CONCURRENTLY public.a", alone=True),), (), "l", "d", no_undo="x"
    )
    drop = needless_index(table.indexes[1], table, "unused_index")
    made = plan([finding("bloated_index", index_subject(ORDERS, "a"), rebuilt), drop], base=snapshot(table, customers()))
    assert by_check(made) == {"bloated_index": ()}
    assert "only one left that serves foreign key" in reasons(made)["unused_index"][0]


def test_a_vacuum_that_analyses_is_enough() -> None:
    vacuum = run("dead_rows", "VACUUM (ANALYZE) public.orders", severity=Severity.NOTICE)
    made = plan([run("stale_statistics", "ANALYZE public.orders", severity=Severity.CRITICAL), vacuum])
    assert by_check(made) == {"dead_rows": ("stale_statistics",)}
    elsewhere = run("never_analyzed", "ANALYZE public.customers", CUSTOMERS)
    plain = run("dead_rows", "VACUUM public.customers", CUSTOMERS)
    assert by_check(plan([elsewhere, plain])) == {"never_analyzed": (), "dead_rows": ()}


def key_and_reference(change: Change) -> list[Finding]:
    key, reference = column_subject(CUSTOMERS, "id"), column_subject(ORDERS, "customer_id")
    alone = retyped("customer_id", "bigint", "integer_key_near_end", severity=Severity.CRITICAL)
    return [finding("integer_key_near_end", key, change, Area.KEYS, also=(reference,), severity=Severity.WARNING), alone]


def test_a_reference_changes_with_its_key() -> None:
    both = Change(
        ChangeKind.SCHEMA,
        Strategy.STANDARD,
        (
            Step("ALTER TABLE public.orders ALTER COLUMN customer_id TYPE bigint"),
            Step("ALTER TABLE public.customers ALTER COLUMN id TYPE bigint"),
        ),
        (),
        "l",
        "d",
        no_undo="test",
    )
    made = plan(key_and_reference(both))
    assert [item.keys for item in made.items] == [
        (
            "integer_key_near_end postgresql column public.customers.id",
            "integer_key_near_end postgresql column public.orders.customer_id",
        )
    ]


def test_a_reference_waits_for_a_key_that_needs_a_decision() -> None:
    made = plan(key_and_reference(advice(ChangeKind.SCHEMA, "a view uses it")))
    key, reference = made.items
    assert (key.label, reference.label) == ("customers.id", "orders.customer_id")
    assert reference.depends_on == (key.id,)


def test_the_change_of_more_columns_includes_that_of_one() -> None:
    wide = Change(
        ChangeKind.SCHEMA,
        Strategy.STANDARD,
        (Step("ALTER TABLE public.orders ALTER COLUMN note TYPE text, ALTER COLUMN placed TYPE text"),),
        (),
        "l",
        "d",
        no_undo="test",
    )
    one = retyped("note", "numeric", "b", severity=Severity.CRITICAL)
    made = plan([one, finding("a", column_subject(ORDERS, "note"), wide, Area.TYPES)])
    assert by_check(made) == {"a": ("b",)}
