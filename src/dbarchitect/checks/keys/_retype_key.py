"""The change of an integer key to another width together with what hangs on it: its sequence and referencing columns."""

from dataclasses import replace

from dbarchitect.checks._names import listed, mentions
from dbarchitect.checks._tables import unsound_indexes, views_using
from dbarchitect.checks._weigh import in_bytes
from dbarchitect.model.catalog import Column, Sequence, Table
from dbarchitect.model.change import Change, ChangeKind, Risk, Step
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice
from dbarchitect.sql.columns import Retype, retype_columns, retype_statement, types_are
from dbarchitect.sql.identifiers import quote_qualified
from dbarchitect.sql.view_changes import around, standing_views

Target = tuple[Table, Column]


def narrower_references(snapshot: Snapshot, table: Table, column: Column, width: int) -> list[Target]:
    """Columns that point at this one by a foreign key and are narrower than `width` bytes."""
    found = []
    for child, key in snapshot.references_to(table.name):
        if column.name in key.target_columns and not key.inherited:
            own = child.column(key.columns[key.target_columns.index(column.name)])
            if own is not None and (own.type.bytes or width) < width and (child, own) not in found and own is not column:
                found.append((child, own))
    return found


def obstacles(snapshot: Snapshot, targets: list[Target]) -> list[str]:
    """What makes the server refuse a new type, views apart: partition keys, generated columns, policies, invalid indexes."""
    found = []
    for table, column in targets:
        if table.partition_key and mentions(table.partition_key.definition, column.name):
            found.append(f"the partition key of {table.name}")
        found += [
            f"generated column {c.name}" for c in table.columns if c.generated and mentions(c.generated.expression, column.name)
        ]
        policies = snapshot.postgres.policies if snapshot.postgres else ()
        found += [
            f"policy {p.name}" for p in policies if p.table == table.name and mentions(f"{p.using} {p.with_check}", column.name)
        ]
        found += [f"invalid index {i.name.name}, which it would build too," for i in unsound_indexes(table)]
    return list(dict.fromkeys(found))


def retype_keys(snapshot: Snapshot, targets: list[Target], new_type: str, sequence: Sequence | None = None) -> Change:
    """Give these columns a new type, one ALTER TABLE each, and their sequence the room for it. Views that use them are dropped and
    made again in the same transaction.

    Advice alone when something else that the server protects uses one of the columns, or a view could not come back as it was.
    """
    standing = standing_views(snapshot, [view for t, c in targets for view in views_using(snapshot, t, c.name)])
    blocked = [*obstacles(snapshot, targets), *standing.refusals]
    names = listed([f"{t.name}.{c.name}" for t, c in targets])
    if blocked:
        return advice(
            ChangeKind.SCHEMA,
            f"ALTER COLUMN … TYPE {new_type} on {names} has in its way: {listed(blocked)}. Take that away, change the type, make it anew.",
            risk=Risk.HIGH,
        )
    retypes = [(table, Retype(column, new_type, default=column.default)) for table, column in targets]
    size = sum(snapshot.bytes(table) or 0 for table, _ in targets)
    first = retype_columns(targets[0][0], (retypes[0][1],), large=size >= 1_000_000_000)
    steps = [Step(retype_statement(t.name, (r,))) for t, r in retypes]
    undo = [Step(retype_statement(t.name, (r,), forward=False)) for t, r in retypes]
    # an identity column's sequence follows the column by itself
    if sequence is not None and not sequence.identity and sequence.type != "int8" and new_type == "bigint":
        name = quote_qualified(Engine.POSTGRESQL, sequence.name)
        steps.append(Step(f"ALTER SEQUENCE {name} AS {new_type}"))
        undo.insert(0, Step(f"ALTER SEQUENCE {name} AS {sequence.type}"))
    widened = replace(
        first,
        steps=tuple(steps),
        undo=tuple(undo),
        verify=types_are(*((t.name, r) for t, r in retypes)),
        lock="ACCESS EXCLUSIVE on each of these tables: reads and writes wait",
        duration=f"as long as writing {in_bytes(size)} anew with all indexes"
        if size
        else "as long as writing the tables and their indexes anew",
        hazards=(*first.hazards, "undo fails once a number no longer fits the old type"),
        why_strategy="the type changes the width of every row, so that the server writes the table anew",
    )
    return around(widened, standing)
