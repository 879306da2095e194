"""Changes of keys, defaults and sequences, in the forms that hold their locks briefly, with their undo: PostgreSQL's own here,
those of MySQL and MariaDB in `dbarchitect.sql.mysql_constraints` and `mysql_changes`.

Source: the manual's pages of ALTER TABLE (USING INDEX, REPLICA IDENTITY, SET NOT NULL with a valid check) and
ALTER SEQUENCE.
"""

from dbarchitect.model.catalog import Column, Index, Key, Sequence, Table
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.sql.changes import (
    ACCESS_EXCLUSIVE,
    SHARE_UPDATE,
    add_constraint_definition,
    constraint_exists,
    constraint_missing,
    drop_constraint_statement,
    index_exists,
)
from dbarchitect.sql.identifiers import quote_columns, quote_literal, quote_name, quote_qualified, shorten_name
from dbarchitect.sql.index_changes import create_again
from dbarchitect.sql.mysql_changes import set_column_default
from dbarchitect.sql.mysql_constraints import add_unique as add_mysql_unique
from dbarchitect.sql.mysql_constraints import drop_unique, replace_unique_by_live

PG = Engine.POSTGRESQL
BRIEF = "milliseconds, once it has the lock: set lock_timeout, it queues behind running transactions"
_TWO_SCANS = "as long as two scans of the table and the sort of its keys; then milliseconds for the constraint"
_LEFT_OVER = "a failed CONCURRENTLY build leaves an INVALID index behind: drop it and build again"


def _table(table: QualifiedName) -> str:
    return quote_qualified(PG, table)


def drop_key(table: Table, key: Key, index: Index, *, engine: Engine = PG) -> Change:
    """Drop a unique constraint with its index; undo builds the index again and puts the constraint back on it."""
    if engine is not PG:
        return drop_unique(engine, table, index)
    name = quote_name(PG, key.name)
    plain = table.partition_key is None and not key.deferrable and not key.without_overlaps
    if plain:
        using = f"ALTER TABLE {_table(table.name)} ADD CONSTRAINT {name} UNIQUE USING INDEX {quote_name(PG, index.name.name)}"
        undo: tuple[Step, ...] = (Step(create_again(index), alone=True), Step(using))
    else:
        undo = (Step(add_constraint_definition(key, PG, table.name)),)
    return Change(
        ChangeKind.SCHEMA,
        Strategy.STANDARD,
        (Step(drop_constraint_statement(PG, table.name, key.name)),),
        undo,
        ACCESS_EXCLUSIVE,
        BRIEF,
        constraint_missing(PG, table.name, key.name),
        risk=Risk.MEDIUM,
        hazards=("ON CONFLICT ON CONSTRAINT with this name fails afterwards",),
        size_bytes=-index.bytes if index.bytes else None,
    )


def add_unique(
    table: Table,
    columns: tuple[str, ...],
    name: str,
    *,
    nulls_not_distinct: bool = False,
    size_bytes: int | None = None,
    hazards: tuple[str, ...] = (),
    engine: Engine = PG,
) -> Change:
    """Build a unique index without stopping writes and make it a constraint. Not for partitioned tables."""
    if engine is not PG:
        return add_mysql_unique(engine, table, columns, name, size_bytes=size_bytes, hazards=hazards)
    nulls = " NULLS NOT DISTINCT" if nulls_not_distinct else ""
    quoted = quote_name(PG, name)
    create = f"CREATE UNIQUE INDEX CONCURRENTLY {quoted} ON {_table(table.name)} ({quote_columns(PG, columns)}){nulls}"
    return Change(
        ChangeKind.SCHEMA,
        Strategy.ONLINE_DDL,
        (Step(create, alone=True), Step(f"ALTER TABLE {_table(table.name)} ADD CONSTRAINT {quoted} UNIQUE USING INDEX {quoted}")),
        (Step(drop_constraint_statement(PG, table.name, name)),),
        f"{SHARE_UPDATE}; then ACCESS EXCLUSIVE for milliseconds",
        _TWO_SCANS,
        constraint_exists(PG, table.name, name),
        hazards=(_LEFT_OVER, "code that writes the same value twice gets an error from then on", *hazards),
        size_bytes=size_bytes,
    )


def promote_to_primary_key(table: Table, index: Index) -> Change:
    """Make an existing unique index over NOT NULL columns the primary key; undo leaves a plain unique index."""
    name = index.name.name
    quoted, beside = quote_name(PG, name), shorten_name(PG, name, "new")
    add = f"ALTER TABLE {_table(table.name)} ADD CONSTRAINT {quoted} PRIMARY KEY USING INDEX {quoted}"
    renamed = f"ALTER INDEX {quote_qualified(PG, QualifiedName(table.name.schema, beside))} RENAME TO {quoted}"
    return Change(
        ChangeKind.SCHEMA,
        Strategy.ONLINE_DDL,
        (Step(add),),
        (Step(create_again(index, name=beside), alone=True), Step(drop_constraint_statement(PG, table.name, name)), Step(renamed)),
        ACCESS_EXCLUSIVE,
        BRIEF,
        _has_primary_key(table.name),
        why_strategy="the index exists already and its columns are NOT NULL, so that nothing is scanned",
    )


def promote_unique_to_primary_key(table: Table, key: Key, index: Index) -> Change:
    """Make the columns of a unique constraint the primary key. The constraint's own index cannot be taken over: a second one is
    built, then the constraint is dropped; not while foreign keys rest on it."""
    name = shorten_name(PG, table.name.name, "pkey")
    quoted, target = quote_name(PG, name), _table(table.name)
    create = f"CREATE UNIQUE INDEX CONCURRENTLY {quoted} ON {target} ({quote_columns(PG, key.columns)})"
    add = f"ALTER TABLE {target} ADD CONSTRAINT {quoted} PRIMARY KEY USING INDEX {quoted}"
    back = quote_name(PG, index.name.name)
    again = (
        Step(create_again(index), alone=True),
        Step(f"ALTER TABLE {target} ADD CONSTRAINT {quote_name(PG, key.name)} UNIQUE USING INDEX {back}"),
    )
    return Change(
        ChangeKind.SCHEMA,
        Strategy.ONLINE_DDL,
        (Step(create, alone=True), Step(add), Step(drop_constraint_statement(PG, table.name, key.name))),
        (*again, Step(drop_constraint_statement(PG, table.name, name))),
        f"{SHARE_UPDATE}; then ACCESS EXCLUSIVE for milliseconds",
        _TWO_SCANS,
        _has_primary_key(table.name),
        hazards=(_LEFT_OVER, f"ON CONFLICT ON CONSTRAINT {key.name} must name {name} from then on"),
    )


def add_primary_key(table: Table, column: Column, *, size_bytes: int | None = None) -> Change:
    """Make a column that already identifies every row the primary key, without a scan under the strong lock."""
    name = shorten_name(PG, table.name.name, "pkey")
    quoted, target = quote_name(PG, name), _table(table.name)
    required = set_not_null(table, column) if column.nullable else None
    create = f"CREATE UNIQUE INDEX CONCURRENTLY {quoted} ON {target} ({quote_name(PG, column.name)})"
    add = f"ALTER TABLE {target} ADD CONSTRAINT {quoted} PRIMARY KEY USING INDEX {quoted}"
    return Change(
        ChangeKind.SCHEMA,
        Strategy.ONLINE_DDL,
        (*(required.steps if required else ()), Step(create, alone=True), Step(add)),
        (Step(drop_constraint_statement(PG, table.name, name)), *(required.undo if required else ())),
        f"{SHARE_UPDATE}; then ACCESS EXCLUSIVE for milliseconds",
        _TWO_SCANS,
        _has_primary_key(table.name),
        hazards=(_LEFT_OVER, "code that writes the same value twice, or none, gets an error from then on"),
        size_bytes=size_bytes,
    )


def add_identity_key(table: Table, column: str) -> Change:
    """Give a table a number of its own as primary key; on a partitioned table together with the partition key."""
    quoted = quote_name(PG, column)
    key = (column, *(table.partition_key.columns if table.partition_key else ()))
    add = f"ADD COLUMN {quoted} bigint GENERATED ALWAYS AS IDENTITY, ADD PRIMARY KEY ({quote_columns(PG, key)})"
    return Change(
        ChangeKind.SCHEMA,
        Strategy.STANDARD,
        (Step(f"ALTER TABLE {_table(table.name)} {add}"),),
        (Step(f"ALTER TABLE {_table(table.name)} DROP COLUMN {quoted}"),),
        ACCESS_EXCLUSIVE,
        "as long as writing the whole table anew",
        _has_primary_key(table.name),
        online=False,
        risk=Risk.MEDIUM,
        hazards=("INSERT without a column list and SELECT * see one more column", "needs free disk for a second copy of the table"),
        assumptions=("no column or set of columns identifies a row already: a natural key is declared UNIQUE as well",),
    )


def _has_primary_key(table: QualifiedName) -> Verification:
    target = quote_literal(PG, _table(table))
    return Verification(f"SELECT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass({target}) AND contype = 'p')", "t")


def set_not_null(table: Table, *columns: Column) -> Change:
    """Make columns NOT NULL by way of validated checks, so that no scan happens under the strong lock (12 and later)."""
    target, names = _table(table.name), [quote_name(PG, column.name) for column in columns]
    checks = [quote_name(PG, shorten_name(PG, table.name.name, column.name, "not_null_check")) for column in columns]

    def all_of(form: str) -> Step:
        parts = (form.format(name=name, check=check) for name, check in zip(names, checks, strict=True))
        # by itself: the lock of one statement must not last through the scan of the next
        return Step(f"ALTER TABLE {target} {', '.join(parts)}", alone=True)

    listed = ", ".join(quote_literal(PG, column.name) for column in columns)
    where = f"attrelid = to_regclass({quote_literal(PG, target)}) AND attname IN ({listed}) AND attnotnull"
    return Change(
        ChangeKind.SCHEMA,
        Strategy.ONLINE_DDL,
        (
            all_of("ADD CONSTRAINT {check} CHECK ({name} IS NOT NULL) NOT VALID"),
            all_of("VALIDATE CONSTRAINT {check}"),
            all_of("ALTER COLUMN {name} SET NOT NULL"),
            all_of("DROP CONSTRAINT {check}"),
        ),
        (Step(all_of("ALTER COLUMN {name} DROP NOT NULL").sql),),
        f"ACCESS EXCLUSIVE for milliseconds, three times; VALIDATE: {SHARE_UPDATE}",
        f"{BRIEF}; VALIDATE reads the table once for each column",
        Verification(f"SELECT count(*) = {len(columns)} FROM pg_attribute WHERE {where}", "t"),
        hazards=(
            "code that writes NULL gets an error from then on",
            "when VALIDATE fails on a row, the checks stay, unvalidated: drop them, correct the rows and start again",
        ),
    )


def set_default(table: Table, column: Column, default: str | None, *, engine: Engine = PG) -> Change:
    """Give a column another default (None: none); undo restores the one it has."""
    if engine is not PG:
        return set_column_default(engine, table, column, default)

    def step(value: str | None) -> Step:
        words = f"SET DEFAULT {value}" if value is not None else "DROP DEFAULT"
        return Step(f"ALTER TABLE {_table(table.name)} ALTER COLUMN {quote_name(PG, column.name)} {words}")

    target = quote_literal(PG, _table(table.name))
    now = (
        "SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a "
        "JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
        f"WHERE a.attrelid = to_regclass({target}) AND a.attname = {quote_literal(PG, column.name)}"
    )
    same = f"coalesce(({now}), '') = {quote_literal(PG, default or '')}"
    return Change(
        ChangeKind.SCHEMA,
        Strategy.ONLINE_DDL,
        (step(default),),
        (step(column.default),),
        ACCESS_EXCLUSIVE,
        BRIEF,
        Verification(f"SELECT {same}", "t"),
        why_strategy="a default is applied to new rows only, no row is touched",
    )


def set_replica_identity(table: Table, words: str, undo_words: str) -> Change:
    """ALTER TABLE … REPLICA IDENTITY `words` (`FULL`, `USING INDEX …`)."""
    target = quote_literal(PG, _table(table.name))
    expected = "i" if words.startswith("USING INDEX") else words[0].lower()
    return Change(
        ChangeKind.SCHEMA,
        Strategy.ONLINE_DDL,
        (Step(f"ALTER TABLE {_table(table.name)} REPLICA IDENTITY {words}"),),
        (Step(f"ALTER TABLE {_table(table.name)} REPLICA IDENTITY {undo_words}"),),
        ACCESS_EXCLUSIVE,
        BRIEF,
        Verification(f"SELECT coalesce((SELECT relreplident FROM pg_class WHERE oid = to_regclass({target})), '-')", expected),
    )


def alter_sequence(sequence: Sequence, words: str, undo_words: str, *, maximum: int) -> Change:
    """ALTER SEQUENCE … `words`, verified by the sequence's maximum."""
    name = quote_qualified(PG, sequence.name)
    where = f"seqrelid = to_regclass({quote_literal(PG, name)})"
    return Change(
        ChangeKind.SCHEMA,
        Strategy.ONLINE_DDL,
        (Step(f"ALTER SEQUENCE {name} {words}"),),
        (Step(f"ALTER SEQUENCE {name} {undo_words}"),),
        "SHARE ROW EXCLUSIVE on the sequence: nextval waits",
        "milliseconds",
        Verification(f"SELECT coalesce((SELECT seqmax FROM pg_sequence WHERE {where}), 0)", str(maximum)),
        hazards=("undo fails once the sequence has passed the old limit",),
    )


def replace_unique(table: Table, key: Key, index: Index, name: str, *, nulls_not_distinct: bool) -> Change:
    """Build a unique constraint of the same columns with another rule for nulls beside the old one, then drop that."""
    added = add_unique(table, key.columns, name, nulls_not_distinct=nulls_not_distinct, size_bytes=0)
    dropped = drop_key(table, key, index)
    return Change(
        ChangeKind.SCHEMA,
        Strategy.ONLINE_DDL,
        (*added.steps, *dropped.steps),
        (*dropped.undo, *added.undo),
        added.lock,
        added.duration,
        added.verify,
        hazards=(*added.hazards, *dropped.hazards, "the build fails when rows break the new rule: correct them first"),
    )


def replace_unique_by_partial(
    table: Table, key: Key | None, index: Index, columns: tuple[str, ...], where: str, name: str, *, engine: Engine = PG
) -> Change:
    """Build a unique index over the rows that meet a condition, then drop the whole one (with its constraint, if it has one).
    MySQL has no such index: a virtual column that is NULL in the other rows joins the key."""
    if engine is not PG:
        return replace_unique_by_live(engine, table, index, columns, where, name)
    quoted, target = quote_name(PG, name), _table(table.name)
    create = f"CREATE UNIQUE INDEX CONCURRENTLY {quoted} ON {target} ({quote_columns(PG, columns)}) WHERE {where}"
    made = quote_qualified(PG, QualifiedName(table.name.schema, name))
    if key is not None:
        drop, again = drop_key(table, key, index).steps, drop_key(table, key, index).undo
    else:
        drop = (Step(f"DROP INDEX CONCURRENTLY {quote_qualified(PG, index.name)}", alone=True),)
        again = (Step(create_again(index), alone=True),)
    return Change(
        ChangeKind.INDEX,
        Strategy.ONLINE_DDL,
        (Step(create, alone=True), *drop),
        (*again, Step(f"DROP INDEX CONCURRENTLY {made}", alone=True)),
        f"{SHARE_UPDATE}; then ACCESS EXCLUSIVE for milliseconds",
        _TWO_SCANS,
        index_exists(PG, table.name, name),
        risk=Risk.MEDIUM,
        hazards=(_LEFT_OVER, f"ON CONFLICT must repeat the condition: ON CONFLICT ({quote_columns(PG, columns)}) WHERE {where}"),
    )
