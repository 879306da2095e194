"""What several checks ask of an index: what needs it, what it weighs with its partitions, whether it finds a key's rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from dbarchitect.model.catalog import Index, Key, Table
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.snapshot import Snapshot

Children = Mapping[QualifiedName, list[Index]]


def index_children(snapshot: Snapshot) -> Children:
    """The partitions' indexes under each partitioned index."""
    found: dict[QualifiedName, list[Index]] = defaultdict(list)
    for _, index in snapshot.catalog.indexes():
        if index.parent is not None:
            found[index.parent].append(index)
    return found


def leaves(index: Index, children: Children) -> list[Index]:
    """The indexes that hold the entries: the index itself, or those of its partitions."""
    below = children.get(index.name, [])
    return [leaf for child in below for leaf in leaves(child, children)] if below else [index]


def index_bytes(index: Index, children: Children) -> int | None:
    """Bytes of the index and its partitions; None: unknown."""
    sizes = [leaf.bytes for leaf in leaves(index, children) if leaf.bytes is not None]
    return sum(sizes) if sizes else None


def index_scans(index: Index, children: Children) -> int | None:
    """Scans of the index and its partitions in the counting window; None: not counted."""
    counts = [leaf.usage.scans for leaf in leaves(index, children) if leaf.usage is not None]
    return sum(counts) if counts else None


def backing_key(table: Table, index: Index) -> Key | None:
    """The primary key or unique constraint that rests on this index."""
    return next((k for k in table.keys if k.name == index.constraint or (index.primary and k.primary)), None)


def referenced_columns(snapshot: Snapshot) -> set[tuple[QualifiedName, frozenset[str]]]:
    """The column sets that foreign keys point at."""
    return {(key.target, frozenset(key.target_columns)) for _, key in snapshot.catalog.references()}


def bound(index: Index) -> bool:
    """True when DROP INDEX alone cannot or must not remove it: a constraint, the replica identity, CLUSTER or a partitioned
    index rests on it."""
    return bool(index.primary or index.constraint or index.replica_identity or index.clustered or index.parent)


def _not_null_predicate(predicate: str, columns: Iterable[str], engine: Engine) -> bool:
    plain = predicate.replace("(", "").replace(")", "").replace('"', "").strip().lower()
    return engine is Engine.POSTGRESQL and any(plain == f"{column.lower()} is not null" for column in columns)


def finds_rows(snapshot: Snapshot, table: Table, columns: tuple[str, ...], index: Index) -> bool:
    """True when the index finds the rows that hold given values of all these columns.

    Leading columns may stand in any order. A partial index counts when it leaves out only the nulls, and an index over
    some of the columns when these alone leave at most some hundred rows of a value.
    """
    if not (index.valid and index.ready and index.visible):
        return False
    if index.predicate is not None and not _not_null_predicate(index.predicate, columns, snapshot.engine):
        return False
    wanted, width = set(columns), len(columns)
    if index.method in ("gin", "brin"):
        return wanted <= {e.column for e in index.entries}
    # the planner wants the column's own collation even for equality
    usable = [e.column for e in index.entries[:width] if e.collation is None and e.prefix_length is None]
    if index.method == "hash":
        return usable == list(columns)
    leading = {c for c in usable if c is not None}
    if leading == wanted:
        return True
    return index.method == "btree" and _selective(snapshot, table, _run(index, wanted))


def _run(index: Index, wanted: set[str]) -> tuple[str, ...]:
    run: list[str] = []
    for column in index.columns:
        if column not in wanted:
            break
        run.append(column)
    return tuple(run)


def _selective(snapshot: Snapshot, table: Table, columns: tuple[str, ...]) -> bool:
    rows = snapshot.rows(table)
    if not columns or not rows:
        return False
    for column in columns:
        statistics = snapshot.column_statistics(table.name, column)
        # a common value makes the average meaningless
        if (
            statistics is not None
            and statistics.distinct_rows(rows) >= rows / 100
            and max(statistics.common_frequencies, default=0) < 0.01
        ):
            return True
    return False


def indexed(snapshot: Snapshot, table: Table, columns: tuple[str, ...], *, without: Index | None = None) -> bool:
    """True when an index of the table (of all its partitions) finds rows by these columns. `without`: as if it were gone."""
    if any(finds_rows(snapshot, table, columns, index) for index in table.indexes if index is not without):
        return True
    parts = snapshot.partitions(table.name) if table.partition_key else []
    gone = without.name if without else None
    return bool(parts) and all(
        any(finds_rows(snapshot, part, columns, i) for i in part.indexes if i.parent is None or i.parent != gone) for part in parts
    )


def serves_foreign_key(snapshot: Snapshot, table: Table, index: Index) -> bool:
    """True when a foreign key, of the table or to it, has no other index: MySQL and MariaDB do not let go of that one."""
    if snapshot.engine is Engine.POSTGRESQL:
        return False
    own = [key.columns for key in table.foreign_keys]
    others = [key.target_columns for _, key in snapshot.references_to(table.name)]
    return any(
        index.columns[: len(columns)] == columns
        and not any(i is not index and i.visible and i.columns[: len(columns)] == columns for i in table.indexes)
        for columns in (*own, *others)
    )
