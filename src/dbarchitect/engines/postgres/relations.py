"""What the readers of tables, views and their parts share: names, columns, comments by object id."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from dbarchitect.engines.postgres.session import ReadSession, Rows
from dbarchitect.engines.postgres.types import DataTypes
from dbarchitect.model.catalog import Column, Generated, Identity, Index
from dbarchitect.model.names import QualifiedName

_STORAGE = {"p": "plain", "e": "external", "m": "main", "x": "extended"}
_COMPRESSION = {"p": "pglz", "l": "lz4"}
DEFAULT_COLLATION = 100
"""pg_collation's `default` (src/include/catalog/pg_collation.dat)."""


class Comments:
    """COMMENT ON texts by catalogue, object and column."""

    def __init__(self, rows: Rows) -> None:
        self._texts = {(row.catalogue, row.object, row.sub_object): row.description for row in rows}

    def of(self, catalogue: str, oid: int, column: int = 0) -> str | None:
        """The comment on an object of that catalogue (`pg_class`), or on a column of it."""
        return self._texts.get((catalogue, oid, column))


@dataclass(slots=True)
class Relations:
    """What the readers of tables, views and their parts share, by object id."""

    rows: dict[int, Any]
    types: DataTypes
    comments: Comments
    locked: tuple[int, ...]
    collations: dict[int, str] = field(default_factory=lambda: {DEFAULT_COLLATION: '"default"'})
    parents: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    names: dict[int, QualifiedName] = field(default_factory=dict)
    columns: dict[int, list[Column]] = field(default_factory=dict)
    column_names: dict[int, dict[int, str]] = field(default_factory=dict)
    column_collations: dict[tuple[int, int], int] = field(default_factory=dict)
    indexes: dict[int, list[Index]] = field(default_factory=dict)

    def read_collations(self, session: ReadSession, wanted: set[int]) -> None:
        """Fill `collations` with those not known yet."""
        missing = wanted - self.collations.keys() - {0}
        if missing:
            self.collations |= {row.oid: row.name for row in session.ask("collations", wanted=sorted(missing))}

    def own(self, oid: int) -> bool:
        """True for a relation that belongs to the user, not to an extension."""
        row = self.rows.get(oid)
        return row is not None and not row.of_extension

    def columns_of(self, oid: int, positions: list[int] | None) -> tuple[str, ...]:
        """The names of columns by their numbers; 0 (an expression) is left out."""
        names = self.column_names.get(oid, {})
        return tuple(names[p] for p in positions or () if p in names)


def read_columns(session: ReadSession, relations: Relations) -> None:
    """Fill `columns`, `column_names` and `column_collations`."""
    not_null = {(row.relation, row.position): row for row in session.ask("not_null_constraints")}
    columns: dict[int, list[Column]] = defaultdict(list)
    names: dict[int, dict[int, str]] = defaultdict(dict)
    rows = session.ask("columns", locked=relations.locked)
    relations.read_collations(session, {row.collation for row in rows})
    for row in rows:
        names[row.relation][row.position] = row.name
        if row.collation not in (0, DEFAULT_COLLATION):
            relations.column_collations[row.relation, row.position] = row.collation
        if relations.own(row.relation):
            columns[row.relation].append(_column(row, relations, not_null.get((row.relation, row.position))))
    relations.columns, relations.column_names = columns, names


def _column(row: Any, relations: Relations, not_null: Any) -> Column:
    return Column(
        name=row.name,
        position=row.position,
        type=relations.types.data_type(row.type, row.modifier, row.type_text),
        nullable=not row.not_null,
        default=None if row.generated else row.default_text,
        identity={"a": Identity.ALWAYS, "d": Identity.BY_DEFAULT}.get(row.identity),
        generated=Generated(row.default_text or "", row.generated == "s") if row.generated else None,
        collation=relations.collations.get(row.collation) if row.own_collation else None,
        comment=relations.comments.of("pg_class", row.relation, row.position),
        statistics_target=row.statistics_target,
        storage=_STORAGE.get(row.storage),
        compression=_COMPRESSION.get(row.compression),
        inherited=row.inherited,
        not_null_constraint=not_null.name if not_null else None,
        not_null_validated=not_null.validated if not_null else True,
    )
