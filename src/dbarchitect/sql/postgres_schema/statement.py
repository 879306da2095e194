"""The statements that rebuild a schema, and what the server that they run on has and lacks."""

import re
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from dbarchitect.model.catalog import DataType
from dbarchitect.model.names import Engine, QualifiedName, Subject
from dbarchitect.sql.identifiers import quote_literal, quote_name, quote_qualified

POSTGRESQL = Engine.POSTGRESQL

T = TypeVar("T")

_QUALIFIED = re.compile(r'("(?:[^"]|"")+"|[^\W\d][\w$]*)\.("(?:[^"]|"")+"|[^\W\d][\w$]*)')


@dataclass(frozen=True, slots=True)
class Statement:
    """One step of the rebuild: what it is for and its SQL. An empty `sql` cannot be run: `stand_in` says why.

    `fallback` is run when `sql` fails: a poorer object of the same name, so that what depends on it can still be built.
    `stand_in` says that this statement itself already makes something poorer than the source has.
    """

    subject: Subject
    sql: str
    fallback: str | None = None
    stand_in: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """The server that the schema is rebuilt on. `extensions` that it can create (None: all of them).

    `missing_types` and `missing_collations` are used by the schema but neither defined by it nor known to the server.
    `superuser` is the role that runs the statements, `database` the new database's name.
    """

    database: str
    superuser: str = "postgres"
    extensions: frozenset[str] | None = None
    wrappers: frozenset[str] = frozenset()
    missing_types: frozenset[QualifiedName] = frozenset()
    missing_collations: frozenset[str] = frozenset()


def name(text: str) -> str:
    """A PostgreSQL name, quoted as needed."""
    return quote_name(POSTGRESQL, text)


def qualified(of: QualifiedName) -> str:
    """`schema.name`, quoted as needed."""
    return quote_qualified(POSTGRESQL, of)


def literal(text: str) -> str:
    """A string literal."""
    return quote_literal(POSTGRESQL, text)


def type_text(data_type: DataType, target: Target) -> str:
    """A column's type as SQL; of a type that the target lacks its stand-in, without the modifier in parentheses."""
    if data_type.user_defined and data_type.user_defined in target.missing_types and data_type.domain is None:
        return qualified(data_type.user_defined) + ("[]" if data_type.text.endswith("[]") else "")
    return data_type.text


def collation_text(collation: str | None, target: Target) -> str:
    """` COLLATE …` as a column or domain wants it; nothing for a collation that the target lacks."""
    if collation is None or collation in target.missing_collations:
        return ""
    return f" COLLATE {collation}"


def options_text(options: Iterable[str]) -> str:
    """Storage options `name=value` as ` WITH (name='value', …)`, nothing when there are none."""
    texts = [_option(option) for option in options]
    return f" WITH ({', '.join(texts)})" if texts else ""


def _option(option: str) -> str:
    key, _, value = option.partition("=")
    return f"{key}={literal(value)}"


def foreign_options(options: Iterable[str]) -> str:
    """Options of a foreign object as ` OPTIONS (name 'value', …)`."""
    texts = [f"{name(key)} {literal(value)}" for key, _, value in (option.partition("=") for option in options)]
    return f" OPTIONS ({', '.join(texts)})" if texts else ""


def names_in(text: str) -> set[QualifiedName]:
    """Every `schema.name` that occurs in a definition; also what only looks like one (`alias.column`)."""
    return {QualifiedName(_unquoted(a), _unquoted(b)) for a, b in _QUALIFIED.findall(text)}


def _unquoted(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part.lower()


def in_dependency_order(items: Collection[T], key: Callable[[T], Hashable], needs: Callable[[T], Iterable[Hashable]]) -> list[T]:
    """The items, each after those that it needs; otherwise in their own order. A cycle is cut where it is entered."""
    by_key: dict[Hashable, list[T]] = {}
    for item in items:
        by_key.setdefault(key(item), []).append(item)
    ordered: list[T] = []
    entered: set[Hashable] = set()
    for item in items:
        pending: list[tuple[Hashable, bool]] = [(key(item), False)]
        while pending:
            current, finished = pending.pop()
            if finished:
                ordered.extend(by_key[current])
            elif current in by_key and current not in entered:
                entered.add(current)
                pending.append((current, True))
                wanted = sorted({n for member in by_key[current] for n in needs(member)} & by_key.keys(), key=str, reverse=True)
                pending.extend((n, False) for n in wanted)
    return ordered
