import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pymysql
import pytest

from dbarchitect.errors import NotParsed, SourceNotFound
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.lab.mariadb import PrivateMariaDB
from dbarchitect.lab.postgres_programs import find_postgres
from dbarchitect.lab.sql_files import LoadedSource, find_sql_source, load_sql_source
from dbarchitect.model.names import Engine

SHOP = """
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers);
"""


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A server of its own: files make roles."""
    with EmbeddedPostgres() as started:
        yield started


@pytest.fixture
def database(server: EmbeddedPostgres, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"db{abs(hash(request.node.name))}"
    server.create_database(name)
    yield name
    server.drop_database(name)


def _write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder


def _names(folder: Path) -> list[str]:
    return [str(p.relative_to(folder)) for p in find_sql_source(folder).files]


def _load(server: EmbeddedPostgres, database: str, path: Path) -> LoadedSource:
    return load_sql_source(server, find_sql_source(path), database)


def _rows(server: EmbeddedPostgres, database: str, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url(database)) as session:
        return session.execute(question.encode()).fetchall()


TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"

VIEW = "CREATE VIEW v AS SELECT 1;"
BACK = "DROP TABLE x;"
LAYOUTS = {
    "one schema": ({"schema.sql": SHOP, "queries.sql": "-- name: x\nSELECT 1;"}, ["schema.sql"]),
    "numbered": ({"10_b.sql": SHOP, "2_a.sql": SHOP, "README.md": "x"}, ["2_a.sql", "10_b.sql"]),
    "up and down": (
        {"m/000002_b.up.sql": SHOP, "m/000002_b.down.sql": BACK, "m/000001_a.up.sql": SHOP},
        ["m/000001_a.up.sql", "m/000002_b.up.sql"],
    ),
    "flyway": (
        {"db/V10__c.sql": SHOP, "db/V2.1__b.sql": SHOP, "db/V2__a.sql": SHOP, "db/R__views.sql": VIEW, "db/U2__a.sql": BACK},
        ["db/V2__a.sql", "db/V2.1__b.sql", "db/V10__c.sql", "db/R__views.sql"],
    ),
    "flyway baseline": ({"V1__a.sql": SHOP, "B2__all.sql": SHOP, "V3__c.sql": SHOP}, ["B2__all.sql", "V3__c.sql"]),
    "diesel": (
        {
            "migrations/2023-05-02-000000_b/up.sql": SHOP,
            "migrations/2023-05-02-000000_b/down.sql": BACK,
            "migrations/0_a/up.sql": SHOP,
        },
        ["migrations/0_a/up.sql", "migrations/2023-05-02-000000_b/up.sql"],
    ),
    "prisma": (
        {"prisma/20230102_b/migration.sql": SHOP, "prisma/20230101_a/migration.sql": SHOP, "node_modules/x/schema.sql": SHOP},
        ["prisma/20230101_a/migration.sql", "prisma/20230102_b/migration.sql"],
    ),
    "numbered folders": ({"02_views/1.sql": VIEW, "01_tables/1.sql": SHOP}, ["01_tables/1.sql", "02_views/1.sql"]),
    "schema beside migrations": ({"db/structure.sql": SHOP, "db/migrate/1_a.sql": SHOP}, ["db/structure.sql"]),
    "without order": ({"b.sql": SHOP, "a.sql": "INSERT INTO t VALUES (1);"}, ["b.sql", "a.sql"]),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(layout: str, tmp_path: Path) -> None:
    files, expected = LAYOUTS[layout]
    assert _names(_write(tmp_path, files)) == expected


def test_queries_requirements_and_what_is_left_out(tmp_path: Path) -> None:
    files = {
        "schema.sql": SHOP,
        "migrations/1_a.sql": SHOP,
        "requirements.yaml": "x",
        "app/queries.sql": "SELECT 1;\nUPDATE t SET a = 1;",
    }
    source = find_sql_source(_write(tmp_path, files))
    assert source.queries == (tmp_path / "app" / "queries.sql",)
    assert [Path(g.what).name for g in source.gaps] == ["migrations", "requirements.yaml"]
    assert all(g.reason and g.remedy for g in source.gaps)


def test_several_sequences_are_not_guessed(tmp_path: Path) -> None:
    folder = _write(tmp_path, {"postgres/1_a.sql": SHOP, "mysql/1_a.sql": SHOP})
    with pytest.raises(SourceNotFound, match="mysql, postgres"):
        find_sql_source(folder)


def test_no_sql(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="defines anything"):
        find_sql_source(tmp_path)
    with pytest.raises(SourceNotFound, match="no file or folder"):
        find_sql_source(tmp_path / "x")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "holds no statement"),
        (b"\n -- nothing; \n/* at all */", "holds no statement"),
        (b"PGDMP\x01\x0e", "custom format"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"CREATE TABLE a (b int);\nCREATE TABLE \xe9 (b int);", r"a\.sql:2: is not UTF-8: byte 37 is 0xe9"),
        (b"CREATE TABLE a\0 (b int);", "zero byte at byte 14"),
        (b"SELECT 1;", "defines nothing"),
    ],
)
def test_files_that_are_no_schema(raw: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.sql"
    path.write_bytes(raw)
    with pytest.raises(NotParsed, match=message) as caught:
        find_sql_source(path)
    assert caught.value.next_step and caught.value.file == str(path)


@pytest.mark.parametrize(
    "raw",
    [
        "\ufeffCREATE TABLE größe (a int);\r\n".encode(),
        "SET client_encoding = 'LATIN1';\nCREATE TABLE größe (a int);".encode("latin-1"),
        "SET client_encoding = 'WIN1252';\nCREATE TABLE größe (a int);".encode("cp1252"),
        b"\xff\xfe" + "CREATE TABLE größe (a int);".encode("utf-16-le"),
    ],
)
def test_encodings(raw: bytes, server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    path = tmp_path / "a.sql"
    path.write_bytes(raw)
    assert _load(server, database, path).gaps == ()
    assert _rows(server, database, TABLES) == [("größe",)]


def test_a_dump_by_pg_dump(server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    with psycopg.connect(server.url(database), autocommit=True) as session:
        session.execute(b"CREATE ROLE dump_owner; CREATE ROLE dump_reader;")
        session.execute(
            SHOP.encode()
            + b"""INSERT INTO customers (name) VALUES ('it''s; \\.'), (E'tab\\t\\n\\\\.\\n'), ('gr\xc3\xb6\xc3\x9fe');
            INSERT INTO orders VALUES (1, 1), (2, NULL);
            CREATE TABLE empty (a int);
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END; $$;
            CREATE TRIGGER tr BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION f();
            CREATE EXTENSION hstore; CREATE VIEW v AS SELECT * FROM orders;
            ALTER TABLE orders OWNER TO dump_owner; GRANT SELECT ON orders TO dump_reader;"""
        )
    programs = find_postgres().folder
    dumped = subprocess.run([programs / "pg_dump", server.url(database)], capture_output=True, check=True).stdout
    server.drop_database(database)
    with psycopg.connect(server.url(), autocommit=True) as session:
        session.execute(b"DROP ROLE dump_owner, dump_reader")
    server.create_database(database)
    path = tmp_path / "dump.sql"
    path.write_bytes(dumped)
    loaded = _load(server, database, path)
    assert loaded.gaps == () and loaded.statements > 20
    again = subprocess.run([programs / "pg_dump", server.url(database)], capture_output=True, check=True).stdout
    assert _comparable(again) == _comparable(dumped)


def _comparable(dump: bytes) -> list[bytes]:
    return [line for line in dump.splitlines() if not line.startswith((b"\\restrict", b"\\unrestrict"))]


def test_what_concerns_the_server_is_left_out_with_a_gap(server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    text = (
        "CREATE DATABASE shop;\r\n\\connect shop\r\n\\set ON_ERROR_STOP on\r\nALTER SYSTEM SET work_mem = '1GB';\r\n"
        "SET default_tablespace = fast;\r\nSET transaction_timeout = 0;\r\nSET no_such_setting = 1;\r\nCREATE SCHEMA public;\r\n"
        "CREATE TABLE a (b int) TABLESPACE fast;\r\nCREATE POLICY p ON a TO app_user USING (true);\r\n"
        "BEGIN;\r\nGRANT SELECT ON a TO reader, writer;\r\nALTER TABLE a OWNER TO \"the Owner\";\r\nCOMMIT;\r\n"
        "DROP TABLE old_one;\r\nCREATE INDEX CONCURRENTLY ix ON a (b);\r\nCOPY a FROM '/srv/a.csv';\r\n"
        "CREATE TABLE c (t text COLLATE \"de_DE.utf8\");\r\nSELECT pg_catalog.set_config('search_path', '', false);\r\n"
    )  # fmt: skip
    loaded = _load(server, database, _write(tmp_path, {"a.sql": text}) / "a.sql")
    assert [g.what.split(" (")[0] for g in loaded.gaps] == [
        "CREATE DATABASE shop", "\\connect", "\\set", "ALTER SYSTEM SET", "SET default_tablespace =", "TABLESPACE", "COPY a FROM",
        "collation de_DE.utf8",
    ]  # fmt: skip
    assert "a.sql:2" in loaded.gaps[1].what
    assert _rows(server, database, TABLES) == [("a",), ("c",)]
    assert _rows(server, database, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix'::regclass") == [(True,)]
    roles = "SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname IN ('app_user', 'reader', 'writer', 'the Owner') ORDER BY 1"
    assert _rows(server, database, roles) == [("app_user", False), ("reader", False), ("the Owner", False), ("writer", False)]


def test_extensions_that_the_server_lacks(server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    text = """
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;
CREATE EXTENSION postgis VERSION '3.4.1';
CREATE EXTENSION hstore VERSION '0.0.1';
CREATE EXTENSION timescaledb;
COMMENT ON EXTENSION postgis IS 'maps';
CREATE TABLE places (id uuid PRIMARY KEY DEFAULT uuid_generate_v4(), at geometry(Point, 4326), tags hstore);
INSERT INTO places (at, tags) VALUES ('POINT(1 2)', 'a=>1');
SELECT create_hypertable('places', 'at');
CREATE INDEX ON places USING gist (at);
"""
    loaded = _load(server, database, _write(tmp_path, {"a.sql": text}) / "a.sql")
    whats = [g.what.split(" (")[0] for g in loaded.gaps]
    assert whats == [
        "extension uuid-ossp",
        "extension postgis",
        "extension timescaledb",
        "SELECT create_hypertable('places', 'at')",
        "CREATE INDEX ON",
    ]
    assert _rows(server, database, "SELECT at::text, tags->'a' FROM places") == [("POINT(1 2)", "1")]
    strangers = (
        "SELECT count(*) FROM pg_proc p WHERE pronamespace = 'public'::regnamespace "
        "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    )
    assert _rows(server, database, strangers) == [(0,)]


def test_a_syntax_error_names_file_line_and_statement(server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    folder = _write(tmp_path, {"1_a.sql": SHOP, "2_b.sql": "SELECT 1;\n\n-- next\nCREATE TABLE x (\n  a int,\n  b itn nul\n);\n"})
    with pytest.raises(NotParsed, match=r'2_b\.sql:6: PostgreSQL refuses this: syntax error at or near "nul"') as caught:
        _load(server, database, folder)
    assert caught.value.statement.startswith("CREATE TABLE x")


def test_a_failing_statement_names_its_line(server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    path = _write(tmp_path, {"a.sql": SHOP + "INSERT INTO orders VALUES (1, 77);"}) / "a.sql"
    with pytest.raises(NotParsed, match=r"a\.sql:4: .*violates foreign key constraint.*77"):
        _load(server, database, path)


def test_files_without_order_find_theirs(server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    files = {
        "a_views.sql": "CREATE VIEW v AS SELECT * FROM orders;",
        "b_orders.sql": "CREATE TABLE orders (a status);",
        "z.sql": "CREATE TYPE status AS ENUM ('x');",
    }
    _load(server, database, _write(tmp_path, files))
    assert _rows(server, database, "SELECT count(*) FROM v") == [(0,)]


def test_files_without_order_that_lack_something(server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    folder = _write(tmp_path, {"a.sql": "CREATE VIEW v AS SELECT * FROM nowhere;", "b.sql": SHOP})
    with pytest.raises(NotParsed, match=r'a\.sql:1: .*"nowhere" does not exist'):
        _load(server, database, folder)


def test_goose_and_dbmate(server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    goose = """-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END; $$;
-- +goose StatementEnd
CREATE TABLE one (a int);
-- +goose Down
DROP TABLE one;
"""
    dbmate = "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY ix ON one (a);\n\n-- migrate:down\nDROP TABLE one;\n"
    folder = _write(
        tmp_path,
        {"20230101_a.sql": goose, "20230102_b.sql": dbmate, "20230103_c.sql": "-- +goose Up\n-- +goose Down\nDROP TABLE one;"},
    )
    _load(server, database, folder)
    assert _rows(server, database, TABLES) == [("one",)]


def test_included_files(server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    folder = _write(
        tmp_path,
        {
            "schema.sql": "\\i parts/tables.inc\n\\ir 'parts/more.inc'\n",
            "parts/tables.inc": SHOP,
            "parts/more.inc": "CREATE TABLE more ();",
        },
    )
    _load(server, database, folder)
    assert _rows(server, database, TABLES) == [("customers",), ("more",), ("orders",)]
    _write(tmp_path, {"schema.sql": "\n\\i gone.sql\n"})
    with pytest.raises(NotParsed, match=r"schema\.sql:2: includes .*gone\.sql"):
        _load(server, database, folder)


def test_each_file_has_a_session_of_its_own(server: EmbeddedPostgres, database: str, tmp_path: Path) -> None:
    folder = _write(
        tmp_path,
        {
            "1.sql": "SET search_path = ''; CREATE TABLE public.a (b int); BEGIN; CREATE TABLE public.c ();",
            "2.sql": "CREATE TABLE d ();",
        },
    )
    _load(server, database, folder)
    assert _rows(server, database, TABLES) == [("a",), ("c",), ("d",)]


MYSQL_DUMP = """-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!50503 SET NAMES utf8mb4 */;
SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ '';
CREATE DATABASE /*!32312 IF NOT EXISTS*/ `shop` /*!40100 DEFAULT CHARACTER SET utf8mb4 */;
USE `shop`;
DROP TABLE IF EXISTS `orders`;
CREATE TABLE `orders` (
  `id` int unsigned NOT NULL AUTO_INCREMENT,
  `note` varchar(40) COLLATE utf8mb4_0900_ai_ci DEFAULT 'it''s; \\'x\\'',
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
LOCK TABLES `orders` WRITE;
INSERT INTO `orders` VALUES (1,'größe; \\n'),(2,NULL);
UNLOCK TABLES;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`app`@`%`*/ /*!50003 TRIGGER t BEFORE INSERT ON orders FOR EACH ROW
BEGIN SET NEW.note = 'a;'; END */;;
DELIMITER ;
GRANT SELECT ON orders TO `reader`@`localhost`;
"""


def test_a_dump_of_mysql(mariadb: PrivateMariaDB, fresh_mariadb: str, tmp_path: Path) -> None:
    name = fresh_mariadb.split("/")[3].split("?")[0]
    source = find_sql_source(_write(tmp_path, {"schema.sql": MYSQL_DUMP}))
    assert source.engine is Engine.MARIADB
    loaded = load_sql_source(mariadb, source, name)
    assert [g.what.split(" (")[0] for g in loaded.gaps] == [
        "SET @@GLOBAL.GTID_PURGED=/*!80000",
        "CREATE DATABASE",
        "USE `shop`",
        "collation utf8mb4_0900_…",
    ]
    session = pymysql.connect(unix_socket=str(mariadb.socket), user="root", database=name, charset="utf8mb4")
    with session.cursor() as cursor:
        cursor.execute("SELECT note FROM orders ORDER BY id")
        assert cursor.fetchall() == (("größe; \n",), (None,))
        cursor.execute("SHOW TRIGGERS")
        assert len(cursor.fetchall()) == 1
    session.close()
    mariadb.execute("DROP USER reader@localhost")


def test_mysql_files_without_order_and_with_an_error(mariadb: PrivateMariaDB, fresh_mariadb: str, tmp_path: Path) -> None:
    name = fresh_mariadb.split("/")[3].split("?")[0]
    child = "CREATE TABLE child (id int AUTO_INCREMENT PRIMARY KEY, p int, FOREIGN KEY (p) REFERENCES parent (id)) ENGINE=InnoDB;"
    folder = _write(tmp_path, {"a.sql": child, "b.sql": "CREATE TABLE parent (id int AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB;"})
    assert load_sql_source(mariadb, find_sql_source(folder), name).statements == 3
    _write(tmp_path, {"c.sql": "SELECT 1;\nCREATE TABLE `x` (\n  a int,,\n);"})
    with pytest.raises(NotParsed, match=r"c\.sql:3: MariaDB refuses this: You have an error"):
        load_sql_source(mariadb, find_sql_source(folder / "c.sql"), name)


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        ("CREATE TABLE a (b int);", Engine.POSTGRESQL),
        ("CREATE TABLE a (b int auto_increment primary key);", Engine.MARIADB),
        ("CREATE TABLE `a` (b int) ENGINE = MyISAM;", Engine.MARIADB),
        ("CREATE TABLE a (b text DEFAULT 'CREATE TABLE `x` ENGINE=y'); -- ) ENGINE=InnoDB auto_increment", Engine.POSTGRESQL),
        ("CREATE TABLE a (b bigserial, c jsonb, d int[]);", Engine.POSTGRESQL),
    ],
)
def test_dialects(text: str, engine: Engine, tmp_path: Path) -> None:
    assert find_sql_source(_write(tmp_path, {"a.sql": text}) / "a.sql").engine is engine
