"""Two foreign keys over the same columns to the same key.

Each runs its own checks for every inserted child and every deleted parent; one of them is superfluous. With different actions
the stricter or the acting one decides, which nobody sees from either declaration.

Ignore it while one replaces the other, added NOT VALID beside it.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import ForeignKey, ReferentialAction, Table
from dbarchitect.model.change import Change, ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, constraint_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.constraint_changes import drop_foreign_key

CODES = ("KEY-04",)
ENGINES = RELATIONAL


def _actions(key: ForeignKey) -> tuple[object, ...]:
    return (key.on_delete, key.on_update, key.match_full, key.deferrable, key.initially_deferred)


def _worth(key: ForeignKey) -> tuple[object, ...]:
    """Keys that are worth more to keep sort first: enforced, validated, acting, by name."""
    return (not key.enforced, not key.validated, _idle(key), key.name)


def _idle(key: ForeignKey) -> bool:
    """True when it takes no action. What MySQL calls RESTRICT is its default and the same as NO ACTION."""
    return {key.on_delete, key.on_update} <= {ReferentialAction.NO_ACTION, ReferentialAction.RESTRICT}


def _change(engine: Engine, table: Table, kept: ForeignKey, other: ForeignKey) -> Change:
    restricts = engine is Engine.POSTGRESQL and ReferentialAction.RESTRICT in (other.on_delete, other.on_update)
    idle = _idle(other) and not restricts
    same = _actions(kept) == _actions(other) or (
        idle and (kept.match_full, kept.deferrable) == (other.match_full, other.deferrable)
    )
    if same or not other.enforced:
        return drop_foreign_key(table, other, engine=engine)
    return advice(
        ChangeKind.SCHEMA,
        f"{kept.name} ({kept.definition}) and {other.name} ({other.definition}) differ in what they do: decide which is meant, drop the other.",
        risk=Risk.MEDIUM,
    )


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each foreign key that another one of its table repeats."""
    for table in snapshot.catalog.tables:
        groups: dict[object, list[ForeignKey]] = {}
        for key in table.foreign_keys:
            if not key.inherited:
                groups.setdefault((key.target, frozenset(zip(key.columns, key.target_columns, strict=True))), []).append(key)
        for group in groups.values():
            kept, *others = sorted(group, key=_worth)
            for other in others:
                differ = (
                    "" if _actions(kept) == _actions(other) else f", with other actions ({other.definition}; {kept.definition})"
                )
                yield Finding(
                    subject=constraint_subject(table.name, other.name),
                    title=f"foreign key {other.name} repeats {kept.name}",
                    claim=(
                        f"{other.name} and {kept.name} of {table.name} ({table_facts(snapshot, table)}) both check ({', '.join(other.columns)}) "
                        f"against {other.target}{differ}; every insert and every delete of a parent is checked twice."
                    ),
                    evidence=(Evidence(EvidenceKind.OBSERVED, f"{kept.definition}; {other.definition}"),),
                    change=_change(snapshot.engine, table, kept, other),
                    severity=Severity.WARNING if differ else Severity.NOTICE,
                    weight=share_of_database(snapshot, table),
                    benefit="one check for each row instead of two",
                    also=(constraint_subject(table.name, kept.name),),
                )


_TABLES = """
CREATE TABLE customers (id bigint PRIMARY KEY, code text UNIQUE);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id), other_id bigint REFERENCES customers (id));
"""
_MARIADB = """
CREATE TABLE customers (id bigint PRIMARY KEY, code varchar(9) UNIQUE);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, other_id bigint,
  CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers (id), CONSTRAINT of_other FOREIGN KEY (other_id) REFERENCES customers (id));
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLES
        + "ALTER TABLE orders ADD CONSTRAINT again FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE;"
        "ALTER TABLE orders ADD CONSTRAINT other_again FOREIGN KEY (other_id) REFERENCES customers (id);",
        good=_TABLES,
        yields=("constraint public.orders.orders_customer_id_fkey", "constraint public.orders.other_again"),
    ),
    Example(
        Engine.MARIADB,
        bad=_MARIADB
        + "ALTER TABLE orders ADD CONSTRAINT again FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE;"
        "ALTER TABLE orders ADD CONSTRAINT other_again FOREIGN KEY (other_id) REFERENCES customers (id);",
        good=_MARIADB,
        yields=("constraint {database}.orders.of_customer", "constraint {database}.orders.other_again"),
    ),
)
