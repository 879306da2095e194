"""Changes of indexes beyond building and dropping: rebuild, replace, write out again."""

import re
from dataclasses import replace

from dbarchitect.model.catalog import Index, IndexEntry, Table
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.sql.changes import ACCESS_EXCLUSIVE, SHARE_UPDATE, index_exists
from dbarchitect.sql.identifiers import quote_columns, quote_literal, quote_name, quote_qualified, shorten_name

_HEAD = re.compile(r'CREATE (UNIQUE )?INDEX (?:CONCURRENTLY )?("(?:[^"]|"")+"|\S+) ON ')
_LEFT_OVER = "a failed CONCURRENTLY build leaves an INVALID index behind: drop it and build again"


def _entry(entry: IndexEntry) -> str:
    text = f"({entry.expression})" if entry.column is None else quote_name(Engine.POSTGRESQL, entry.column)
    if entry.collation:
        text += f" COLLATE {entry.collation}"
    if entry.operator_class:
        text += f" {entry.operator_class}"
    if entry.descending:
        return text + (" DESC" if entry.nulls_first else " DESC NULLS LAST")
    return text + (" NULLS FIRST" if entry.nulls_first else "")


def create_statement(table: Table, index: Index, *, name: str | None = None) -> str:
    """CREATE INDEX of PostgreSQL out of the index's parts; CONCURRENTLY unless the table is partitioned."""
    engine = Engine.POSTGRESQL
    unique = "UNIQUE " if index.unique else ""
    concurrently = "" if table.partition_key else "CONCURRENTLY "
    named = quote_name(engine, name or index.name.name)
    parts = [
        f"CREATE {unique}INDEX {concurrently}{named} ON {quote_qualified(engine, table.name)}",
        f"USING {index.method} ({', '.join(_entry(e) for e in index.entries)})",
        f"INCLUDE ({quote_columns(engine, index.include)})" if index.include else "",
        "NULLS NOT DISTINCT" if index.nulls_not_distinct else "",
        f"WITH ({', '.join(index.options)})" if index.options else "",
        f"TABLESPACE {quote_name(engine, index.tablespace)}" if index.tablespace else "",
        f"WHERE {index.predicate}" if index.predicate else "",
    ]
    return " ".join(p for p in parts if p)


def create_again(index: Index, *, name: str | None = None, concurrently: bool = True) -> str:
    """The index's own definition, built without stopping writes, under another name if one is given."""
    head = _HEAD.match(index.definition)
    if head is None:
        raise ValueError(f"not a CREATE INDEX statement: {index.definition!r}")
    named = quote_name(Engine.POSTGRESQL, name) if name else head[2]
    start = f"CREATE {head[1] or ''}INDEX {'CONCURRENTLY ' if concurrently else ''}{named} ON "
    return start + index.definition[head.end() :]


def index_definition_is(index: Index, fragment: str, *, present: bool) -> Verification:
    """Gives t when the index's definition does (or does not) hold a text."""
    engine = Engine.POSTGRESQL
    name = quote_literal(engine, quote_qualified(engine, index.name))
    found = f"coalesce(position({quote_literal(engine, fragment)} in pg_get_indexdef(to_regclass({name})::oid)) > 0, false)"
    return Verification(f"SELECT {found if present else 'NOT ' + found}", "t")


def replace_index(table: Table, old: Index, new: Index, verify: Verification, *, saves_bytes: int | None = None) -> Change:
    """Build another form of an index beside it, drop the old one, take over its name; undo does the same backwards."""
    engine = Engine.POSTGRESQL
    other = shorten_name(engine, old.name.name, "new")
    beside = quote_qualified(engine, QualifiedName(old.name.schema, other))
    name = quote_qualified(engine, old.name)
    plain = table.partition_key is None
    concurrently = "CONCURRENTLY " if plain else ""
    swap = (
        Step(f"DROP INDEX {concurrently}{name}", alone=plain),
        Step(f"ALTER INDEX {beside} RENAME TO {quote_name(engine, old.name.name)}"),
    )
    return Change(
        ChangeKind.INDEX,
        Strategy.ONLINE_DDL if plain else Strategy.STANDARD,
        (Step(create_statement(table, new, name=other), alone=plain), *swap),
        (Step(create_again(old, name=other, concurrently=plain), alone=plain), *swap),
        SHARE_UPDATE if plain else ACCESS_EXCLUSIVE,
        "as long as two scans of the table and the sort of its keys; it waits for older transactions",
        verify,
        online=plain,
        risk=Risk.LOW if plain else Risk.MEDIUM,
        hazards=(_LEFT_OVER, "both indexes stand on disk until the old one is dropped"),
        size_bytes=-saves_bytes if saves_bytes is not None else None,
    )


def rebuild_index(table: Table, index: Index, verify: Verification | None = None, *, saves_bytes: int | None = None) -> Change:
    """REINDEX without stopping writes; the catalogue is the same afterwards, so that there is nothing to undo."""
    engine = Engine.POSTGRESQL
    exclusion = any(e.index == index.name.name for e in table.exclusions)
    concurrently = "" if exclusion else "CONCURRENTLY "
    change = Change(
        ChangeKind.INDEX,
        Strategy.ONLINE_DDL,
        (Step(f"REINDEX INDEX {concurrently}{quote_qualified(engine, index.name)}", alone=not exclusion),),
        (),
        SHARE_UPDATE,
        "as long as two scans of the table and the sort of its keys; it waits for older transactions",
        verify or index_exists(engine, table.name, index.name.name),
        hazards=("a failed run leaves an INVALID index whose name ends in _ccnew: drop it and run again",),
        assumptions=("there is room on disk for a second copy of the index",),
        no_undo="the same index is built anew; nothing in the catalogue changes",
        size_bytes=-saves_bytes if saves_bytes is not None else None,
    )
    if exclusion:
        return replace(
            change,
            strategy=Strategy.STANDARD,
            lock="ACCESS EXCLUSIVE on the index, SHARE on the table: writes wait, reads cannot use the index",
            duration="as long as one scan of the table and the sort of its keys",
            hazards=("the index of an exclusion constraint cannot be rebuilt CONCURRENTLY",),
            online=False,
            risk=Risk.MEDIUM,
        )
    return change


def create_partitioned_index(
    table: Table, partitions: tuple[Table, ...], name: str, columns: tuple[str, ...], *, size_bytes: int | None = None
) -> Change:
    """An index on a partitioned table, built without stopping writes: the parent's alone, then each partition's, attached.

    A partition's own index of the same shape is attached instead of built; undo makes it anew, since it falls with the parent's.
    """
    engine, target = Engine.POSTGRESQL, quote_qualified(Engine.POSTGRESQL, table.name)
    entries = tuple(IndexEntry(column) for column in columns)
    parent = Index(QualifiedName(table.name.schema, name), table.name, "btree", entries)
    qualified = quote_qualified(engine, parent.name)
    steps = [Step(f"CREATE INDEX {quote_name(engine, name)} ON ONLY {target} ({quote_columns(engine, columns)})")]
    undo = [Step(f"DROP INDEX {qualified}")]
    for part in partitions:
        own = next((i for i in part.indexes if _same_shape(i, entries)), None)
        if own is None:
            made = QualifiedName(part.name.schema, shorten_name(engine, "ix", part.name.name, *columns))
            own = replace(parent, table=part.name, name=made)
            steps.append(Step(create_statement(part, own), alone=True))
        else:
            undo.append(Step(create_again(own), alone=True))
        steps.append(Step(f"ALTER INDEX {qualified} ATTACH PARTITION {quote_qualified(engine, own.name)}"))
    return Change(
        ChangeKind.INDEX,
        Strategy.ONLINE_DDL,
        tuple(steps),
        tuple(undo),
        f"SHARE on the parent for milliseconds; then {SHARE_UPDATE} for each partition",
        "as long as two scans of each partition and the sort of its keys; it waits for older transactions",
        index_exists(engine, table.name, name),
        hazards=(_LEFT_OVER, "the index serves once it is attached on every partition"),
        size_bytes=size_bytes,
    )


def _same_shape(index: Index, entries: tuple[IndexEntry, ...]) -> bool:
    """True for a plain free-standing B-tree of these entries."""
    plain = index.method == "btree" and index.entries == entries and not index.include and not index.unique
    return plain and index.whole and index.parent is None and not index.clustered


def attach_partition_indexes(parent: Index, partitions: tuple[Table, ...]) -> Change:
    """Build the index that a partitioned index lacks on some partitions, and attach it."""
    engine = Engine.POSTGRESQL
    steps: list[Step] = []
    for table in partitions:
        name = shorten_name(engine, table.name.name, *(e.column or "expr" for e in parent.entries), "idx")
        child = replace(parent, table=table.name, name=QualifiedName(table.name.schema, name))
        steps.append(Step(create_statement(table, child), alone=True))
        attached = quote_qualified(engine, child.name)
        steps.append(Step(f"ALTER INDEX {quote_qualified(engine, parent.name)} ATTACH PARTITION {attached}"))
    return Change(
        ChangeKind.INDEX,
        Strategy.ONLINE_DDL,
        tuple(steps),
        (),
        SHARE_UPDATE,
        "as long as two scans of each of these partitions",
        index_exists(engine, parent.table, parent.name.name),
        hazards=(_LEFT_OVER,),
        no_undo="an attached index cannot be detached; dropping the partitioned index drops it on every partition",
    )
