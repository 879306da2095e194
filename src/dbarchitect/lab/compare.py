"""What a database is, apart from what was measured in it: for saying whether an undo brought everything back."""

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any, Protocol, TypeVar

from dbarchitect.model.catalog import Catalog, Column, Index, Table, View
from dbarchitect.model.mysql import MySQLFacts
from dbarchitect.model.postgres import PostgresFacts
from dbarchitect.model.snapshot import Snapshot

# global variables of MariaDB that move by themselves
_MOVING = ("gtid_", "timestamp", "last_gtid", "innodb_buffer_pool_load", "innodb_buffer_pool_dump")


class _HasName(Protocol):
    @property
    def name(self) -> Any: ...


_Named = TypeVar("_Named", bound=_HasName)
_Item = TypeVar("_Item")


def bare(catalog: Catalog) -> Catalog:
    """The catalogue without sizes, row counts, usage and positions of sequences; objects in order of their names, columns in
    their table's order and numbered from 1. Two databases with the same definitions have equal bare catalogues."""
    return replace(
        catalog,
        database="",
        size_bytes=None,
        schemas=tuple(sorted(catalog.schemas)),
        tables=_by_name(_bare_table(table) for table in catalog.tables),
        views=_by_name(_bare_view(view) for view in catalog.views),
        sequences=_by_name(replace(sequence, last_value=None) for sequence in catalog.sequences),
        enums=_by_name(catalog.enums),
        domains=_by_name(catalog.domains),
        composites=_by_name(catalog.composites),
        ranges=_by_name(catalog.ranges),
        triggers=tuple(sorted(catalog.triggers, key=lambda t: (t.table, t.name))),
        routines=tuple(sorted(catalog.routines, key=lambda r: r.signature)),
    )


def bare_postgres(facts: PostgresFacts) -> PostgresFacts:
    """PostgreSQL's facts without counters, sessions and ages: settings, rights, policies, extensions, what tables are set to."""
    return PostgresFacts(
        settings=tuple(replace(s, source_file=None) for s in _by_name(facts.settings)),
        scoped_settings=_sorted(facts.scoped_settings, lambda s: (s.database or "", s.role or "", s.name)),
        roles=tuple(replace(r, sessions=0, member_of=tuple(sorted(r.member_of))) for r in _by_name(facts.roles)),
        grants=_sorted(facts.grants, lambda g: (g.object_kind, g.object_name, g.column or "", g.grantee, g.grantor, g.privileges)),
        policies=_sorted(facts.policies, lambda p: (p.table, p.name)),
        extensions=_by_name(facts.extensions),
        schemas=_by_name(facts.schemas),
        tables=tuple(type(t)(t.name, t.row_security, t.row_security_forced, t.replica_identity) for t in _by_name(facts.tables)),
        extended_statistics=tuple(replace(s, ndistinct=None, dependencies=None) for s in _by_name(facts.extended_statistics)),
        publications=_by_name(facts.publications),
        foreign_servers=_by_name(facts.foreign_servers),
        hba_rules=facts.hba_rules,
    )


def bare_mysql(facts: MySQLFacts) -> MySQLFacts:
    """MySQL's facts without counters: variables, accounts, what tables are set to."""
    return MySQLFacts(
        variables=_sorted(
            (v for v in facts.variables if not v.name.startswith(_MOVING)),
            lambda v: v.name,
        ),
        tables=tuple(
            replace(t, next_auto_increment=None, free_bytes=None, created=None, definition="") for t in _by_name(facts.tables)
        ),
        accounts=_sorted(facts.accounts, lambda a: (a.user, a.host)),
    )


def differences(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """What differs between two snapshots of one database apart from measurements, as `path: before → after`."""
    found = _differ("catalog", bare(before.catalog), bare(after.catalog))
    if before.postgres and after.postgres:
        found += _differ("postgres", bare_postgres(before.postgres), bare_postgres(after.postgres))
    if before.mysql and after.mysql:
        found += _differ("mysql", bare_mysql(before.mysql), bare_mysql(after.mysql))
    return tuple(found)


def _by_name(items: Iterable[_Named]) -> tuple[_Named, ...]:
    return tuple(sorted(items, key=lambda item: item.name))


def _sorted(items: Iterable[_Item], key: Callable[[_Item], Any]) -> tuple[_Item, ...]:
    return tuple(sorted(items, key=key))


def _bare_table(table: Table) -> Table:
    return replace(
        table,
        columns=_numbered(table.columns),
        keys=_by_name(table.keys),
        foreign_keys=_by_name(table.foreign_keys),
        checks=_by_name(table.checks),
        exclusions=_by_name(table.exclusions),
        indexes=_by_name(_bare_index(index) for index in table.indexes),
        options=tuple(sorted(table.options)),
        rows=None,
        pages=None,
        size=None,
        usage=None,
    )


def _bare_view(view: View) -> View:
    return replace(
        view,
        columns=_numbered(view.columns),
        depends_on=tuple(sorted(view.depends_on)),
        indexes=_by_name(_bare_index(index) for index in view.indexes),
        options=tuple(sorted(view.options)),
        rows=None,
        bytes=None,
    )


def _bare_index(index: Index) -> Index:
    return replace(index, options=tuple(sorted(index.options)), bytes=None, pages=None, rows=None, usage=None)


def _numbered(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Dropped columns leave gaps in the engine's numbers; the order is what counts."""
    ordered = sorted(columns, key=lambda c: c.position)
    return tuple(replace(column, position=number) for number, column in enumerate(ordered, start=1))


def _differ(path: str, before: Any, after: Any) -> list[str]:
    if before == after:
        return []
    if is_dataclass(before) and is_dataclass(after) and type(before) is type(after):
        return [d for f in fields(before) for d in _differ(f"{path}.{f.name}", getattr(before, f.name), getattr(after, f.name))]
    if isinstance(before, tuple) and isinstance(after, tuple) and all(hasattr(i, "name") for i in before + after):
        old, new = {_identity(i): i for i in before}, {_identity(i): i for i in after}
        return [d for name in sorted({*old, *new}) for d in _differ(f"{path}[{name}]", old.get(name), new.get(name))]
    return [f"{path}: {before} → {after}"]


def _identity(item: Any) -> str:
    """A name that tells the item from its neighbours."""
    return ".".join(str(getattr(item, part)) for part in ("table", "name", "role", "database", "arguments") if hasattr(item, part))
