"""Views, triggers, routines and sequences."""

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

from dbarchitect.engines.mysql.session import Row
from dbarchitect.model.catalog import Column, Routine, RoutineKind, Trigger, View
from dbarchitect.model.catalog import Sequence as SequenceObject
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.sql.identifiers import quote_literal, quote_name, quote_qualified

# a table in the canonical text of a view is `schema`.`name`, not followed by a column, not itself the tail of a longer name
_PAIR = re.compile(r"(?<![.`])`((?:[^`]|``)+)`\.`((?:[^`]|``)+)`(?!\.)")


def _dependencies(definition: str, known: Collection[QualifiedName]) -> tuple[QualifiedName, ...]:
    pairs = (QualifiedName(a.replace("``", "`"), b.replace("``", "`")) for a, b in _PAIR.findall(definition))
    return tuple(sorted({pair for pair in pairs if pair in known}))


def read_views(
    schema: str, rows: Sequence[Row], columns: Mapping[str, tuple[Column, ...]], known: Collection[QualifiedName]
) -> tuple[View, ...]:
    """The views; the definition is empty without the SHOW VIEW right."""
    return tuple(
        View(
            name=QualifiedName(schema, str(row["name"])),
            materialized=False,
            definition=str(row["definition"] or ""),
            columns=columns.get(str(row["name"]), ()),
            depends_on=_dependencies(str(row["definition"] or ""), known),
            owner=str(row["definer"]),
            options=(f"SQL SECURITY {row['security']}",),
        )
        for row in rows
    )


def _definer(account: str) -> str:
    user, _, host = account.rpartition("@")
    return f"{quote_name(Engine.MYSQL, user)}@{quote_name(Engine.MYSQL, host)}" if user or host else "CURRENT_USER"


def read_triggers(schema: str, rows: Sequence[Row]) -> tuple[Trigger, ...]:
    """The triggers; MySQL's always work row by row and cannot be switched off."""
    triggers = []
    for row in rows:
        name, table = QualifiedName(schema, str(row["name"])), QualifiedName(schema, str(row["table_name"]))
        definition = (
            f"CREATE DEFINER={_definer(str(row['definer']))} TRIGGER {quote_qualified(Engine.MYSQL, name)} "
            f"{row['timing']} {row['event']} ON {quote_qualified(Engine.MYSQL, table)} FOR EACH ROW {row['body']}"
        )
        triggers.append(Trigger(name.name, table, str(row["timing"]), (str(row["event"]),), True, None, True, definition))
    return tuple(triggers)


def _arguments(rows: Sequence[Row], *, with_modes: bool) -> str:
    texts = []
    for row in rows:
        mode = f"{row['mode']} " if with_modes and row["mode"] else ""
        texts.append(f"{mode}{quote_name(Engine.MYSQL, str(row['name']))} {row['type']}")
    return ", ".join(texts)


def _routine(schema: str, row: Row, parameters: Sequence[Row]) -> Routine:
    name, function = QualifiedName(schema, str(row["name"])), row["kind"] == "FUNCTION"
    arguments = _arguments(parameters, with_modes=not function)
    returns = f" RETURNS {row['returns']}" if function else ""
    words = [
        "DETERMINISTIC" if row["is_deterministic"] else "NOT DETERMINISTIC",
        str(row["data_access"]),
        f"SQL SECURITY {row['security']}",
    ]
    if row["comment"]:
        words.append(f"COMMENT {quote_literal(Engine.MYSQL, str(row['comment']))}")
    head = (
        f"CREATE DEFINER={_definer(str(row['definer']))} {row['kind']} {quote_qualified(Engine.MYSQL, name)}({arguments}){returns}"
    )
    return Routine(
        name=name,
        arguments=arguments,
        kind=RoutineKind.FUNCTION if function else RoutineKind.PROCEDURE,
        language=str(row["language"]),
        returns=str(row["returns"]) if function else None,
        definition=f"{head} {' '.join(words)} {row['body']}" if row["body"] else "",
        volatility="DETERMINISTIC" if row["is_deterministic"] else "NOT DETERMINISTIC",
        security_definer=row["security"] == "DEFINER",
        owner=str(row["definer"]),
        public_execute=False,
        comment=row["comment"] or None,
    )


def read_routines(schema: str, rows: Sequence[Row], parameters: Sequence[Row]) -> tuple[Routine, ...]:
    """Functions and procedures; the definition is empty without the right to see the body."""
    by_routine = {key: list(group) for key, group in groupby(parameters, key=lambda p: (p["routine"], p["kind"]))}
    return tuple(_routine(schema, row, by_routine.get((row["name"], row["kind"]), [])) for row in rows)


def sequence_of(name: QualifiedName, row: Row | None) -> SequenceObject:
    """A sequence of MariaDB. The last value is that of the reserved block: numbers up to it are taken or cached."""
    if row is None:
        return SequenceObject(name, "bigint", 1, 1, 2**63 - 2, 1, False, readable=False)
    start, increment, following = int(row["start_value"]), int(row["increment"]), int(row["next_not_cached_value"])
    return SequenceObject(
        name=name,
        type="bigint",
        start=start,
        minimum=int(row["minimum_value"]),
        maximum=int(row["maximum_value"]),
        increment=increment,
        cycle=bool(row["cycle_option"]),
        cache=int(row["cache_size"]),
        last_value=None if following == start else following - increment,
    )
