"""Sequence that ends before the column it numbers, or that numbers nothing the catalogue knows.

`nextval` fails at the sequence's maximum although the column had room; a sequence made AS integer keeps that limit when the
column becomes bigint. A cycling one starts again from its minimum, and the numbers meet rows that have them.

Ignore it for sequences that are meant to cycle under values that need not be unique.
"""

from collections.abc import Iterator

from dbarchitect.checks.keys._numbers import Numbering
from dbarchitect.model.catalog import Column, Sequence, Table
from dbarchitect.model.change import Change
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, object_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_qualified
from dbarchitect.sql.key_changes import alter_sequence

CODES = ("KEY-15", "KEY-16")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_MAXIMUM = {"int2": 2**15 - 1, "int4": 2**31 - 1, "int8": 2**63 - 1}


def _users(snapshot: Snapshot) -> dict[object, list[tuple[Table, Column]]]:
    """The columns that each sequence numbers."""
    found: dict[object, list[tuple[Table, Column]]] = {}
    numbering = Numbering(snapshot)
    for table in snapshot.catalog.tables:
        for column in table.columns:
            sequence = numbering.of(table, column)
            if sequence is not None:
                found.setdefault(sequence.name, []).append((table, column))
    return found


def _share(sequence: Sequence) -> float:
    if sequence.last_value is None or sequence.increment < 0 or sequence.maximum <= sequence.minimum:
        return 0.0
    return (sequence.last_value - sequence.minimum) / (sequence.maximum - sequence.minimum)


def _column_ends_first(sequence: Sequence, users: list[tuple[Table, Column]]) -> bool:
    """True when a column that it numbers has no more room than the sequence: then the column is what must change."""
    room = [c.type.integer_maximum for _, c in users if c.type.integer_maximum is not None]
    return any(limit <= sequence.maximum for limit in room)


def _extend(sequence: Sequence) -> Change | None:
    whole = _MAXIMUM[sequence.type]
    if sequence.maximum < whole:
        return alter_sequence(sequence, "NO MAXVALUE", f"MAXVALUE {sequence.maximum}", maximum=whole)
    if sequence.type == "int8":
        return None
    return alter_sequence(sequence, "AS bigint", f"AS {sequence.type}", maximum=2**63 - 1)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each sequence near its own maximum."""
    users_of = _users(snapshot)
    for sequence in snapshot.catalog.sequences:
        users, share = users_of.get(sequence.name, []), _share(sequence)
        unique = [(t, c) for t, c in users if any(k.columns == (c.name,) for k in t.keys)]
        if share < limits.number_space_share or _column_ends_first(sequence, users) or (sequence.cycle and not unique):
            continue
        change = _extend(sequence)
        if change is None:
            continue
        numbers = f" of {users[0][0].name}.{users[0][1].name}" if users else ""
        end = "it starts again from its minimum, where numbers are taken" if sequence.cycle else "nextval fails"
        yield Finding(
            subject=object_subject(SubjectKind.SEQUENCE, sequence.name),
            title=f"sequence {sequence.name.name} is near its maximum",
            claim=(
                f"{sequence.name}{numbers} has given {sequence.last_value or 0:,} of {sequence.maximum:,} ({share:.0%}); "
                f"beyond that {end}, while the column has room."
                if users
                else f"{sequence.name} has given {sequence.last_value or 0:,} of {sequence.maximum:,} ({share:.0%}); beyond that {end}."
            ),
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"last value {sequence.last_value or 0:,}, maximum {sequence.maximum:,}",
                    f"SELECT last_value FROM {quote_qualified(snapshot.engine, sequence.name)}",
                ),
            ),
            change=change,
            severity=Severity.CRITICAL if share >= 0.85 else Severity.WARNING,
            weight=share,
            benefit="the column's whole number space can be used",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE a (id bigint PRIMARY KEY);
CREATE SEQUENCE numbers AS integer OWNED BY a.id;
ALTER TABLE a ALTER COLUMN id SET DEFAULT nextval('numbers');
CREATE SEQUENCE tickets MAXVALUE 999999;
SELECT setval('numbers', 2000000000), setval('tickets', 990000);
""",
        good="""
CREATE TABLE a (id int PRIMARY KEY);
CREATE SEQUENCE numbers OWNED BY a.id;
ALTER TABLE a ALTER COLUMN id SET DEFAULT nextval('numbers');
CREATE SEQUENCE tickets MAXVALUE 999999 CYCLE;
CREATE SEQUENCE never_used MAXVALUE 10;
SELECT setval('numbers', 2000000000), setval('tickets', 990000);
""",
        yields=("sequence public.numbers", "sequence public.tickets"),
    ),
)
