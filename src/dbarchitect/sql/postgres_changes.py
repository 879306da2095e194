"""PostgreSQL statements of maintenance, access and configuration, as steps with their undo."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from dbarchitect.model.catalog import Routine, Table
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.postgres import Policy, ScopedSetting, Setting
from dbarchitect.sql.changes import SHARE_UPDATE, advice, set_parameter
from dbarchitect.sql.identifiers import quote_literal, quote_name, quote_qualified

_PG = Engine.POSTGRESQL
_BRIEF = "milliseconds, once it has the lock: set lock_timeout, it queues behind running transactions"
_EXCLUSIVE = "ACCESS EXCLUSIVE on the table: reads and writes wait"


def name(text: str) -> str:
    """A name, quoted as PostgreSQL needs it."""
    return quote_name(_PG, text)


def qualified(text: QualifiedName) -> str:
    """`schema.name`, quoted as PostgreSQL needs it."""
    return quote_qualified(_PG, text)


def literal(text: str) -> str:
    """A string literal of PostgreSQL."""
    return quote_literal(_PG, text)


def grantee(role: str) -> str:
    """A role's name as GRANT, REVOKE and CREATE POLICY want it: PUBLIC is a keyword."""
    return "PUBLIC" if role.upper() == "PUBLIC" else name(role)


def change_setting(setting: Setting, value: str) -> Change:
    """Set a server-wide setting; undo returns to the value that ALTER SYSTEM had given it, or to none.

    A value that came with the command line or the environment cannot be changed by ALTER SYSTEM: that becomes advice.
    """
    if setting.source in ("command line", "environment variable"):
        return advice(
            ChangeKind.CONFIGURATION,
            f"{setting.name} was given on the server's {setting.source.replace(' variable', '')}, over which ALTER SYSTEM has no "
            f"power: start the server with {setting.name} = {value}.",
        )
    from_auto = (setting.source_file or "").endswith("postgresql.auto.conf")
    return set_parameter(
        setting.name, value, before=setting_text(setting) if from_auto else None, restart=setting.context == "postmaster"
    )


def setting_text(setting: Setting) -> str:
    """The setting's value as ALTER SYSTEM takes it back, without loss."""
    if setting.unit and setting.unit[0].isdigit():  # 8kB, 16MB: a bare number means that many units
        return setting.value
    return f"{setting.value}{setting.unit}" if setting.unit and setting.value not in ("-1", "0") else setting.value


def change_settings(pairs: Iterable[tuple[Setting, str]]) -> Change:
    """Several settings in one task: all steps, one reload, and a verification of all of them."""
    changes = [change_setting(setting, value) for setting, value in pairs]
    possible = [c for c in changes if c.steps]
    if not possible:
        return changes[0]
    reload_step = possible[0].steps[-1]
    tests = [c.verify.sql.removeprefix("SELECT ") for c in possible if c.verify]
    return replace(
        possible[0],
        steps=(*(c.steps[0] for c in possible), reload_step),
        undo=(*(c.undo[0] for c in possible), reload_step),
        verify=Verification("SELECT " + " AND ".join(tests), "t"),
        requires_restart=any(c.requires_restart for c in possible),
    )


def reset_scoped_setting(scoped: ScopedSetting) -> Change:
    """Take back an ALTER ROLE or DATABASE … SET."""
    head = _scope(scoped.role, scoped.database)
    return _scoped_change(
        f"{head} RESET {scoped.name}", f"{head} SET {scoped.name} = {literal(scoped.value)}", "NOT EXISTS", scoped
    )


def set_role_setting(role: str, parameter: str, value: str, *, before: str | None) -> Change:
    """ALTER ROLE … SET, for its next sessions. `before` is what the role had (None: nothing)."""
    head = _scope(role, None)
    back = f"{head} RESET {parameter}" if before is None else f"{head} SET {parameter} = {literal(before)}"
    return _scoped_change(f"{head} SET {parameter} = {literal(value)}", back, "EXISTS", ScopedSetting(None, role, parameter, value))


def _scope(role: str | None, database: str | None) -> str:
    if role is None:
        return f"ALTER DATABASE {name(database)}" if database else "ALTER ROLE ALL"
    return f"ALTER ROLE {name(role)}" + (f" IN DATABASE {name(database)}" if database else "")


def _scoped_change(do: str, back: str, test: str, scoped: ScopedSetting) -> Change:
    role = f"s.setrole = (SELECT oid FROM pg_roles WHERE rolname = {literal(scoped.role)})" if scoped.role else "s.setrole = 0"
    database = (
        f"s.setdatabase = (SELECT oid FROM pg_database WHERE datname = {literal(scoped.database)})"
        if scoped.database
        else "s.setdatabase = 0"
    )
    verify = (
        f"SELECT {test} (SELECT FROM pg_db_role_setting s, unnest(s.setconfig) c WHERE {role} AND {database} "
        f"AND c = {literal(f'{scoped.name}={scoped.value}')})"
    )
    return Change(
        ChangeKind.CONFIGURATION, Strategy.STANDARD, (Step(do),), (Step(back),), "none", "takes effect for new sessions",
        Verification(verify, "t"),
    )  # fmt: skip


def set_storage_parameters(table: Table, values: tuple[tuple[str, str], ...]) -> Change:
    """ALTER TABLE … SET (…) of storage parameters; undo returns each to what it was."""
    target, before = qualified(table.name), storage_parameters(table)
    set_list = ", ".join(f"{key} = {value}" for key, value in values)
    kept = ", ".join(f"{key} = {before[key]}" for key, _ in values if key in before)
    gone = ", ".join(key for key, _ in values if key not in before)
    undo = [Step(f"ALTER TABLE {target} SET ({kept})")] if kept else []
    undo += [Step(f"ALTER TABLE {target} RESET ({gone})")] if gone else []
    expected = ", ".join(literal(f"{key}={value}") for key, value in values)
    return Change(
        ChangeKind.MAINTENANCE, Strategy.ONLINE_DDL, (Step(f"ALTER TABLE {target} SET ({set_list})"),), tuple(undo), SHARE_UPDATE,
        "milliseconds", Verification(f"SELECT coalesce((SELECT reloptions @> ARRAY[{expected}] {_class(table)}), false)", "t"),
    )  # fmt: skip


def reset_storage_parameters(table: Table, names: tuple[str, ...]) -> Change:
    """ALTER TABLE … RESET (…) of storage parameters; undo sets them again."""
    target, before = qualified(table.name), storage_parameters(table)
    again = ", ".join(f"{key} = {before[key]}" for key in names)
    listed = ", ".join(literal(f"{key}={before[key]}") for key in names)
    return Change(
        ChangeKind.MAINTENANCE, Strategy.ONLINE_DDL, (Step(f"ALTER TABLE {target} RESET ({', '.join(names)})"),),
        (Step(f"ALTER TABLE {target} SET ({again})"),), SHARE_UPDATE, "milliseconds",
        Verification(f"SELECT NOT coalesce((SELECT reloptions && ARRAY[{listed}] {_class(table)}), false)", "t"),
    )  # fmt: skip


def storage_parameters(table: Table) -> dict[str, str]:
    """The table's own storage parameters, by name."""
    return {key.strip().lower(): value.strip() for key, _, value in (option.partition("=") for option in table.options)}


def _class(table: Table) -> str:
    return f"FROM pg_class WHERE oid = to_regclass({literal(qualified(table.name))})"


def vacuum(table: QualifiedName, *options: str, since: datetime) -> Change:
    """VACUUM (…) one table. Verified by the time of its last vacuum, which must be later than `since`."""
    words = f"({', '.join(options)}) " if options else ""
    return Change(
        ChangeKind.MAINTENANCE, Strategy.STANDARD, (Step(f"VACUUM {words}{qualified(table)}", alone=True),), (), SHARE_UPDATE,
        "one read of the pages that are not all-visible, and of every index when rows are removed",
        last_run(table, "pg_stat_get_last_vacuum_time", "pg_stat_get_last_autovacuum_time", since=since),
        no_undo="VACUUM changes no data and no definition",
    )  # fmt: skip


def analyze(table: QualifiedName, *, since: datetime) -> Change:
    """ANALYZE one table. Verified by the time of its last analyze, which must be later than `since`."""
    return Change(
        ChangeKind.MAINTENANCE, Strategy.STANDARD, (Step(f"ANALYZE {qualified(table)}"),), (), SHARE_UPDATE,
        "seconds: it reads a sample of the table",
        last_run(table, "pg_stat_get_last_analyze_time", "pg_stat_get_last_autoanalyze_time", since=since),
        no_undo="ANALYZE changes the planner's statistics only, no data and no definition",
    )  # fmt: skip


def last_run(table: QualifiedName, *functions: str, since: datetime) -> Verification:
    """Gives t when one of these times of a table is later than `since`."""
    relation = f"to_regclass({literal(qualified(table))})"
    times = ", ".join(f"{function}({relation})" for function in functions)
    return Verification(
        f"SELECT coalesce(greatest({times}) > timestamptz {literal(since.isoformat(' ', 'microseconds'))}, false)", "t"
    )


def row_security(table: QualifiedName, words: str, undo_words: str, column: str) -> Change:
    """ALTER TABLE … `words` (ENABLE ROW LEVEL SECURITY …), seen in pg_class.`column`."""
    target = qualified(table)
    return Change(
        ChangeKind.SECURITY, Strategy.STANDARD,
        (Step(f"ALTER TABLE {target} {words}"),), (Step(f"ALTER TABLE {target} {undo_words}"),), _EXCLUSIVE, _BRIEF,
        Verification(f"SELECT coalesce((SELECT {column} FROM pg_class WHERE oid = to_regclass({literal(target)})), false)", "t"),
        risk=Risk.MEDIUM,
    )  # fmt: skip


def create_policy(policy: Policy) -> str:
    """The CREATE POLICY statement of a policy."""
    parts = [f"CREATE POLICY {name(policy.name)} ON {qualified(policy.table)}"]
    parts.append("" if policy.permissive else "AS RESTRICTIVE")
    parts.append(f"FOR {policy.command}")
    parts.append("TO " + ", ".join(grantee(role) for role in policy.roles))
    parts.append(f"USING ({policy.using})" if policy.using else "")
    parts.append(f"WITH CHECK ({policy.with_check})" if policy.with_check else "")
    return " ".join(part for part in parts if part)


def alter_policy(policy: Policy, using: str | None, with_check: str | None) -> Step:
    """ALTER POLICY to these expressions; those that are None stay as they are."""
    parts = [f"ALTER POLICY {name(policy.name)} ON {qualified(policy.table)}"]
    parts += [f"USING ({using})"] if using is not None else []
    parts += [f"WITH CHECK ({with_check})"] if with_check is not None else []
    return Step(" ".join(parts))


def change_policy(policy: Policy, using: str | None, with_check: str | None, verify: str) -> Change:
    """Give a policy new expressions. `verify` is a condition over pg_policies' `qual` and `with_check`."""
    test = (
        f"SELECT EXISTS (SELECT FROM pg_policies WHERE schemaname = {literal(policy.table.schema)} "
        f"AND tablename = {literal(policy.table.name)} AND policyname = {literal(policy.name)} AND {verify})"
    )
    return Change(
        ChangeKind.SECURITY, Strategy.STANDARD, (alter_policy(policy, using, with_check),),
        (alter_policy(policy, policy.using, policy.with_check),), _EXCLUSIVE, _BRIEF, Verification(test, "t"), risk=Risk.MEDIUM,
    )  # fmt: skip


def role_attribute(role: str, do: str, undo: str, test: str) -> Change:
    """ALTER ROLE … `do`; `test` is a condition over pg_roles that holds afterwards."""
    verify = f"SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = {literal(role)} AND {test})"
    return Change(
        ChangeKind.SECURITY, Strategy.STANDARD,
        (Step(f"ALTER ROLE {name(role)} {do}"),), (Step(f"ALTER ROLE {name(role)} {undo}"),),
        "none", "takes effect at once", Verification(verify, "t"),
        risk=Risk.HIGH,
    )  # fmt: skip


def revoke(privileges: tuple[str, ...], target: str, from_role: str, verify: str) -> Change:
    """REVOKE these privileges on `target` (`TABLE shop.orders`), with GRANT as the way back; `verify` gives t afterwards."""
    words = ", ".join(privileges)
    return Change(
        ChangeKind.SECURITY, Strategy.STANDARD, (Step(f"REVOKE {words} ON {target} FROM {grantee(from_role)}"),),
        (Step(f"GRANT {words} ON {target} TO {grantee(from_role)}"),), "none that stops reads or writes", "milliseconds",
        Verification(verify, "t"), risk=Risk.MEDIUM,
    )  # fmt: skip


def set_routine_search_path(routine: Routine, path: tuple[str, ...]) -> Change:
    """ALTER ROUTINE … SET search_path, with RESET as the way back."""
    target = f"ROUTINE {qualified(routine.name)}({routine.arguments})"
    arguments = re.sub(r"\w+\.", "", routine.arguments)  # types print with or without their schema, as the search_path is
    verify = (
        "SELECT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
        f"WHERE n.nspname = {literal(routine.name.schema)} AND p.proname = {literal(routine.name.name)} "
        f"AND regexp_replace(pg_get_function_identity_arguments(p.oid), '\\w+\\.', '', 'g') = {literal(arguments)} "
        "AND array_to_string(p.proconfig, ',') LIKE '%search_path=%')"
    )
    return Change(
        ChangeKind.SECURITY, Strategy.STANDARD, (Step(f"ALTER {target} SET search_path = {', '.join(name(p) for p in path)}"),),
        (Step(f"ALTER {target} RESET search_path"),), "none that stops calls", "milliseconds", Verification(verify, "t"),
        risk=Risk.MEDIUM,
    )  # fmt: skip
