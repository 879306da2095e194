"""Foreign key whose column has another type than the key it points at.

A narrower column cannot hold every key of its parent: inserts fail one day with "out of range". Columns of different families
(integer to numeric) convert at every check and every join, and an index may not serve.

Ignore it when the parent can never grow past the narrower type. A wider child, and text beside varchar, do no harm and are not
reported.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.keys._numbers import Numbering
from dbarchitect.checks.keys._retype_key import retype_keys
from dbarchitect.model.catalog import TEXTUAL, Column, ForeignKey, Table, TypeFamily
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, constraint_subject
from dbarchitect.model.snapshot import Snapshot

CODES = ("KEY-02",)
ENGINES = (Engine.POSTGRESQL,)


def _harmful(child: Column, parent: Column) -> bool:
    a, b = child.type, parent.type
    if a.name == b.name or (a.family in TEXTUAL and b.family in TEXTUAL):
        return False
    if a.family is TypeFamily.INTEGER and b.family is TypeFamily.INTEGER:
        return (a.bytes or 0) < (b.bytes or 0)
    return True


def _pairs(snapshot: Snapshot, table: Table, key: ForeignKey) -> list[tuple[Column, Table, Column]]:
    """Columns of the key beside those that they point at, where the types do not fit."""
    parent = snapshot.table(key.target)
    if parent is None:
        return []
    both = ((table.column(a), parent.column(b)) for a, b in zip(key.columns, key.target_columns, strict=True))
    return [(a, parent, b) for a, b in both if a is not None and b is not None and _harmful(a, b)]


def _outgrown(snapshot: Snapshot, child: Column, parent: Table, column: Column) -> str:
    """What is known of how close the parent's numbers are to the child's limit."""
    sequence, limit = Numbering(snapshot).of(parent, column), child.type.integer_maximum
    if sequence is None or sequence.last_value is None or limit is None:
        return ""
    return f" The parent's numbers have reached {sequence.last_value:,}; {child.name} holds up to {limit:,}."


def _new_type(column: Column) -> str:
    return column.type.text.split(" GENERATED")[0]


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each foreign key with a narrower or foreign type."""
    for table, key in snapshot.catalog.references():
        pairs = [] if key.inherited else _pairs(snapshot, table, key)
        if not pairs:
            continue
        child, parent, column = pairs[0]
        narrow = child.type.family is column.type.family
        words = ", ".join(f"{a.name} is {a.type.text}, {key.target}.{b.name} is {b.type.text}" for a, _, b in pairs)
        effect = "a key beyond the narrower type cannot be referenced" if narrow else "each check and join converts"
        yield Finding(
            subject=constraint_subject(table.name, key.name),
            title=f"foreign key {key.name} joins two types",
            claim=f"In {table.name} ({table_facts(snapshot, table)}) {words}: {effect}.{_outgrown(snapshot, child, parent, column)}",
            evidence=(Evidence(EvidenceKind.OBSERVED, words),),
            change=retype_keys(snapshot, [(table, a) for a, _, _ in pairs], _new_type(column)),
            severity=Severity.WARNING,
            weight=share_of_database(snapshot, table),
            benefit="every key of the parent can be referenced",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, rate numeric UNIQUE);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id int REFERENCES customers (id), rate int REFERENCES customers (rate));
""",
        good="""
CREATE TABLE customers (id int PRIMARY KEY, code varchar(10) UNIQUE, name varchar(20) UNIQUE);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id), code text REFERENCES customers (code),
    name varchar(30) REFERENCES customers (name));
""",
        yields=("constraint public.orders.orders_customer_id_fkey", "constraint public.orders.orders_rate_fkey"),
    ),
)
