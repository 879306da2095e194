"""Column order that wastes bytes in every row of a large table.

PostgreSQL places 8-byte values at multiples of 8: a boolean or an integer before one of them is followed by unused bytes. With wide columns first and
columns of varying length last, rows get smaller without losing anything.

Ignore it unless the table is being written anew anyhow (a move, a partitioning): the order of existing columns cannot be changed in place.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import listed
from dbarchitect.checks._tables import average_bytes, null_share, own_tables
from dbarchitect.checks._weigh import in_bytes, share_of_database, table_facts
from dbarchitect.model.catalog import Column, Table, TypeFamily
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SCH-31",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_LEAST_BYTES = 8
# typalign of fixed types whose alignment is not their width (pg_type)
_ALIGNMENT = {"uuid": 1, "timetz": 8, "interval": 8, "name": 1, "macaddr": 4, "macaddr8": 4, "tid": 2, "point": 8}


def _alignment(column: Column, width: int) -> int:
    fixed = column.type.bytes
    if fixed is None:
        # short values have a header of one byte and stand anywhere
        return 1 if width <= 127 else 4
    if column.type.family is TypeFamily.ENUM:
        return 4
    return _ALIGNMENT.get(column.type.name, fixed if fixed in (1, 2, 4, 8) else 8 if fixed > 8 else 1)


def row_bytes(columns: list[tuple[int, int]]) -> int:
    """The bytes of a row's values in this order of (width, alignment), filled up to a multiple of 8 as the server does."""
    offset = 0
    for width, alignment in columns:
        offset += -offset % alignment + width
    return offset + -offset % 8


def saving(snapshot: Snapshot, table: Table) -> tuple[int, list[str]] | None:
    """Bytes saved in each row by the best order, and that order; None when widths are unknown. Mostly NULL columns are left out."""
    present = [c for c in table.columns if (null_share(snapshot, table, c) or 0.0) < 0.5]
    known = [(c, w) for c in present if (w := average_bytes(snapshot, table, c)) is not None]
    if len(known) < len(present) or len(known) < 3:
        return None
    measured = [(c, w, _alignment(c, w)) for c, w in known]
    best = sorted(measured, key=lambda m: (m[0].type.bytes is None, -m[2], m[0].position))
    before, after = row_bytes([(w, a) for _, w, a in measured]), row_bytes([(w, a) for _, w, a in best])
    rest = [c.name for c in table.columns if c not in present]
    return before - after, [c.name for c, _, _ in best] + rest


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each large table whose rows would be at least 8 bytes smaller in another order."""
    for table in own_tables(snapshot):
        rows = snapshot.rows(table) or 0
        found = saving(snapshot, table) if rows >= limits.large_table_rows else None
        if found is None or found[0] < _LEAST_BYTES:
            continue
        each, order = found
        total = in_bytes(int(each * rows))
        yield Finding(
            subject=table_subject(table.name),
            title=f"{each} bytes of padding in each row",
            claim=(
                f"The order of columns of {table.name} ({table_facts(snapshot, table)}) leaves {each} unused bytes in each row, {total} "
                "altogether, as far as average widths tell."
            ),
            evidence=(
                Evidence(EvidenceKind.ESTIMATED, f"alignment of each type and average widths; best order: {listed(order, 40)}"),
            ),
            change=advice(
                ChangeKind.MIGRATION,
                f"Not worth a move of its own. When the table is written anew: CREATE TABLE with the columns in the order {', '.join(order)}, "
                "copy, create indexes and constraints, swap the names.",
                risk=Risk.MEDIUM,
            ),
            severity=Severity.NOTICE,
            weight=share_of_database(snapshot, table) / 4,
            benefit=f"about {total} less in the table (estimated)",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        limits=Limits(large_table_rows=5_000),
        bad="""
CREATE TABLE hits (bot boolean NOT NULL, id bigint PRIMARY KEY, ok boolean NOT NULL, at timestamptz NOT NULL, mobile boolean NOT NULL, n bigint);
INSERT INTO hits SELECT false, i, true, now(), false, i FROM generate_series(1, 6000) i;
ANALYZE;
""",
        good="""
CREATE TABLE hits (id bigint PRIMARY KEY, at timestamptz NOT NULL, n bigint, bot boolean NOT NULL, ok boolean NOT NULL, mobile boolean NOT NULL, path text);
INSERT INTO hits SELECT i, now(), i, false, true, false, 'x' FROM generate_series(1, 6000) i;
CREATE TABLE few (bot boolean NOT NULL, id bigint PRIMARY KEY, ok boolean NOT NULL, at timestamptz NOT NULL);
INSERT INTO few SELECT false, i, true, now() FROM generate_series(1, 2000) i;
ANALYZE;
""",
        yields=("table public.hits",),
    ),
)
