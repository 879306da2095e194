import psycopg

from dbarchitect.engines.postgres import open_source
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import QualifiedName
from dbarchitect.model.snapshot import Gap, Snapshot
from tests.postgres.conftest import take


def _gap(snapshot: Snapshot, words: str) -> Gap:
    return next(gap for gap in snapshot.gaps if words in gap.what)


def test_a_superuser_misses_nothing(snapshot: Snapshot, major: int) -> None:
    assert [gap.reason for gap in snapshot.gaps] == (["PostgreSQL 13 does not count them"] if major == 13 else [])
    facts = snapshot.postgres
    assert facts is not None
    assert facts.current_user == "postgres" and facts.current_user_superuser and not facts.in_recovery
    assert {e.name for e in facts.extensions} >= {"citext", "pg_stat_statements", "plpgsql"}
    assert {r.name for r in facts.roles} >= {"postgres", "poor_reader"}
    assert {r.password_kind for r in facts.roles if r.name == "poor_reader"} == {"none"}
    assert [(p.name, p.command, p.roles, p.using) for p in facts.policies] == [
        ("own", "SELECT", ("PUBLIC",), "((name)::text = CURRENT_USER)")
    ]
    tables = {p.name: p.tables for p in facts.publications}
    assert tables["pub"] == (QualifiedName("shop", "orders"),)
    if snapshot.catalog.version.major >= 15:
        assert tables["part"] == (QualifiedName("shop", "customers"),)
        assert {QualifiedName("shop", "orders"), QualifiedName("shop", "seats")} < set(tables["whole_schema"])
    assert facts.foreign_servers[0].wrapper == "file_fdw"
    assert facts.hba_rules and facts.server is not None and facts.database is not None
    assert facts.host is not None and (facts.host.memory_bytes or 0) > 1e8 and (facts.host.processors or 0) >= 1
    assert {s.name: s.owner for s in facts.schemas}["shop"] == "postgres"


def test_table_facts(snapshot: Snapshot) -> None:
    customers = snapshot.postgres_table(QualifiedName("shop", "customers"))
    assert customers is not None and customers.row_security and not customers.row_security_forced and customers.readable
    assert (customers.frozen_xid_age or 0) > 0
    parent = snapshot.postgres_table(QualifiedName("shop", "parent"))
    assert parent is not None and parent.replica_identity == "full"


def test_grants(snapshot: Snapshot) -> None:
    assert snapshot.postgres is not None
    found = {
        (g.object_kind, g.object_name.schema, g.object_name.name, g.column, g.grantee, g.privileges)
        for g in snapshot.postgres.grants
    }
    assert ("table", "shop", "orders", None, "poor_reader", ("SELECT",)) in found
    assert ("column", "shop", "customers", "name", "poor_reader", ("SELECT",)) in found
    assert ("schema", "shop", "", None, "poor_reader", ("USAGE",)) in found
    assert ("default", "shop", "", "table", "poor_reader", ("SELECT",)) in found
    assert ("database", "", "rich", None, "PUBLIC", ("CONNECT", "TEMPORARY")) in found
    if snapshot.catalog.version.major >= 17:
        assert ("table", "shop", "parent", None, "poor_reader", ("MAINTAIN",)) in found


def test_statistics(snapshot: Snapshot) -> None:
    name = snapshot.column_statistics(QualifiedName("shop", "customers"), "name")
    assert name is not None and name.distinct == 20 and len(name.common_values) == 20
    tags = snapshot.column_statistics(QualifiedName("shop", "customers"), "tags")
    assert tags is not None and tags.common_values[0].startswith("{a,b") and "a" in tags.common_elements
    assert snapshot.postgres is not None
    named = {e.name.name: e for e in snapshot.postgres.extended_statistics}
    if snapshot.catalog.version.major >= 14:
        assert "lower(name::text)" in named["st_expression"].definition
    extended = named["st"]
    assert extended.kinds == ("ndistinct", "dependencies") and set(extended.columns) == {"name", "email"}
    assert extended.definition.startswith("CREATE STATISTICS shop.st (ndistinct, dependencies) ON ") and extended.ndistinct


def test_settings_are_the_servers_not_our_sessions(snapshot: Snapshot) -> None:
    assert snapshot.postgres is not None
    timeout, jit = snapshot.postgres.setting("statement_timeout"), snapshot.postgres.setting("jit")
    assert timeout is not None and (timeout.value, timeout.source, timeout.unit) == ("0", "default", "ms")
    assert jit is not None and jit.value == "on"
    assert snapshot.postgres.setting("default_transaction_read_only") is None  # our connection's own, says nothing


def test_secrets_are_masked(snapshot: Snapshot) -> None:
    assert snapshot.postgres is not None
    assert [(s.name, s.value) for s in snapshot.postgres.scoped_settings if s.database == "rich"] == [("app.api_key", "***")]
    assert "hush-hush" not in repr(snapshot)


def test_workload_holds_no_literals_and_none_of_ours(snapshot: Snapshot) -> None:
    workload = snapshot.workload
    assert workload is not None and workload.source.startswith("pg_stat_statements 1.") and workload.hidden == 0
    counted_since_14 = snapshot.catalog.version.major >= 14  # pg_stat_statements_info
    assert (workload.since is not None, workload.evictions is not None) == (counted_since_14, counted_since_14)
    texts = [s.text for s in workload.statements]
    assert any(t.startswith("INSERT INTO shop.orders") and "$1" in t for t in texts)
    assert not any("dbarchitect" in t or "'the name'" in t for t in texts)


def test_counters_since(snapshot: Snapshot) -> None:
    assert snapshot.counters_since is not None
    assert snapshot.counters_since <= snapshot.taken_at


def test_role_without_rights(server: EmbeddedPostgres, rich: str, major: int) -> None:
    snapshot = take(server.url("rich", "poor_reader"))
    assert len(snapshot.catalog.tables) == len(take(rich).catalog.tables)  # the catalogue itself is everybody's
    assert {s.column for s in snapshot.statistics if s.table == QualifiedName("shop", "orders")} >= {"id", "note"}
    rows = _gap(snapshot, "statistics and values of")
    assert '"Odd ""Schema"" ü"."Select"' in rows.remedy and "GRANT SELECT ON" in rows.remedy and "shop.orders" not in rows.what
    assert "GRANT pg_read_all_settings TO poor_reader;" in _gap(snapshot, "settings").remedy
    assert "superuser" in _gap(snapshot, "passwords").remedy
    assert "pg_read_server_files" in _gap(snapshot, "memory").remedy
    if major >= 15:  # before, the server notes a database's first use
        assert snapshot.counters_since is None and "superuser" in _gap(snapshot, "since when").remedy
    else:
        assert snapshot.counters_since is not None
    assert snapshot.workload is not None and snapshot.workload.hidden > 0
    assert "GRANT pg_read_all_stats TO poor_reader;" in _gap(snapshot, "text of").remedy
    readable = {t.name.name: t.readable for t in (snapshot.postgres.tables if snapshot.postgres else ())}
    assert readable["orders"] and not readable["customers"]


_GRANTS = """
SELECT format('GRANT SELECT ON %s TO granted', oid::regclass) FROM pg_class
WHERE relnamespace = 'shop'::regnamespace AND relkind IN ('r', 'p') AND has_table_privilege('poor_reader', oid, 'SELECT')
"""


def test_the_remedies_of_missing_rights_work(server: EmbeddedPostgres, rich: str, major: int) -> None:
    first = take(server.url("rich", "poor_reader"))
    remedies = [g.remedy for g in first.gaps if g.remedy.startswith("GRANT")]
    assert len(remedies) >= 3
    with psycopg.connect(rich, autocommit=True) as connection:
        connection.execute("CREATE ROLE granted LOGIN")
        for (grant,) in connection.execute(_GRANTS).fetchall():  # what poor_reader has already
            connection.execute(str(grant).encode())
        try:
            for remedy in remedies:
                connection.execute(remedy.replace("poor_reader", "granted").encode())
            second = take(server.url("rich", "granted"))
        finally:
            connection.execute("DROP OWNED BY granted; DROP ROLE granted")
    # what is left needs a superuser, or is hidden by row security, or is not counted by this version
    assert {g.what for g in second.gaps if "does not count" not in g.reason} == {
        "how passwords are kept",
        "rules of pg_hba.conf",
        "memory and processors of the server's machine",
        "statistics and values of shop.customers",
    } | ({"since when the usage counters count"} if major >= 15 else set())


def test_without_pg_stat_statements(fresh_database: str) -> None:
    with open_source(fresh_database, limits=Limits()) as source:
        snapshot = source.snapshot()
    assert snapshot.workload is None
    assert _gap(snapshot, "the workload").remedy == "CREATE EXTENSION pg_stat_statements;"


def test_pg_stat_statements_that_is_not_preloaded() -> None:
    with EmbeddedPostgres(preload=("auto_explain",)) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute('CREATE SCHEMA "Mixed Case"; CREATE EXTENSION pg_stat_statements SCHEMA "Mixed Case"')
        snapshot = take(server.url())
    gap = _gap(snapshot, "the workload")
    assert "shared_preload_libraries" in gap.reason
    assert gap.remedy == "ALTER SYSTEM SET shared_preload_libraries = 'auto_explain', 'pg_stat_statements'; restart the server;"
    assert len(snapshot.gaps) == 1


def test_extension_in_an_odd_schema(postgres18: EmbeddedPostgres, fresh_database: str) -> None:
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute('CREATE SCHEMA "My ""Stats"""; CREATE EXTENSION pg_stat_statements SCHEMA "My ""Stats"""')
        connection.execute("SELECT count(*) FROM pg_class WHERE relname = 'secret value'")
    workload = take(fresh_database).workload
    assert workload is not None
    assert any(s.text == "SELECT count(*) FROM pg_class WHERE relname = $1" for s in workload.statements)


def test_activity(fresh_database: str) -> None:
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (id int PRIMARY KEY)")
    holder = psycopg.connect(fresh_database, application_name="holder")
    holder.execute("LOCK TABLE t IN SHARE MODE")
    holder.execute("SELECT 'a secret' AS x")
    try:
        snapshot = take(fresh_database)
    finally:
        holder.close()
    assert snapshot.postgres is not None
    (session,) = [s for s in snapshot.postgres.sessions if s.application == "holder"]
    assert (session.state, session.query, session.local) == ("idle in transaction", "SELECT $1 AS x", True)
    assert session.transaction_start is not None and session.transaction_start <= snapshot.taken_at
    assert any(
        lock.pid == session.pid and lock.relation == QualifiedName("public", "t") and lock.mode == "ShareLock" and lock.granted
        for lock in snapshot.postgres.locks
    )
