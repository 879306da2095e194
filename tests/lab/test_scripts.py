import psycopg
import pymysql
import pytest

from dbarchitect.errors import LabError
from dbarchitect.lab.mariadb import PrivateMariaDB
from dbarchitect.lab.scripts import run_script

BLOCKED = """
CREATE TABLE t (a int PRIMARY KEY, b int);
INSERT INTO t VALUES (1, 1);
-- session holder
BEGIN;
UPDATE t SET b = 2 WHERE a = 1;
-- session waiter
-- wait
UPDATE t SET b = 3 WHERE a = 1;
-- session main
INSERT INTO t VALUES (2, 2);
"""


def test_sessions_stay_open_and_blocked(fresh_database: str) -> None:
    question = (
        "SELECT application_name, state, cardinality(pg_blocking_pids(pid)) FROM pg_stat_activity WHERE application_name = ANY(%s)"
    )
    with psycopg.connect(fresh_database, autocommit=True) as session:
        with run_script(fresh_database, BLOCKED):
            seen = session.execute(question, (["holder", "waiter"],)).fetchall()
            assert sorted(seen) == [("holder", "idle in transaction", 0), ("waiter", "active", 1)]
        assert session.execute("SELECT a, b FROM t ORDER BY a").fetchall() == [(1, 1), (2, 2)]


def test_sessions_of_mariadb(mariadb: PrivateMariaDB, fresh_mariadb: str) -> None:
    database = fresh_mariadb.split("/")[3].split("?")[0]
    with pymysql.connect(unix_socket=str(mariadb.socket), user="root", database=database, autocommit=True) as session:
        with run_script(fresh_mariadb, BLOCKED.replace("BEGIN;", "START TRANSACTION;")), session.cursor() as cursor:
            cursor.execute("SELECT trx_state FROM information_schema.innodb_trx ORDER BY 1")
            assert cursor.fetchall() == (("LOCK WAIT",), ("RUNNING",))
        with session.cursor() as cursor:
            cursor.execute("SELECT a, b FROM t ORDER BY a")
            assert cursor.fetchall() == ((1, 1), (2, 2))


def test_a_failing_statement_is_named(fresh_database: str) -> None:
    with (
        pytest.raises(LabError, match=r"(?s)no_such.*in: SELECT \* FROM no_such"),
        run_script(fresh_database, "SELECT 1; SELECT * FROM no_such"),
    ):
        pass


def test_a_failing_statement_that_was_to_wait(fresh_database: str) -> None:
    with pytest.raises(LabError, match="no_such"), run_script(fresh_database, "-- session a\n-- wait\nSELECT * FROM no_such;"):
        pass


def test_counters_are_visible(fresh_database: str) -> None:
    script = "CREATE TABLE t (a int); INSERT INTO t VALUES (1); SELECT * FROM t; INSERT INTO t VALUES (2); DELETE FROM t;"
    with psycopg.connect(fresh_database) as session, run_script(fresh_database, script):
        counters = "SELECT n_tup_ins, n_tup_del, seq_scan FROM pg_stat_user_tables"
        assert session.execute(counters).fetchone() == (2, 2, 2)
