"""Small real values for tests of plan and report: a catalogue of a shop and findings about it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from dbarchitect.model.catalog import (
    Catalog,
    Column,
    DataType,
    ForeignKey,
    Index,
    IndexEntry,
    Key,
    Table,
    TableKind,
    TableSize,
    TypeFamily,
)
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Area, Confidence, Finding, Severity, Trial
from dbarchitect.model.names import (
    Engine,
    QualifiedName,
    ServerVersion,
    Subject,
    SubjectKind,
    column_subject,
    constraint_subject,
    global_subject,
    index_subject,
    table_subject,
)
from dbarchitect.model.snapshot import Origin, Snapshot
from dbarchitect.model.task import CheckRun, Muting, Plan, Todo
from dbarchitect.model.usage import IndexUsage, TableUsage
from dbarchitect.plan import make_plan
from dbarchitect.report.markdown import render
from dbarchitect.report.todo import parse_todo
from dbarchitect.sql.changes import add_constraint_definition, advice, constraint_exists, create_index, drop_index, set_parameter

TODAY = date(2026, 11, 22)
TAKEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
BIGINT = DataType("bigint", "int8", TypeFamily.INTEGER, bytes=8)
ORDERS = QualifiedName("public", "orders")
CUSTOMERS = QualifiedName("public", "customers")


def index(table: QualifiedName, name: str, *columns: str, unique: bool = False, scans: int = 5, **others: bool) -> Index:
    word = "UNIQUE INDEX" if unique else "INDEX"
    definition = f"CREATE {word} {name} ON {table} USING btree ({', '.join(columns)})"
    entries = tuple(IndexEntry(c) for c in columns)
    made = Index(
        QualifiedName(table.schema, name), table, "btree", entries, unique=unique, definition=definition, bytes=8_000_000,
        usage=IndexUsage(scans),
    )  # fmt: skip
    return replace(made, **others)  # type: ignore[arg-type]


def orders(*indexes: Index) -> Table:
    names = ("id", "customer_id", "placed", "note")
    return Table(
        ORDERS,
        TableKind.TABLE,
        tuple(Column(n, i + 1, BIGINT, nullable=False) for i, n in enumerate(names)),
        keys=(Key("orders_pkey", True, ("id",), "orders_pkey"),),
        foreign_keys=(ForeignKey("orders_customer_id_fkey", ("customer_id",), CUSTOMERS, ("id",)),),
        indexes=(index(ORDERS, "orders_pkey", "id", unique=True), *indexes),
        rows=1_200_000,
        size=TableSize(90_000_000, 0, 40_000_000),
        usage=TableUsage(rows_inserted=70_000, rows_deleted=0, rows_updated=9),
    )


def customers() -> Table:
    return Table(
        CUSTOMERS,
        TableKind.TABLE,
        (Column("id", 1, BIGINT, nullable=False),),
        keys=(Key("customers_pkey", True, ("id",), "customers_pkey"),),
        indexes=(index(CUSTOMERS, "customers_pkey", "id", unique=True),),
        rows=4_000,
        size=TableSize(800_000, 0, 90_000),
    )


def snapshot(*tables: Table, origin: Origin = Origin.LIVE, engine: Engine = Engine.POSTGRESQL, database: str = "shop") -> Snapshot:
    catalog = Catalog(
        engine,
        ServerVersion(18, 1),
        "PostgreSQL 18.1",
        database,
        ("public",),
        tables or (orders(), customers()),
        size_bytes=140_000_000,
    )
    return Snapshot(
        catalog, origin, f"postgresql://app@db/{database}", TAKEN, "0.1.0", counters_since=datetime(2026, 11, 8, 9, 30, tzinfo=UTC)
    )


PASSED = Trial("PostgreSQL 18.1", done=True, verified=True, undone=True)


def finding(check: str, subject: Subject, change: Change, area: Area = Area.INDEXES, **others: object) -> Finding:
    base = Finding(
        subject,
        f"{check} of {subject.label}",
        f"{subject.label} has the problem that {check} looks for.",
        (Evidence(EvidenceKind.OBSERVED, "it stands in the catalogue", "SELECT 1"),),
        change,
        Severity.WARNING,
        check=check,
        area=area,
        trial=PASSED if change.steps else None,
    )
    return replace(base, **others)  # type: ignore[arg-type]


def missing_index(*columns: str, check: str = "unindexed_foreign_key", **others: object) -> Finding:
    name = f"ix_orders_{'_'.join(columns)}"
    change = create_index(Engine.POSTGRESQL, orders(), name, columns)
    return replace(finding(check, constraint_subject(ORDERS, f"orders_{columns[0]}_fkey"), change), **others)  # type: ignore[arg-type]


def needless_index(victim: Index, table: Table, check: str = "redundant_index", **others: object) -> Finding:
    change = drop_index(Engine.POSTGRESQL, table, victim)
    return replace(finding(check, index_subject(table.name, victim.name.name), change), **others)  # type: ignore[arg-type]


def retyped(column: str, to: str, check: str, **others: object) -> Finding:
    change = Change(
        ChangeKind.SCHEMA, Strategy.STANDARD,
        (Step(f"ALTER TABLE public.orders ALTER COLUMN {column} TYPE {to}"),),
        (Step(f"ALTER TABLE public.orders ALTER COLUMN {column} TYPE bigint"),),
        "ACCESS EXCLUSIVE on the table: reads and writes wait", "as long as writing the table anew", online=False, risk=Risk.HIGH,
    )  # fmt: skip
    return replace(finding(check, column_subject(ORDERS, column), change, Area.TYPES), **others)  # type: ignore[arg-type]


def foreign_key(check: str = "missing_foreign_key") -> Finding:
    key = ForeignKey(
        "orders_customer_fk",
        ("customer_id",),
        CUSTOMERS,
        ("id",),
        definition="FOREIGN KEY (customer_id) REFERENCES public.customers (id)",
    )
    change = Change(
        ChangeKind.SCHEMA, Strategy.STANDARD,
        (Step(add_constraint_definition(key, Engine.POSTGRESQL, ORDERS)),),
        (Step("ALTER TABLE public.orders DROP CONSTRAINT orders_customer_fk"),),
        "SHARE ROW EXCLUSIVE", "one scan", constraint_exists(Engine.POSTGRESQL, ORDERS, "orders_customer_fk"), risk=Risk.MEDIUM,
    )  # fmt: skip
    return finding(check, column_subject(ORDERS, "customer_id"), change, Area.KEYS)


def orphans_removed() -> Finding:
    change = Change(
        ChangeKind.MIGRATION, Strategy.BATCHED_DML,
        (Step("DELETE FROM public.orders o WHERE NOT EXISTS (SELECT FROM public.customers c WHERE c.id = o.customer_id)"),),
        (), "row locks", "seconds", Verification("SELECT 1", "0"), no_undo="deleted rows do not come back", risk=Risk.HIGH,
    )  # fmt: skip
    return finding("orphaned_rows", table_subject(ORDERS), change, Area.KEYS, severity=Severity.NOTICE)


def setting(name: str = "shared_buffers") -> Finding:
    change = set_parameter(name, "4GB", before=None, restart=True)
    return finding("small_shared_buffers", global_subject(SubjectKind.SETTING, name), change, Area.CONFIGURATION)


def decision(check: str = "entity_attribute_value") -> Finding:
    change = advice(ChangeKind.SCHEMA, "whether the attributes become columns is yours to decide")
    return finding(check, table_subject(ORDERS), change, Area.STRUCTURE, confidence=Confidence.POSSIBLE, severity=Severity.NOTICE)


def some_findings() -> list[Finding]:
    return [missing_index("customer_id"), retyped("note", "text", "integer_note"), setting(), decision()]


def runs(*findings: Finding, not_run: dict[str, str] | None = None) -> tuple[CheckRun, ...]:
    """All checks that these findings and `some_findings` come from."""
    known = {f.check: f.area for f in (*some_findings(), *findings)}
    return tuple(CheckRun(slug, area, f"what {slug} reads", (not_run or {}).get(slug)) for slug, area in sorted(known.items()))


def plan(findings: Sequence[Finding], previous: Todo | None = None, *, base: Snapshot | None = None, today: date = TODAY,
         muting: Muting | None = None, not_run: dict[str, str] | None = None) -> Plan:  # fmt: skip
    checks = runs(*findings, not_run=not_run)
    return make_plan(base or snapshot(), findings, previous, muting or Muting(), today=today, checks=checks)


def again(text: str, findings: Sequence[Finding], *, today: date = TODAY, base: Snapshot | None = None,
          not_run: dict[str, str] | None = None) -> str:  # fmt: skip
    """The file after one more review that finds these."""
    known = (*findings, *some_findings())
    checks = runs(*known, not_run=not_run)
    return render(make_plan(base or snapshot(), findings, parse_todo(text), today=today, checks=checks))
