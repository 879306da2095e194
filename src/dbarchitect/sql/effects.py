"""What a statement that changes a database does to it, as far as tasks can depend on or contradict one another."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import postgast
import sqlglot
from sqlglot import exp

from dbarchitect.model.names import Engine, QualifiedName

# it warns of every statement that it does not know; those have no effects here
logging.getLogger("sqlglot").setLevel(logging.ERROR)
_NAME = r"(?:[^`]|``)+"
_ALTERED = re.compile(rf"ALTER TABLE `(?P<schema>{_NAME})`\.`(?P<name>{_NAME})` ")
_MODIFIED = re.compile(rf"\bMODIFY COLUMN `({_NAME})` ")


@dataclass(frozen=True, slots=True)
class IndexCreated:
    """A new index. `columns` are the key columns up to the first expression; `plain`: no expression, no predicate, B-tree."""

    table: QualifiedName
    name: str
    columns: tuple[str, ...]
    unique: bool = False
    plain: bool = True


@dataclass(frozen=True, slots=True)
class IndexDropped:
    """An index that goes. PostgreSQL names it by schema, MySQL by table: then `table` is set and `name.schema` is the table's."""

    name: QualifiedName
    table: QualifiedName | None = None


@dataclass(frozen=True, slots=True)
class IndexRebuilt:
    """REINDEX."""

    name: QualifiedName


@dataclass(frozen=True, slots=True)
class KeyAdded:
    """A new primary key or unique constraint; `columns` is empty when it takes over an index."""

    table: QualifiedName
    columns: tuple[str, ...]
    primary: bool


@dataclass(frozen=True, slots=True)
class ForeignKeyAdded:
    """A new foreign key; `validated` False for NOT VALID."""

    table: QualifiedName
    columns: tuple[str, ...]
    target: QualifiedName
    target_columns: tuple[str, ...]
    validated: bool = True


@dataclass(frozen=True, slots=True)
class RowsRequired:
    """All rows of the table must satisfy something: a constraint is validated, a column becomes NOT NULL."""

    table: QualifiedName


@dataclass(frozen=True, slots=True)
class RowsChanged:
    """DELETE, UPDATE or INSERT."""

    table: QualifiedName


@dataclass(frozen=True, slots=True)
class ColumnRetyped:
    """A column gets another type."""

    table: QualifiedName
    column: str


@dataclass(frozen=True, slots=True)
class ReplicaIdentitySet:
    """ALTER TABLE … REPLICA IDENTITY."""

    table: QualifiedName


@dataclass(frozen=True, slots=True)
class TableVacuumed:
    """VACUUM of a table; `analyzed`: with ANALYZE."""

    table: QualifiedName
    analyzed: bool


@dataclass(frozen=True, slots=True)
class TableAnalyzed:
    """ANALYZE of all columns of a table."""

    table: QualifiedName


@dataclass(frozen=True, slots=True)
class ViewDropped:
    """A materialised view that goes, with its indexes; a task that makes it again gives it only the indexes that were read."""

    name: QualifiedName


Effect = (
    IndexCreated
    | IndexDropped
    | IndexRebuilt
    | KeyAdded
    | ForeignKeyAdded
    | RowsRequired
    | RowsChanged
    | ColumnRetyped
    | ReplicaIdentitySet
    | TableVacuumed
    | TableAnalyzed
    | ViewDropped
)


@cache
def effects(engine: Engine, sql: str) -> tuple[Effect, ...]:
    """What the statement does, of the kinds above; nothing for other statements and for those that do not parse."""
    try:
        return tuple(_postgres(sql) if engine is Engine.POSTGRESQL else _mysql(sql))
    except (postgast.PgQueryError, sqlglot.errors.SqlglotError):
        return ()


def _relation(node: postgast.pg_query_pb2.RangeVar) -> QualifiedName:
    return QualifiedName(node.schemaname or "public", node.relname)


def _strings(nodes: object) -> tuple[str, ...]:
    return tuple(node.string.sval for node in nodes)  # type: ignore[attr-defined]


def _postgres(sql: str) -> Iterator[Effect]:
    for raw in postgast.parse(sql).stmts:
        kind = raw.stmt.WhichOneof("node")
        node: Any = getattr(raw.stmt, kind or "", None)
        if kind == "index_stmt":
            yield _created(node)
        elif kind == "drop_stmt" and node.remove_type == postgast.pg_query_pb2.OBJECT_INDEX:
            for item in node.objects:
                parts = _strings(item.list.items)
                yield IndexDropped(QualifiedName(parts[0] if len(parts) > 1 else "public", parts[-1]))
        elif kind == "drop_stmt" and node.remove_type == postgast.pg_query_pb2.OBJECT_MATVIEW:
            for item in node.objects:
                parts = _strings(item.list.items)
                yield ViewDropped(QualifiedName(parts[0] if len(parts) > 1 else "public", parts[-1]))
        elif kind == "reindex_stmt" and node.kind == postgast.pg_query_pb2.REINDEX_OBJECT_INDEX:
            yield IndexRebuilt(_relation(node.relation))
        elif kind == "alter_table_stmt":
            for command in node.cmds:
                yield from _altered(_relation(node.relation), command.alter_table_cmd)
        elif kind in ("delete_stmt", "update_stmt", "insert_stmt"):
            yield RowsChanged(_relation(node.relation))
        elif kind == "vacuum_stmt":
            yield from _vacuumed(node)


def _vacuumed(node: postgast.pg_query_pb2.VacuumStmt) -> Iterator[Effect]:
    analyzed = any(option.def_elem.defname == "analyze" for option in node.options)
    for item in node.rels:
        if node.is_vacuumcmd:
            yield TableVacuumed(_relation(item.vacuum_relation.relation), analyzed)
        elif not item.vacuum_relation.va_cols:
            yield TableAnalyzed(_relation(item.vacuum_relation.relation))


def _created(node: postgast.pg_query_pb2.IndexStmt) -> IndexCreated:
    names = [param.index_elem.name for param in node.index_params]
    leading = names[: names.index("")] if "" in names else names
    plain = "" not in names and not node.HasField("where_clause") and node.access_method in ("", "btree")
    return IndexCreated(_relation(node.relation), node.idxname, tuple(leading), node.unique, plain)


def _altered(table: QualifiedName, command: postgast.pg_query_pb2.AlterTableCmd) -> Iterator[Effect]:
    pb = postgast.pg_query_pb2
    if command.subtype == pb.AT_AddConstraint:
        yield from _constraint(table, getattr(command, "def").constraint)
    elif command.subtype in (pb.AT_ValidateConstraint, pb.AT_SetNotNull):
        yield RowsRequired(table)
    elif command.subtype == pb.AT_AlterColumnType:
        yield ColumnRetyped(table, command.name)
    elif command.subtype == pb.AT_ReplicaIdentity:
        yield ReplicaIdentitySet(table)


def _constraint(table: QualifiedName, node: postgast.pg_query_pb2.Constraint) -> Iterator[Effect]:
    pb = postgast.pg_query_pb2
    if node.contype in (pb.CONSTR_PRIMARY, pb.CONSTR_UNIQUE):
        yield KeyAdded(table, _strings(node.keys), node.contype == pb.CONSTR_PRIMARY)
    elif node.contype == pb.CONSTR_FOREIGN:
        columns, target = _strings(node.fk_attrs), _relation(node.pktable)
        yield ForeignKeyAdded(table, columns, target, _strings(node.pk_attrs), not node.skip_validation)
    elif node.contype in (pb.CONSTR_CHECK, pb.CONSTR_NOTNULL) and not node.skip_validation:
        yield RowsRequired(table)


def _mysql_name(table: exp.Table) -> QualifiedName:
    return QualifiedName(table.db, table.name)


def _mysql(sql: str) -> Iterator[Effect]:
    statement = sqlglot.parse_one(sql, dialect="mysql")
    if isinstance(statement, exp.Alter) and isinstance(statement.this, exp.Table):
        for action in statement.args.get("actions") or ():
            yield from _mysql_altered(_mysql_name(statement.this), action)
    elif isinstance(statement, exp.Command):
        yield from _mysql_modified(sql)
    elif isinstance(statement, exp.Delete | exp.Update | exp.Insert):
        table = statement.this.find(exp.Table)
        if table is not None:
            yield RowsChanged(_mysql_name(table))


def _mysql_modified(sql: str) -> Iterator[Effect]:
    """The columns that a statement changes whose types or options the parser does not know (inet4, uuid)."""
    table = _ALTERED.match(sql)
    if table is not None:
        name = QualifiedName(_unquoted(table["schema"]), _unquoted(table["name"]))
        yield from (ColumnRetyped(name, _unquoted(column)) for column in _MODIFIED.findall(sql))


def _unquoted(name: str) -> str:
    return name.replace("``", "`")


def _mysql_altered(table: QualifiedName, action: exp.Expression) -> Iterator[Effect]:
    if isinstance(action, exp.Drop) and action.args.get("kind") in ("INDEX", "KEY"):
        dropped = action.find(exp.Table)
        if dropped is not None:
            yield IndexDropped(QualifiedName(table.schema, dropped.name), table)
    elif isinstance(action, exp.ModifyColumn | exp.AlterColumn):
        yield ColumnRetyped(table, action.this.name)
    elif isinstance(action, exp.AddConstraint):
        for part in action.expressions:
            yield from _mysql_constraint(table, part)


def _mysql_constraint(table: QualifiedName, part: exp.Expression) -> Iterator[Effect]:
    for node in [part, *part.expressions] if isinstance(part, exp.Constraint) else [part]:
        if isinstance(node, exp.IndexColumnConstraint):
            plain = all(isinstance(c, exp.Column) for c in node.expressions)
            yield IndexCreated(table, node.name, tuple(c.name for c in node.expressions), plain=plain)
        elif isinstance(node, exp.PrimaryKey):
            yield KeyAdded(table, tuple(c.name for c in node.expressions), True)
        elif isinstance(node, exp.UniqueColumnConstraint):
            columns = tuple(c.name for c in node.this.expressions)
            yield IndexCreated(table, node.this.name, columns, unique=True)
        elif isinstance(node, exp.ForeignKey):
            reference = node.args.get("reference")
            target = reference.find(exp.Table) if reference else None
            if target is not None and reference is not None:
                found = tuple(c.name for c in reference.this.expressions)
                yield ForeignKeyAdded(table, tuple(c.name for c in node.expressions), _mysql_name(target), found)
