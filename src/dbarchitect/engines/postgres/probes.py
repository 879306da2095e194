"""The SQL that answers questions about the data: a bounded, read-only SELECT for each, or for a table's columns together."""

from dataclasses import dataclass

from psycopg import sql

from dbarchitect.engines.postgres.shapes import condition
from dbarchitect.model.names import QualifiedName
from dbarchitect.model.questions import DependencyQuestion, InclusionQuestion, TextShape, UniquenessQuestion

_SEED = 20
_ROWS_PER_PAGE = 100  # of a common table; a table with few pages is read whole, whatever its estimate
_SAMPLED_PAGES = 50  # at least: rows of one page are often alike
_NO_EQUALITY = frozenset({"json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle"})


@dataclass(frozen=True, slots=True)
class ProbedTable:
    """A table's size now and its columns' base types."""

    name: QualifiedName
    rows: float
    pages: float
    foreign: bool
    locked: bool
    readable: bool
    filtered: bool
    types: dict[str, str]

    def fully_read(self, limit: int) -> bool:
        """True when it is so small that all of it may be read."""
        return not self.foreign and (self.rows <= limit or self.pages <= limit / _ROWS_PER_PAGE)

    def source(self, limit: int) -> sql.Composed:
        """What to select from: the table, or a repeatable sample of some `limit` rows."""
        table = sql.Identifier(self.name.schema, self.name.name)
        if self.fully_read(limit):
            return sql.SQL("{}").format(table)
        if self.foreign:  # TABLESAMPLE is not for foreign tables
            return sql.SQL("(SELECT * FROM {} LIMIT {}) AS sample").format(table, sql.Literal(limit))
        percent = min(100.0, 100.0 * max(limit / self.rows, _SAMPLED_PAGES / self.pages))
        return sql.SQL("(SELECT * FROM {} TABLESAMPLE SYSTEM ({}) REPEATABLE ({}){} LIMIT {}) AS sample").format(
            table,
            sql.Literal(percent),
            sql.Literal(_SEED),
            sql.SQL(" ORDER BY hashtext(ctid::text)" if limit < self.rows / self.pages * _SAMPLED_PAGES else ""),
            sql.Literal(limit),
        )

    def value(self, column: str) -> sql.Composable:
        """The column as something that has an equality: types without one, as text."""
        name = sql.Identifier(column)
        return sql.SQL("{}::text").format(name) if self.types.get(column) in _NO_EQUALITY else name

    def compared(self, column: str, qualifier: str, *, as_text: bool) -> sql.Composable:
        """The column in a comparison. citext's own `=` is in no schema that we search; it compares lower-case texts."""
        name = sql.SQL("{}.{}").format(sql.Identifier(qualifier), sql.Identifier(column))
        if self.types.get(column) == "citext":
            return sql.SQL("lower({}::text)").format(name)
        return sql.SQL("{}::text").format(name) if as_text else name


def count_nulls(table: ProbedTable, columns: tuple[str, ...], limit: int) -> sql.Composed:
    """One row: the rows read, then the nulls of each column."""
    counts = sql.SQL(", ").join(sql.SQL("count(*) - count({})").format(sql.Identifier(c)) + _as(k) for k, c in enumerate(columns))
    return sql.SQL("SELECT /* dbarchitect */ count(*) AS rows, {} FROM {}").format(counts, table.source(limit))


def count_shapes(table: ProbedTable, columns: tuple[str, ...], limit: int, version: int) -> sql.Composed:
    """One row: the rows read, then for each column its non-null values and one count for each shape in the enum's order."""
    texts = sql.SQL(", ").join(sql.SQL("{}::text AS {}").format(sql.Identifier(c), _text(k)) for k, c in enumerate(columns))
    counts: list[sql.Composed] = []
    for k in range(len(columns)):
        counts.append(sql.SQL("count({})").format(_text(k)) + _as(len(counts)))
        for shape in TextShape:
            counts.append(sql.SQL("count(*) FILTER (WHERE {})").format(condition(shape, _text(k), version)) + _as(len(counts)))
    return sql.SQL("SELECT /* dbarchitect */ count(*) AS rows, {} FROM (SELECT {} FROM {}) AS texts").format(
        sql.SQL(", ").join(counts), texts, table.source(limit)
    )


def _text(k: int) -> sql.Identifier:
    return sql.Identifier(f"text_{k}")


def _as(k: int) -> sql.Composed:
    return sql.SQL(" AS {}").format(sql.Identifier(f"count_{k}"))


def count_duplicates(table: ProbedTable, question: UniquenessQuestion, limit: int) -> sql.Composed:
    """One row: rows read, rows without nulls, rows beyond the first of each value. `where` is SQL out of the catalogue."""
    columns = sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(table.value(c), sql.Identifier(f"c{k}")) for k, c in enumerate(question.columns)
    )
    names = [sql.Identifier(f"c{k}") for k in range(len(question.columns))]
    where = sql.SQL(" WHERE (") + sql.SQL(question.where) + sql.SQL(")") if question.where else sql.SQL("")
    return sql.SQL(
        "WITH part AS MATERIALIZED (SELECT {columns} FROM {source}{where}), "
        "groups AS (SELECT count(*) AS size FROM part WHERE {present} GROUP BY {names}) "
        "SELECT /* dbarchitect */ (SELECT count(*) FROM part) AS rows, "
        "coalesce(sum(size), 0)::int8 AS present, coalesce(sum(size - 1), 0)::int8 AS duplicates FROM groups"
    ).format(columns=columns, source=table.source(limit), where=where, present=_present(names), names=sql.SQL(", ").join(names))


def count_orphans(
    child: ProbedTable, parent: ProbedTable, question: InclusionQuestion, limit: int, *, as_text: bool
) -> sql.Composed:
    """One row: child rows read, those without nulls, those without a parent. Equal child values are looked up once."""
    names = [sql.Identifier(c) for c in question.child_columns]
    equal = sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(parent.compared(p, "parent", as_text=as_text), child.compared(c, "child", as_text=as_text))
        for c, p in zip(question.child_columns, question.parent_columns, strict=True)
    )
    return sql.SQL(
        "WITH part AS MATERIALIZED (SELECT {names} FROM {source}), "
        "child AS (SELECT {names}, count(*) AS size FROM part WHERE {present} GROUP BY {names}) "
        "SELECT /* dbarchitect */ (SELECT count(*) FROM part) AS rows, "
        "(SELECT coalesce(sum(size), 0) FROM child)::int8 AS present, "
        "(SELECT coalesce(sum(size), 0) FROM child "
        "WHERE NOT EXISTS (SELECT FROM {parent} AS parent WHERE {equal}))::int8 AS orphans"
    ).format(
        names=sql.SQL(", ").join(names),
        source=child.source(limit),
        present=_present(names),
        parent=sql.Identifier(parent.name.schema, parent.name.name),
        equal=equal,
    )


def count_violations(table: ProbedTable, question: DependencyQuestion, limit: int) -> sql.Composed:
    """One row: rows read, rows with a determinant, distinct determinants, then groups with several values of each dependent.

    NULL beside another value counts as a second value.
    """
    dependents = [sql.Identifier(f"d{k}") for k in range(len(question.dependents))]
    values = sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(table.value(c), d) for c, d in zip(question.dependents, dependents, strict=True)
    )
    kinds = sql.SQL(", ").join(sql.SQL("count(DISTINCT {0}) + (count({0}) < count(*))::int AS {0}").format(d) for d in dependents)
    several = sql.SQL(", ").join(sql.SQL("count(*) FILTER (WHERE {} > 1)").format(d) + _as(k) for k, d in enumerate(dependents))
    return sql.SQL(
        "WITH part AS MATERIALIZED (SELECT {determinant} AS determinant, {values} FROM {source}), "
        "groups AS (SELECT count(*) AS size, {kinds} FROM part WHERE determinant IS NOT NULL GROUP BY determinant) "
        "SELECT /* dbarchitect */ (SELECT count(*) FROM part) AS rows, coalesce(sum(size), 0)::int8 AS present, "
        "count(*) AS groups, {several} FROM groups"
    ).format(
        determinant=table.value(question.determinant),
        values=values,
        source=table.source(limit),
        kinds=kinds,
        several=several,
    )


def _present(names: list[sql.Identifier]) -> sql.Composed:
    return sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(name) for name in names)
