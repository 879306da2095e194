"""Statements that change a database, as steps with their undo, for each engine.

What is not the same on all engines is decided here once, so that a check reads alike for all of them.
"""

from dataclasses import replace

from dbarchitect.model.catalog import CheckConstraint, ForeignKey, Index, Key, Table
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.sql.identifiers import quote_columns, quote_literal, quote_name, quote_qualified

SHARE_UPDATE = "SHARE UPDATE EXCLUSIVE on the table: reads and writes go on; other DDL and VACUUM wait"
ACCESS_EXCLUSIVE = "ACCESS EXCLUSIVE on the table: reads and writes wait"
MYSQL_INPLACE = "no lock on reads or writes (ALGORITHM=INPLACE, LOCK=NONE), metadata lock at start and end"


def mysql_online(table: Table, *, rebuilds: bool = False) -> str:
    """What ALTER TABLE ends with so that MySQL refuses rather than stops writes; empty where the server has no such way: other
    storage engines, and full-text indexes when the table is built anew (error 1846)."""
    in_place = table.access_method in (None, "innodb") and not (rebuilds and any(i.method == "fulltext" for i in table.indexes))
    return ", ALGORITHM=INPLACE, LOCK=NONE" if in_place else ""


def mysql_lock(table: Table, *, rebuilds: bool = False) -> str:
    """The lock of such an ALTER TABLE."""
    return MYSQL_INPLACE if mysql_online(table, rebuilds=rebuilds) else "SHARED on the table: writes wait, reads go on"


def index_exists(engine: Engine, table: QualifiedName, index: str) -> Verification:
    """Gives t when a valid index of that name stands on the table."""
    if engine is Engine.POSTGRESQL:
        qualified = quote_literal(engine, quote_qualified(engine, QualifiedName(table.schema, index)))
        return Verification(
            f"SELECT coalesce((SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass({qualified})), false)", "t"
        )
    return Verification(
        "SELECT count(*) > 0 FROM information_schema.statistics "
        f"WHERE table_schema = {quote_literal(engine, table.schema)} AND table_name = {quote_literal(engine, table.name)} "
        f"AND index_name = {quote_literal(engine, index)}",
        "1",
    )


def index_missing(engine: Engine, table: QualifiedName, index: str) -> Verification:
    """Gives t (MySQL: 1) when no index of that name stands on the table."""
    if engine is Engine.POSTGRESQL:
        qualified = quote_literal(engine, quote_qualified(engine, QualifiedName(table.schema, index)))
        return Verification(f"SELECT to_regclass({qualified}) IS NULL", "t")
    found = index_exists(engine, table, index)
    return Verification(found.sql.replace("count(*) > 0", "count(*) = 0", 1), "1")


def constraint_exists(engine: Engine, table: QualifiedName, constraint: str) -> Verification:
    """Gives t (MySQL: 1) when a validated constraint of that name stands on the table."""
    if engine is Engine.POSTGRESQL:
        return Verification(
            "SELECT coalesce((SELECT convalidated FROM pg_constraint WHERE conrelid = "
            f"to_regclass({quote_literal(engine, quote_qualified(engine, table))}) AND "
            f"conname = {quote_literal(engine, constraint)}), false)",
            "t",
        )
    return Verification(
        "SELECT count(*) > 0 FROM information_schema.table_constraints "
        f"WHERE table_schema = {quote_literal(engine, table.schema)} AND table_name = {quote_literal(engine, table.name)} "
        f"AND constraint_name = {quote_literal(engine, constraint)}",
        "1",
    )


def constraint_missing(engine: Engine, table: QualifiedName, constraint: str) -> Verification:
    """Gives t (MySQL: 1) when no constraint of that name stands on the table."""
    if engine is Engine.POSTGRESQL:
        return Verification(
            "SELECT NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
            f"to_regclass({quote_literal(engine, quote_qualified(engine, table))}) AND "
            f"conname = {quote_literal(engine, constraint)})",
            "t",
        )
    found = constraint_exists(engine, table, constraint)
    return Verification(found.sql.replace("count(*) > 0", "count(*) = 0", 1), "1")


def create_index(
    engine: Engine,
    table: Table,
    name: str,
    columns: tuple[str, ...],
    *,
    unique: bool = False,
    where: str | None = None,
    method: str = "btree",
    size_bytes: int | None = None,
) -> Change:
    """Build an index without stopping writes. On a partitioned table: ON ONLY the parent is not used, since PostgreSQL
    cannot build concurrently there; the plain form is given with its lock."""
    kind = "UNIQUE INDEX" if unique else "INDEX"
    target, quoted = quote_qualified(engine, table.name), quote_name(engine, name)
    verify = index_exists(engine, table.name, name)
    if engine is not Engine.POSTGRESQL:
        add = f"ALTER TABLE {target} ADD {kind} {quoted} ({quote_columns(engine, columns)}){mysql_online(table)}"
        # InnoDB takes a table's first unique key for its primary key, and drops that by copying alone
        back = "" if unique and table.primary_key is None else mysql_online(table)
        online = bool(mysql_online(table))
        return Change(
            ChangeKind.INDEX, Strategy.ONLINE_DDL if online else Strategy.STANDARD, (Step(add),),
            (Step(f"ALTER TABLE {target} DROP INDEX {quoted}{back}"),), mysql_lock(table),
            "as long as one scan of the table and the sort of its keys", verify, online=online, size_bytes=size_bytes,
        )  # fmt: skip
    using = "" if method == "btree" else f" USING {method}"
    predicate = f" WHERE {where}" if where else ""
    concurrently = "" if table.partition_key else "CONCURRENTLY "
    create = f"CREATE {kind} {concurrently}{quoted} ON {target}{using} ({quote_columns(engine, columns)}){predicate}"
    dropped = quote_qualified(engine, QualifiedName(table.name.schema, name))
    change = Change(
        ChangeKind.INDEX,
        Strategy.ONLINE_DDL,
        (Step(create, alone=bool(concurrently)),),
        (Step(f"DROP INDEX {concurrently}{dropped}", alone=bool(concurrently)),),
        SHARE_UPDATE,
        "as long as two scans of the table and the sort of its keys; it waits for older transactions",
        verify,
        hazards=("a failed CONCURRENTLY build leaves an INVALID index behind: drop it and build again",),
        size_bytes=size_bytes,
    )
    if not concurrently:
        return replace(
            change,
            strategy=Strategy.STANDARD,
            lock="SHARE on every partition: writes wait, reads go on",
            duration="as long as one scan of all partitions",
            online=False,
            risk=Risk.MEDIUM,
            hazards=("CONCURRENTLY is not possible on a partitioned table",),
        )
    return change


def drop_index(engine: Engine, table: Table, index: Index) -> Change:
    """Drop an index that backs no constraint; undo builds it again from its own definition."""
    verify = index_missing(engine, table.name, index.name.name)
    target = quote_qualified(engine, table.name)
    if engine is not Engine.POSTGRESQL:
        drop = f"ALTER TABLE {target} DROP INDEX {quote_name(engine, index.name.name)}"
        back = f"ALTER TABLE {target} ADD {index.definition}"
        return Change(
            ChangeKind.INDEX, Strategy.ONLINE_DDL, (Step(drop),), (Step(back),), MYSQL_INPLACE, "milliseconds", verify,
            size_bytes=-index.bytes if index.bytes else None,
        )  # fmt: skip
    partitioned = table.partition_key is not None
    concurrently = "" if partitioned else "CONCURRENTLY "
    name = quote_qualified(engine, index.name)
    create = index.definition
    if not partitioned:
        create = create.replace("CREATE INDEX ", "CREATE INDEX CONCURRENTLY ", 1)
        create = create.replace("CREATE UNIQUE INDEX ", "CREATE UNIQUE INDEX CONCURRENTLY ", 1)
    return Change(
        ChangeKind.INDEX,
        Strategy.ONLINE_DDL if concurrently else Strategy.STANDARD,
        (Step(f"DROP INDEX {concurrently}{name}", alone=not partitioned),),
        (Step(create, alone=not partitioned),),
        SHARE_UPDATE if concurrently else ACCESS_EXCLUSIVE,
        "milliseconds, once older transactions on the table have ended",
        verify,
        size_bytes=-index.bytes if index.bytes else None,
    )


def add_constraint_definition(constraint: Key | ForeignKey | CheckConstraint, engine: Engine, table: QualifiedName) -> str:
    """The statement that adds a constraint again as it was."""
    name = quote_name(engine, constraint.name)
    return f"ALTER TABLE {quote_qualified(engine, table)} ADD CONSTRAINT {name} {constraint.definition}"


def drop_constraint_statement(engine: Engine, table: QualifiedName, constraint: str, *, foreign: bool = False) -> str:
    """The statement that drops a constraint. MySQL wants DROP FOREIGN KEY for foreign keys."""
    word = "FOREIGN KEY" if foreign and engine is not Engine.POSTGRESQL else "CONSTRAINT"
    return f"ALTER TABLE {quote_qualified(engine, table)} DROP {word} {quote_name(engine, constraint)}"


def set_parameter(name: str, value: str, *, before: str | None, restart: bool = False) -> Change:
    """ALTER SYSTEM SET a PostgreSQL setting and reload. `before` is the value that ALTER SYSTEM had given it earlier
    (None: it had not), to which undo returns."""
    engine = Engine.POSTGRESQL
    back = f"ALTER SYSTEM RESET {name}" if before is None else f"ALTER SYSTEM SET {name} = {quote_literal(engine, before)}"
    reload_step = Step("SELECT pg_reload_conf()")
    # pg_file_settings is re-read at once, also for settings that wait for a restart
    verify = (
        "SELECT EXISTS (SELECT FROM pg_file_settings WHERE name = "
        f"{quote_literal(engine, name)} AND setting = {quote_literal(engine, value)} AND sourcefile LIKE '%postgresql.auto.conf')"
    )
    return Change(
        ChangeKind.CONFIGURATION,
        Strategy.STANDARD,
        (Step(f"ALTER SYSTEM SET {name} = {quote_literal(engine, value)}", alone=True), reload_step),
        (Step(back, alone=True), reload_step),
        "none",
        "takes effect at the next restart of the server" if restart else "takes effect at once for new statements",
        Verification(verify, "t"),
        requires_restart=restart,
        risk=Risk.MEDIUM if restart else Risk.LOW,
    )


def advice(kind: ChangeKind, why: str, *, risk: Risk = Risk.LOW, verify: Verification | None = None) -> Change:
    """A task without a statement to run: the decision or the code is the reader's."""
    return Change(
        kind, Strategy.STANDARD, (), (), "none", "none", verify, risk=risk, no_undo="nothing is changed by us", advice_only=why
    )


def together(changes: tuple[Change, ...]) -> Change:
    """Changes of the same kind as one, in their order; undo goes backwards. PostgreSQL only: every one is verified by a `t`."""
    first = changes[0]
    sizes = [c.size_bytes for c in changes if c.size_bytes is not None]
    questions = " AND ".join(f"({c.verify.sql})" for c in changes if c.verify)
    return replace(
        first,
        steps=tuple(step for c in changes for step in c.steps),
        undo=tuple(step for c in reversed(changes) for step in c.undo),
        duration=f"for each of the {len(changes)} in turn: {first.duration}",
        verify=Verification(f"SELECT {questions}", "t"),
        online=all(c.online for c in changes),
        risk=max((c.risk for c in changes), key=lambda r: r.value),
        hazards=tuple(dict.fromkeys(h for c in changes for h in c.hazards)),
        assumptions=tuple(dict.fromkeys(a for c in changes for a in c.assumptions)),
        size_bytes=sum(sizes) if len(sizes) == len(changes) else None,
    )
