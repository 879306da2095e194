import pytest

from dbarchitect.engines.postgres.secrets import masked_options, masked_value
from dbarchitect.engines.postgres.texts import without_literals


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * FROM t WHERE a = 'x -- y' AND b IN (1, 2)", "SELECT * FROM t WHERE a = $1 AND b IN ($2, $3)"),
        ("SELECT 1 -- the secret 4711\nFROM t", "SELECT $1  \nFROM t"),
        ("SELECT /* 4711 */ a FROM t", "SELECT   a FROM t"),
        ("SELECT $1 /*, ... */ FROM t WHERE x = $2", "SELECT $1 /*, ... */ FROM t WHERE x = $2"),
        ("ALTER ROLE x PASSWORD 'secret'", "ALTER ROLE x PASSWORD $1"),
        ("DO $body$ BEGIN PERFORM 'secret'; END $body$", "DO $1"),
        ("COMMENT ON TABLE x IS 'abc'", "COMMENT ON TABLE x IS '?'"),
        ("EXECUTE p('secret', 4711)", "EXECUTE p('?', ?)"),
        ("CREATE TABLE t (a varchar(40) DEFAULT 'x')", "CREATE TABLE t (a varchar(40) DEFAULT '?')"),
        ('SELECT "b--2" FROM t WHERE x = \'cut o', "SELECT \"b--2\" FROM t WHERE x = '?'"),
        ("SELECT a1 FROM t WHERE x = 4711 AND", "SELECT a1 FROM t WHERE x = ? AND"),
        ("SELECT $tag$half a secr", "SELECT '?'"),
        ("", ""),
    ],
)
def test_without_literals(text: str, expected: str) -> None:
    assert without_literals(text) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("primary_conninfo", "host=h user=u password=hush port=1", "host=h user=u password=*** port=1"),
        ("primary_conninfo", "postgresql://u:hush@h/d", "postgresql://u:***@h/d"),
        ("archive_command", "push --secret='a b' %p", "push --secret=*** %p"),
        ("app.jwt_secret", "hush", "***"),
        ("ssl_passphrase_command", "echo hush", "***"),
        ("password_encryption", "scram-sha-256", "scram-sha-256"),
        ("work_mem", "4096", "4096"),
    ],
)
def test_masked_value(name: str, value: str, expected: str) -> None:
    assert masked_value(name, value) == expected


def test_masked_options() -> None:
    assert masked_options(["host=h", "password=hush=1", "dbname=d"]) == ("host=h", "password=***", "dbname=d")
