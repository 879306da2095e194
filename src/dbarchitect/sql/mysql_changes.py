"""Changes that only MySQL and MariaDB know: ALTER TABLE with its algorithm, global variables, accounts."""

from dataclasses import replace

from dbarchitect.model.catalog import Column, ForeignKey, Index, Table
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.sql.identifiers import quote_columns, quote_literal, quote_name, quote_qualified

COPY_LOCK = "SHARED on the table while it is copied (ALGORITHM=COPY): writes wait, reads go on; reads wait for a moment at the end"
INSTANT_LOCK = "metadata lock for an instant (ALGORITHM=INSTANT): no data is touched"
_COPY_TIME = "as long as a copy of the table takes: for a large one use pt-online-schema-change or gh-ost instead"


def alter_statement(engine: Engine, table: QualifiedName, clauses: str) -> str:
    """`ALTER TABLE table clauses`."""
    return f"ALTER TABLE {quote_qualified(engine, table)} {clauses}"


def table_fact(engine: Engine, table: QualifiedName, expression: str) -> str:
    """A query of one fact of information_schema.tables."""
    return (
        f"SELECT {expression} FROM information_schema.tables WHERE table_schema = {quote_literal(engine, table.schema)} "
        f"AND table_name = {quote_literal(engine, table.name)}"
    )


def column_fact(engine: Engine, table: QualifiedName, column: str, expression: str) -> str:
    """A query of one fact of information_schema.columns."""
    return (
        f"SELECT {expression} FROM information_schema.columns WHERE table_schema = {quote_literal(engine, table.schema)} "
        f"AND table_name = {quote_literal(engine, table.name)} AND column_name = {quote_literal(engine, column)}"
    )


def rename_table(engine: Engine, table: Table, new_name: str) -> Change:
    """Give a table another name, so that whatever still uses it fails loudly and the way back is one statement."""
    new = QualifiedName(table.name.schema, new_name)
    return Change(
        ChangeKind.SCHEMA,
        Strategy.STANDARD,
        (Step(f"RENAME TABLE {quote_qualified(engine, table.name)} TO {quote_qualified(engine, new)}"),),
        (Step(f"RENAME TABLE {quote_qualified(engine, new)} TO {quote_qualified(engine, table.name)}"),),
        "metadata lock for an instant: it waits for transactions that use the table, and others wait for it",
        "milliseconds",
        Verification(table_fact(engine, table.name, "COUNT(*)"), "0"),
        online=False,
        risk=Risk.MEDIUM,
        hazards=("whatever still names the table fails from then on, until it is renamed back",),
    )


def copying_alter(engine: Engine, table: QualifiedName, do: str, undo: str, verify: Verification) -> Change:
    """An ALTER TABLE that writes the table anew while writes wait."""
    return Change(
        ChangeKind.SCHEMA,
        Strategy.STANDARD,
        (Step(alter_statement(engine, table, do)),),
        (Step(alter_statement(engine, table, undo)),),
        COPY_LOCK,
        _COPY_TIME,
        verify,
        online=False,
        risk=Risk.MEDIUM,
    )


def convert_engine(engine: Engine, table: QualifiedName, storage_engine: str, before: str) -> Change:
    """Another storage engine for the table."""
    verify = Verification(table_fact(engine, table, "engine"), storage_engine)
    return copying_alter(engine, table, f"ENGINE = {storage_engine}", f"ENGINE = {before}", verify)


def set_column_default(engine: Engine, table: Table, column: Column, default: str | None) -> Change:
    """Another default, or none: an instant change of the table's definition."""
    name = quote_name(engine, column.name)

    def clause(expression: str | None) -> str:
        if expression is None and not column.nullable:
            return f"ALTER COLUMN {name} DROP DEFAULT"
        return f"ALTER COLUMN {name} SET DEFAULT {expression or 'NULL'}"

    verify = Verification(column_fact(engine, table.name, column.name, "COALESCE(column_default, 'NULL')"), default or "NULL")
    return Change(
        ChangeKind.SCHEMA,
        Strategy.ONLINE_DDL,
        (Step(alter_statement(engine, table.name, f"{clause(default)}, ALGORITHM=INSTANT")),),
        (Step(alter_statement(engine, table.name, clause(column.default))),),
        INSTANT_LOCK,
        "milliseconds",
        verify,
    )


def add_number_key(engine: Engine, table: Table, column: str) -> Change:
    """A numbered column of its own as the primary key, in front of the others."""
    name = quote_name(engine, column)
    verify = Verification(column_fact(engine, table.name, column, "column_key"), "PRI")
    change = copying_alter(
        engine,
        table.name,
        f"ADD COLUMN {name} bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY FIRST",
        f"DROP COLUMN {name}",
        replace(verify, sql=f"SELECT COALESCE(({verify.sql}), '')"),
    )
    return replace(change, hazards=("INSERT without a column list, and SELECT *, meet one more column",))


def promote_index(engine: Engine, table: Table, index: Index) -> Change:
    """The columns of a unique index as the primary key, in place of that index."""
    columns = quote_columns(engine, index.columns)
    name = quote_name(engine, index.name.name)
    standing = (
        f"SELECT count(*) FROM information_schema.statistics WHERE table_schema = {quote_literal(engine, table.name.schema)} "
    )
    verify = Verification(
        f"{standing}AND table_name = {quote_literal(engine, table.name.name)} AND index_name = 'PRIMARY'", str(len(index.columns))
    )
    return copying_alter(
        engine,
        table.name,
        f"ADD PRIMARY KEY ({columns}), DROP INDEX {name}",
        f"DROP PRIMARY KEY, ADD {index.definition}",
        verify,
    )


def drop_foreign_key_statement(engine: Engine, table: QualifiedName, key: ForeignKey) -> str:
    """ALTER TABLE … DROP FOREIGN KEY."""
    return alter_statement(engine, table, f"DROP FOREIGN KEY {quote_name(engine, key.name)}")


def add_foreign_key_statement(engine: Engine, table: QualifiedName, key: ForeignKey) -> str:
    """ALTER TABLE … ADD CONSTRAINT … FOREIGN KEY, as it was."""
    return alter_statement(engine, table, f"ADD CONSTRAINT {quote_name(engine, key.name)} {key.definition}")


def set_variable(engine: Engine, name: str, value: str, before: str, *, shown: str | None = None, risk: Risk = Risk.LOW) -> Change:
    """A global variable's new value, at once for new sessions. Values are as SQL writes them; `shown` is how @@name prints it.

    MySQL keeps it with SET PERSIST; MariaDB cannot, so that the line for my.cnf is an assumption to be read.
    """
    mariadb = engine is Engine.MARIADB
    steps = (Step(f"SET {'GLOBAL' if mariadb else 'PERSIST'} {name} = {value}"),)
    back = Step(f"SET GLOBAL {name} = {before}")
    undo = (back,) if mariadb else (back, Step(f"RESET PERSIST IF EXISTS {name}"))
    keep = (f"to keep it over a restart, write `{name} = {value}` under [mariadb] in my.cnf",) if mariadb else ()
    return Change(
        ChangeKind.CONFIGURATION,
        Strategy.STANDARD,
        steps,
        undo,
        "none",
        "takes effect at once for new sessions",
        Verification(f"SELECT @@GLOBAL.{name}", shown if shown is not None else value.strip("'")),
        risk=risk,
        assumptions=keep,
    )


def quote_account(engine: Engine, user: str, host: str) -> str:
    """`'user'@'host'`."""
    return f"{quote_literal(engine, user)}@{quote_literal(engine, host)}"


def lock_account(engine: Engine, user: str, host: str) -> Change:
    """Nobody can log in with the account any more; sessions that are open go on."""
    account, quoted = quote_account(engine, user, host), (quote_literal(engine, user), quote_literal(engine, host))
    table, locked = ("mysql.user", "account_locked = 'Y'")
    if engine is Engine.MARIADB:
        table, locked = "mysql.global_priv", "COALESCE(JSON_VALUE(priv, '$.account_locked'), 0) IN ('1', 'true')"
    return Change(
        ChangeKind.SECURITY,
        Strategy.STANDARD,
        (Step(f"ALTER USER {account} ACCOUNT LOCK"),),
        (Step(f"ALTER USER {account} ACCOUNT UNLOCK"),),
        "none",
        "milliseconds",
        Verification(f"SELECT {locked} FROM {table} WHERE user = {quoted[0]} AND host = {quoted[1]}", "1"),
        risk=Risk.MEDIUM,
    )
