"""Findings to tasks: merge, conflicts, order, ids, checklist."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from dbarchitect.model.catalog import IndexEntry
from dbarchitect.model.change import Change, ChangeKind, Step, Strategy
from dbarchitect.model.finding import Area, Finding, Severity, Trial
from dbarchitect.model.names import Engine, column_subject, index_subject, table_subject
from dbarchitect.model.postgres import PostgresFacts, Setting
from dbarchitect.model.snapshot import Gap, Origin
from dbarchitect.model.task import CheckRun, Mute, Muting, Plan
from dbarchitect.model.workload import Workload, WorkloadStatement
from dbarchitect.plan import make_plan
from tests.unit.review_values import (
    ORDERS,
    PASSED,
    TODAY,
    customers,
    decision,
    finding,
    foreign_key,
    index,
    missing_index,
    needless_index,
    orders,
    orphans_removed,
    plan,
    retyped,
    runs,
    setting,
    snapshot,
    some_findings,
)


def changes(made: Plan) -> list[str]:
    return [step.sql for item in made.items if item.task for step in item.task.change.steps]


def test_same_statement_is_one_item_with_both_rationales() -> None:
    made = plan([missing_index("customer_id"), missing_index("customer_id", check="missing_index")])
    assert len(made.items) == 1
    assert made.items[0].task is not None
    assert {f.check for f in made.items[0].task.findings} == {"unindexed_foreign_key", "missing_index"}


def test_shorter_new_index_is_part_of_the_longer_one() -> None:
    made = plan(
        [missing_index("customer_id", severity=Severity.CRITICAL), missing_index("customer_id", "placed", check="missing_index")]
    )
    assert changes(made) == ["CREATE INDEX CONCURRENTLY ix_orders_customer_id_placed ON public.orders (customer_id, placed)"]
    assert [s.into for s in made.settled] == ["missing_index postgresql constraint public.orders.orders_customer_id_fkey"]


def test_new_index_in_another_column_order_stays() -> None:
    assert len(plan([missing_index("customer_id"), missing_index("placed", "customer_id", check="missing_index")]).items) == 2


def test_only_one_of_two_duplicates_is_dropped() -> None:
    table = orders(index(ORDERS, "a", "placed"), index(ORDERS, "b", "placed"))
    both = [needless_index(i, table, "duplicate_index") for i in table.indexes if i.name.name in "ab"]
    made = plan(both, base=snapshot(table, customers()))
    assert changes(made) == ["DROP INDEX CONCURRENTLY public.a"]
    assert [s.reason for s in made.settled] == ["index a, which covers it, is dropped by another task: one of the two has to stay"]


def test_unused_indexes_may_both_go() -> None:
    table = orders(index(ORDERS, "a", "placed", scans=0), index(ORDERS, "b", "placed", scans=0))
    both = [needless_index(i, table, "unused_index") for i in table.indexes if i.name.name in "ab"]
    assert len(plan(both, base=snapshot(table, customers())).items) == 2


def test_index_that_serves_a_foreign_key_stays() -> None:
    table = orders(index(ORDERS, "a", "customer_id", scans=0))
    made = plan([needless_index(table.indexes[1], table, "unused_index")], base=snapshot(table, customers()))
    assert not made.items
    assert made.settled[0].reason == "index a is the only one left that serves foreign key orders_customer_id_fkey"


def test_unique_index_stays_unless_another_keeps_the_rule() -> None:
    table = orders(index(ORDERS, "u", "placed", "note", unique=True, scans=0))
    made = plan([needless_index(table.indexes[1], table, "unused_index")], base=snapshot(table, customers()))
    assert "enforces uniqueness" in made.settled[0].reason
    stricter = orders(index(ORDERS, "u", "placed", "note", unique=True), index(ORDERS, "s", "placed", unique=True))
    assert len(plan([needless_index(stricter.indexes[1], stricter)], base=snapshot(stricter, customers())).items) == 1


def test_replica_identity_and_invalid_indexes() -> None:
    table = orders(
        index(ORDERS, "r", "placed", scans=0, replica_identity=True), index(ORDERS, "x", "note", unique=True, valid=False)
    )
    made = plan([needless_index(i, table) for i in table.indexes[1:]], base=snapshot(table, customers()))
    assert changes(made) == ["DROP INDEX CONCURRENTLY public.x"]


def test_drop_waits_for_the_index_that_covers_it() -> None:
    table = orders(index(ORDERS, "a", "customer_id"))
    dropped = needless_index(table.indexes[1], table, severity=Severity.CRITICAL)
    made = plan([dropped, missing_index("customer_id", "placed", check="missing_index")], base=snapshot(table, customers()))
    assert [item.task and item.task.lead.check for item in made.items] == ["missing_index", "redundant_index"]
    assert made.items[1].depends_on == (made.items[0].id,)


def test_one_type_for_a_column() -> None:
    made = plan([retyped("note", "text", "a"), retyped("note", "numeric", "b", severity=Severity.CRITICAL)])
    assert changes(made) == ["ALTER TABLE public.orders ALTER COLUMN note TYPE numeric"]
    assert made.items[0].keys == tuple(f"{c} postgresql column public.orders.note" for c in "ba")


def test_primary_key_is_the_replica_identity() -> None:
    key = Change(
        ChangeKind.SCHEMA,
        Strategy.STANDARD,
        (Step("ALTER TABLE public.orders ADD PRIMARY KEY (id)"),),
        (),
        "l",
        "d",
        no_undo="test",
    )
    full = Change(
        ChangeKind.SCHEMA,
        Strategy.STANDARD,
        (Step("ALTER TABLE public.orders REPLICA IDENTITY FULL"),),
        (),
        "l",
        "d",
        no_undo="test",
    )
    pair = [
        finding("missing_replica_identity", table_subject(ORDERS), full, Area.KEYS, severity=Severity.CRITICAL),
        finding("missing_primary_key", table_subject(ORDERS), key, Area.KEYS),
    ]
    assert changes(plan(pair)) == ["ALTER TABLE public.orders ADD PRIMARY KEY (id)"]


def test_superseded_subject() -> None:
    table = orders(index(ORDERS, "a", "placed"))
    winner = replace(retyped("placed", "date", "text_date"), supersedes=(index_subject(ORDERS, "a").key,))
    made = plan([winner, needless_index(table.indexes[1], table)], base=snapshot(table, customers()))
    assert len(made.items) == 1 and len(made.items[0].keys) == 2


def test_rebuilding_an_invalid_index_makes_a_new_one_needless() -> None:
    table = orders(index(ORDERS, "a", "customer_id", valid=False))
    rebuild = Change(
        ChangeKind.INDEX,
        Strategy.ONLINE_DDL,
        (Step("REINDEX INDEX CONCURRENTLY public.a", alone=True),),
        (),
        "l",
        "d",
        no_undo="same",
    )
    broken = finding("invalid_index", index_subject(ORDERS, "a"), rebuild)
    made = plan([missing_index("customer_id"), broken], base=snapshot(table, customers()))
    assert changes(made) == ["REINDEX INDEX CONCURRENTLY public.a"]


def test_foreign_key_waits_for_index_rows_and_types() -> None:
    made = plan(
        [foreign_key(), orphans_removed(), missing_index("customer_id"), retyped("customer_id", "integer", "type_mismatch")]
    )
    by_check = {item.task.lead.check: item for item in made.items if item.task}
    needed = {str(by_check[c].id) for c in ("orphaned_rows", "unindexed_foreign_key", "type_mismatch")}
    assert {str(i) for i in by_check["missing_foreign_key"].depends_on} == needed
    assert by_check["type_mismatch"].id in by_check["unindexed_foreign_key"].depends_on
    places = {item.id: n for n, item in enumerate(made.items)}
    assert all(places[other] < places[item.id] for item in made.items for other in item.depends_on)


def test_order_is_impact_times_confidence_over_risk() -> None:
    made = plan(some_findings())
    scores = [item.task.score for item in made.items if item.task]
    assert scores == sorted(scores, reverse=True)


ALL = [
    *some_findings(),
    foreign_key(),
    orphans_removed(),
    missing_index("placed", check="missing_index"),
    retyped("note", "numeric", "b"),
]


@given(st.permutations(ALL))
def test_the_findings_order_does_not_matter(shuffled: list[Finding]) -> None:
    expected, made = plan(ALL), plan(shuffled)
    assert [(i.id, i.keys, i.depends_on) for i in made.items] == [(i.id, i.keys, i.depends_on) for i in expected.items]


def test_ids_by_area_and_plans_by_table() -> None:
    made = plan(some_findings())
    assert {str(i.id) for i in made.items} == {"DB-ITEM-1.1", "DB-ITEM-3.1", "DB-ITEM-4.1", "DB-ITEM-7.1"}
    assert {(str(p.id), p.key, p.label) for p in made.plans} == {
        ("DB-PLAN-1.1", "plan 1 public.orders", "orders: index strategy"),
        ("DB-PLAN-3.1", "plan 3 public.orders", "orders: data types"),
        ("DB-PLAN-4.1", "plan 4 public.orders", "orders: table structure"),
        ("DB-PLAN-7.1", "plan 7 settings", "settings: configuration"),
    }


def test_mutes_baseline_and_expiry() -> None:
    mutes = (
        Mute("unindexed_*", "public.orders.*", "never deleted", date(2027, 1, 1)),
        Mute("integer_note", "*", "was to be done in spring", date(2026, 5, 1)),
    )
    made = plan(some_findings(), muting=Muting(mutes, frozenset({setting().key})))
    assert {(m.finding.check, m.reason) for m in made.muted} == {
        ("unindexed_foreign_key", "never deleted"),
        ("small_shared_buffers", "baseline"),
    }
    assert made.expired == mutes[1:]
    assert len(made.items) == 2


def test_growth_and_forecast() -> None:
    volume = plan([]).context.volumes[0]
    assert (volume.name, volume.rows_per_day, volume.rows_in_a_year) == ("public.orders", 5_000.0, 3_025_000.0)
    young = replace(snapshot(), counters_since=datetime(2026, 11, 20, 9, 30, tzinfo=UTC))
    volume = plan([], base=young).context.volumes[0]
    assert (volume.rows_per_day, volume.rows_in_a_year) == (35_000.0, None)


def test_workload_share_and_access() -> None:
    texts = (
        "SELECT 1",
        "UPDATE t SET a = $1",
        "WITH x AS (DELETE FROM t RETURNING a) SELECT * FROM x",
        "VACUUM t",
        "/* c */ (SELECT 2)",
    )
    statements = tuple(WorkloadStatement(str(n), t, 1, 20.0 - n, 5.0, 1) for n, t in enumerate(texts))
    load = plan([], base=replace(snapshot(), workload=Workload("pg_stat_statements 1.12", statements))).context.statements
    assert [s.access for s in load] == ["read", "write", "write", "other", "read"]
    assert abs(sum(s.share for s in load) - 1) < 1e-9


CLEAN = tuple(CheckRun(area.name.lower(), area, "reads") for area in Area)


def lines(made: Plan) -> dict[str, bool]:
    return {line.title.split()[0]: line.done for line in made.checklist}


def test_checklist_of_a_clean_database() -> None:
    since = datetime(2026, 11, 8, tzinfo=UTC)
    workload = Workload("pg_stat_statements 1.12", (WorkloadStatement("1", "SELECT 1", 1, 1.0, 1.0, 1),), since)
    made = make_plan(replace(snapshot(), workload=workload), [], None, today=TODAY, checks=CLEAN)
    assert lines(made) == {
        "All": True, "Indexes": True, "Every": True, "Query": False, "Connection": False, "Security:": False, "Data": True,
    }  # fmt: skip
    assert "pg_stat_statements 1.12" in made.checklist[1].proof


def test_checklist_says_what_is_missing() -> None:
    made = plan(some_findings(), not_run={"integer_note": "no right to read"})
    assert "missing: query patterns" in made.checklist[1].proof
    assert "open: DB-ITEM-1.1" in made.checklist[1].proof
    assert made.checklist[2].done
    assert "not run: integer_note" in made.checklist[6].proof
    untested = plan([replace(missing_index("customer_id"), trial=Trial("PostgreSQL 18.1", done=True, verified=True, undone=False))])
    assert untested.checklist[2].proof == "0 of 1 done and undone in the lab (verified); not tested: DB-ITEM-1.1"
    keyless = replace(customers(), keys=())
    assert "without a primary key: public.customers" in plan([], base=snapshot(orders(), keyless)).checklist[0].proof
    files = make_plan(snapshot(origin=Origin.SQL_FILES), [], None, today=TODAY, checks=CLEAN)
    assert lines(files)["Indexes"] is False and lines(files)["Connection"] is False


def test_checklist_is_not_ticked_by_checks_that_could_not_see() -> None:
    unread = tuple(replace(run, unanswered=frozenset({ORDERS})) if run.area is Area.KEYS else run for run in CLEAN)
    blind = tuple(replace(run, blind="use is counted for 3 hours") if run.area is Area.TYPES else run for run in unread)
    made = make_plan(snapshot(), [], None, today=TODAY, checks=blind)
    assert not lines(made)["All"] and "could not see everything (Not checked says why): keys" in made.checklist[0].proof
    assert not lines(made)["Data"] and "could not see everything (Not checked says why): types" in made.checklist[6].proof


def test_checklist_counts_rollbacks_by_what_was_seen() -> None:
    vacuum = Change(
        ChangeKind.MAINTENANCE, Strategy.STANDARD, (Step("VACUUM public.orders"),), (), "l", "d", no_undo="no data changed"
    )
    ran = finding("dead_rows", table_subject(ORDERS), vacuum, trial=Trial("PostgreSQL 18.1", done=True))
    failed = replace(missing_index("note"), trial=Trial("PostgreSQL 18.1"))
    rollbacks = plan([missing_index("customer_id"), ran, failed]).checklist[2]
    assert not rollbacks.done
    assert rollbacks.proof.startswith(
        "1 of 3 done and undone in the lab (verified); 1 done, with nothing to undo; not tested: DB-ITEM-1."
    )


def test_connections_are_counted_only_when_they_could_be_read() -> None:
    facts = PostgresFacts(settings=(Setting("max_connections", "100", None, "default", "100", "postmaster"),))
    seen = replace(snapshot(), postgres=facts)
    assert (
        "0 of 100 connections in use at the moment of reading, beside our own (observed)" in plan([], base=seen).checklist[4].proof
    )
    hidden = replace(seen, gaps=(Gap("client sessions", "the time limit was reached", "Run again."),))
    assert "connections in use" not in plan([], base=hidden).checklist[4].proof


def test_expression_index_is_no_cover() -> None:
    plain = index(ORDERS, "a", "placed")
    expression = replace(index(ORDERS, "e", "x"), entries=(IndexEntry(None, "lower(note)"),))
    table = orders(plain, expression)
    gone = [
        needless_index(plain, table),
        finding("other", column_subject(ORDERS, "note"), needless_index(expression, table).change),
    ]
    assert len(plan(gone, base=snapshot(table, customers())).items) == 2


def test_mariadb_statements_are_understood() -> None:
    assert PASSED.undone
    change = Change(
        ChangeKind.INDEX, Strategy.ONLINE_DDL, (Step("ALTER TABLE `public`.`orders` DROP INDEX `a`"),), (), "l", "d", no_undo="test"
    )
    table = orders(index(ORDERS, "a", "customer_id"))
    dropped = finding("redundant_index", index_subject(ORDERS, "a"), change, engine=Engine.MARIADB)
    made = plan([dropped], base=snapshot(table, customers(), engine=Engine.MARIADB))
    assert "foreign key" in made.settled[0].reason


def test_checks_of_runs() -> None:
    assert {r.slug for r in runs()} == {f.check for f in some_findings()}
    assert decision().change.advice_only
