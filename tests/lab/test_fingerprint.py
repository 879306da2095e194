"""Each kind of change is noticed, and a change that was taken back is none."""

from collections.abc import Iterator

import psycopg
import pytest

from dbarchitect.lab.embedded import EmbeddedPostgres, connect
from dbarchitect.lab.fingerprint import Connection, differences, take_fingerprint

SCHEMA = """
CREATE ROLE fp_role; CREATE ROLE fp_other;
CREATE TABLE t (id int PRIMARY KEY, a text DEFAULT 'x', b int NOT NULL, CONSTRAINT c CHECK (b > 0));
CREATE TABLE child (t_id int REFERENCES t, r tstzrange);
CREATE TABLE parted (k int) PARTITION BY RANGE (k);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE INDEX i ON t (a);
CREATE VIEW v AS SELECT id FROM t;
CREATE MATERIALIZED VIEW mv AS SELECT id FROM t;
CREATE SEQUENCE s;
CREATE TYPE e AS ENUM ('a', 'b');
CREATE DOMAIN d AS int CHECK (VALUE > 0);
CREATE TYPE pair AS (x int, y int);
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER trg BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf();
CREATE POLICY p ON t USING (true);
CREATE STATISTICS st ON a, b FROM t;
CREATE PUBLICATION pub FOR TABLE t;
CREATE RULE ru AS ON DELETE TO child DO INSTEAD NOTHING;
COMMENT ON TABLE t IS 'old';
"""

NOTICED = """
CREATE TABLE new_table ()
DROP TABLE child
ALTER TABLE t RENAME TO t2
ALTER TABLE t SET (fillfactor = 70)
ALTER TABLE t SET (toast.autovacuum_enabled = off)
ALTER TABLE child SET UNLOGGED
ALTER TABLE t OWNER TO fp_role
ALTER TABLE t ENABLE ROW LEVEL SECURITY
ALTER TABLE t FORCE ROW LEVEL SECURITY
ALTER TABLE t REPLICA IDENTITY FULL
ALTER TABLE t CLUSTER ON i
ALTER TABLE t ADD COLUMN z int
ALTER TABLE t DROP COLUMN a
ALTER TABLE t RENAME COLUMN a TO z
ALTER TABLE t ALTER COLUMN b TYPE bigint
ALTER TABLE t ALTER COLUMN b DROP NOT NULL
ALTER TABLE t ALTER COLUMN a SET NOT NULL
ALTER TABLE t ALTER COLUMN a SET DEFAULT 'y'
ALTER TABLE t ALTER COLUMN a DROP DEFAULT
ALTER TABLE t ALTER COLUMN a SET STORAGE EXTERNAL
ALTER TABLE t ALTER COLUMN a SET STATISTICS 1000
ALTER TABLE t ALTER COLUMN a SET (n_distinct = 5)
ALTER TABLE t ALTER COLUMN b ADD GENERATED ALWAYS AS IDENTITY
ALTER TABLE t DROP CONSTRAINT c
ALTER TABLE t ADD CONSTRAINT n UNIQUE (b)
ALTER TABLE t RENAME CONSTRAINT c TO c2
ALTER TABLE child DROP CONSTRAINT child_t_id_fkey
ALTER TABLE child ADD CONSTRAINT x FOREIGN KEY (t_id) REFERENCES t NOT VALID
ALTER TABLE child ALTER CONSTRAINT child_t_id_fkey DEFERRABLE
ALTER TABLE child ALTER CONSTRAINT child_t_id_fkey NOT ENFORCED
ALTER TABLE parted DETACH PARTITION parted_1
CREATE TABLE parted_2 PARTITION OF parted DEFAULT
DROP INDEX i
CREATE INDEX j ON t (b)
CREATE UNIQUE INDEX j ON t (a) WHERE b > 1
ALTER INDEX i RENAME TO i2
ALTER INDEX i SET (fillfactor = 60)
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass
CREATE OR REPLACE VIEW v AS SELECT id + 0 AS id FROM t
DROP VIEW v
ALTER VIEW v SET (security_invoker = on)
REFRESH MATERIALIZED VIEW mv WITH NO DATA
ALTER SEQUENCE s AS smallint
ALTER SEQUENCE s OWNED BY t.id
ALTER TYPE e ADD VALUE 'c'
ALTER TYPE e RENAME VALUE 'a' TO 'z'
ALTER DOMAIN d SET NOT NULL
ALTER DOMAIN d ADD CHECK (VALUE < 9)
ALTER TYPE pair ADD ATTRIBUTE z int
CREATE TYPE r AS RANGE (subtype = float8)
CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 2'
ALTER FUNCTION f(int) SET search_path = pg_catalog
ALTER FUNCTION f(int) SECURITY DEFINER
DROP FUNCTION f(int)
REVOKE EXECUTE ON FUNCTION f(int) FROM PUBLIC
REVOKE EXECUTE ON FUNCTION pg_sleep(double precision) FROM PUBLIC
CREATE AGGREGATE ag (int) (sfunc = int4pl, stype = int)
DROP TRIGGER trg ON t
ALTER TABLE t DISABLE TRIGGER trg
ALTER TABLE child DISABLE TRIGGER ALL
ALTER POLICY p ON t USING (b > 0)
ALTER POLICY p ON t TO fp_role
DROP POLICY p ON t
DROP STATISTICS st
ALTER STATISTICS st SET STATISTICS 50
DROP RULE ru ON child
ALTER PUBLICATION pub DROP TABLE t
ALTER PUBLICATION pub SET (publish = 'insert')
COMMENT ON TABLE t IS 'new'
COMMENT ON TABLE t IS NULL
COMMENT ON COLUMN t.a IS 'new'
COMMENT ON SCHEMA public IS 'mine'
CREATE SCHEMA sch
REVOKE USAGE ON SCHEMA public FROM PUBLIC
GRANT SELECT ON t TO fp_role
GRANT SELECT (a) ON t TO fp_role
GRANT USAGE ON SEQUENCE s TO fp_role
REVOKE USAGE ON TYPE e FROM PUBLIC
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO fp_role
CREATE EXTENSION pg_trgm
CREATE FOREIGN DATA WRAPPER w
CREATE CAST (pair AS text) WITH INOUT
CREATE ROLE fp_third
ALTER ROLE fp_role LOGIN
ALTER ROLE fp_role PASSWORD 'x'
ALTER ROLE fp_role SET work_mem = '8MB'
GRANT fp_role TO fp_other
""".strip().splitlines()

TAKEN_BACK = (
    ("DROP INDEX i", "CREATE INDEX i ON t (a)"),
    ("ALTER TABLE t DROP CONSTRAINT c", "ALTER TABLE t ADD CONSTRAINT c CHECK (b > 0)"),
    ("ALTER TABLE child DROP CONSTRAINT child_t_id_fkey", "ALTER TABLE child ADD FOREIGN KEY (t_id) REFERENCES t"),
    ("GRANT SELECT ON t TO fp_role", "REVOKE SELECT ON t FROM fp_role"),
    ("ALTER TABLE t SET (fillfactor = 70, parallel_workers = 2)", "ALTER TABLE t RESET (fillfactor, parallel_workers)"),
    ("ALTER TABLE t ALTER COLUMN b TYPE bigint", "ALTER TABLE t ALTER COLUMN b TYPE int"),
    ("ALTER TABLE t ADD COLUMN z text", "ALTER TABLE t DROP COLUMN z"),
    ("DROP VIEW v", "CREATE VIEW v AS SELECT id FROM t"),
    ("COMMENT ON TABLE t IS 'new'", "COMMENT ON TABLE t IS 'old'"),
    ("CREATE TABLE n (a text)", "DROP TABLE n"),
    ("ALTER TABLE child ADD COLUMN z text", "ALTER TABLE child DROP COLUMN z"),
    ("VACUUM (FULL, ANALYZE) t", "REINDEX TABLE t"),
    ("INSERT INTO t VALUES (1, 'a', 1)", "ANALYZE"),
)


@pytest.fixture(scope="module")
def sessions(postgres18: EmbeddedPostgres) -> Iterator[tuple[Connection, Connection]]:
    """One session that changes a database, one that watches it."""
    postgres18.create_database("fingerprinted")
    with connect(postgres18, "fingerprinted") as worker, connect(postgres18, "fingerprinted") as watcher:
        worker.execute(SCHEMA.encode())
        worker.execute("SET allow_system_table_mods = on")
        watcher.execute("SET search_path = ''")
        yield worker, watcher
    postgres18.drop_database("fingerprinted")
    with connect(postgres18) as connection:
        connection.execute("DROP ROLE fp_role, fp_other")


@pytest.mark.parametrize("statement", NOTICED)
def test_each_kind_of_change_is_noticed(sessions: tuple[Connection, Connection], statement: str) -> None:
    worker, _ = sessions
    worker.execute("SET search_path = ''")
    start = take_fingerprint(worker)
    assert differences(worker, start) == ()
    worker.execute("RESET search_path")
    worker.execute("BEGIN")
    try:
        worker.execute(statement.encode())
        worker.execute("SET LOCAL search_path = ''")
        assert differences(worker, start)
    finally:
        worker.rollback()
    worker.execute("SET search_path = ''")
    assert differences(worker, start) == ()
    worker.execute("RESET search_path")


def test_a_setting_of_the_server_is_noticed(sessions: tuple[Connection, Connection]) -> None:
    worker, watcher = sessions
    start = take_fingerprint(watcher)
    worker.execute("ALTER SYSTEM SET work_mem = '9MB'")
    assert differences(watcher, start) == ("setting of the server work_mem is new or differs",)
    worker.execute("ALTER SYSTEM RESET work_mem")
    assert differences(watcher, start) == ()


@pytest.mark.parametrize(("do", "undo"), TAKEN_BACK)
def test_a_change_taken_back_is_none(sessions: tuple[Connection, Connection], do: str, undo: str) -> None:
    worker, watcher = sessions
    start = take_fingerprint(watcher)
    worker.execute(do.encode())
    worker.execute(undo.encode())
    assert differences(watcher, start) == ()


def test_the_words_name_the_object(sessions: tuple[Connection, Connection]) -> None:
    worker, watcher = sessions
    start = take_fingerprint(watcher)
    worker.execute("CREATE INDEX named ON t (b)")
    found = differences(watcher, start)
    worker.execute("DROP INDEX named")
    assert "index public.named is new or differs" in found
    worker.execute("DROP POLICY p ON t")
    found = differences(watcher, start)
    worker.execute("CREATE POLICY p ON t USING (true)")
    assert "1 policy fewer than before" in found


def test_a_lost_session_is_an_error(postgres18: EmbeddedPostgres) -> None:
    with connect(postgres18) as connection:
        start = take_fingerprint(connection)
        connection.close()
        with pytest.raises(psycopg.OperationalError):
            differences(connection, start)
