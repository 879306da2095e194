"""Changes of partitioned tables of PostgreSQL.

Source: the manual's pages of ALTER TABLE (ATTACH PARTITION, DETACH PARTITION) and CREATE TABLE (LIKE).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dbarchitect.model.catalog import Identity, Table
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.sql.identifiers import quote_columns, quote_literal, quote_name, quote_qualified

PG = Engine.POSTGRESQL


@dataclass(frozen=True, slots=True)
class NewPartition:
    """A partition to make: its bounds are SQL literals, the upper one exclusive."""

    name: QualifiedName
    lower: str
    upper: str


def move_out_of_default(parent: Table, default: Table, column: str, partitions: Sequence[NewPartition], facts: str) -> Change:
    """Make the partitions that are missing and move the rows that belong there out of the default partition; others stay in it.

    The new tables are filled before they are attached: rows of a range that is still the default partition's cannot be in a
    partition of their own. `facts` tells the size of what is moved from.
    """
    source, key = quote_qualified(PG, default.name), quote_name(PG, column)
    moved = quote_columns(PG, tuple(c.name for c in default.columns if not c.generated))
    # a partition shares its parent's identity since 17, and takes explicit numbers only when told to
    overriding = " OVERRIDING SYSTEM VALUE" if any(c.identity is Identity.ALWAYS for c in default.columns) else ""
    steps = [Step(f"LOCK TABLE {source} IN ACCESS EXCLUSIVE MODE")]
    undo: list[Step] = []
    for part in partitions:
        name = quote_qualified(PG, part.name)
        steps += [Step(sql) for sql in _fill(parent, source, name, f"{key} >= {part.lower} AND {key} < {part.upper}", moved)]
        bounds = f"FROM ({part.lower}) TO ({part.upper})"
        steps.append(Step(f"ALTER TABLE {quote_qualified(PG, parent.name)} ATTACH PARTITION {name} FOR VALUES {bounds}"))
        undo += [
            Step(f"ALTER TABLE {quote_qualified(PG, parent.name)} DETACH PARTITION {name}"),
            Step(f"INSERT INTO {source} ({moved}){overriding} SELECT {moved} FROM {name}"),
            Step(f"DROP TABLE {name}"),
        ]
    made = " AND ".join(f"to_regclass({quote_literal(PG, quote_qualified(PG, part.name))}) IS NOT NULL" for part in partitions)
    return Change(
        ChangeKind.MIGRATION, Strategy.STANDARD, tuple(steps), tuple(undo),
        "ACCESS EXCLUSIVE on the default partition: its reads and writes wait, those of other partitions go on; "
        "SHARE UPDATE EXCLUSIVE on the partitioned table",
        f"as long as deleting the moved rows, writing them again with their indexes and reading what stays ({facts})",
        Verification(f"SELECT {made}", "t"), online=False, risk=Risk.MEDIUM,
        why_strategy="a range can only be attached once its rows are out of the default partition",
        hazards=(
            "writers that wait for the default partition hold other locks: set lock_timeout, and run it in quiet hours",
            "many rows: copy them to the new table in batches beforehand, and in this transaction only what came since",
        ),
        assumptions=("rows outside of the new ranges, if there are any, stay in the default partition",),
    )  # fmt: skip


def _fill(parent: Table, source: str, name: str, condition: str, columns: str) -> tuple[str, str]:
    like = "INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE"
    return (
        f"CREATE TABLE {name} (LIKE {quote_qualified(PG, parent.name)} {like})",
        f"WITH moved AS (DELETE FROM {source} WHERE {condition} RETURNING {columns}) "
        f"INSERT INTO {name} ({columns}) SELECT {columns} FROM moved",
    )
