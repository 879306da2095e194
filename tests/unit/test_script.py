import postgast
import pytest

from dbarchitect.errors import NotParsed
from dbarchitect.model.names import Engine
from dbarchitect.sql.script import PartKind, split_script

ODD = r"""
-- a comment; with a semicolon and a quote '
CREATE TABLE "odd;name" (a text DEFAULT 'it''s; "x"', b text DEFAULT E'a\'; b', c int[] DEFAULT '{1}'); /* ; /* nested; */ ' */
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body$ BEGIN RETURN 1; END; $body$;
CREATE FUNCTION g(x int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN x > 1 THEN 2 ELSE 3 END; SELECT 1; END;
DO $$ BEGIN PERFORM 'a;$x$b'; END $$;
CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); INSERT INTO b VALUES (2));
BEGIN; SELECT 1;; END;
SELECT $1, a$b$c FROM größe -- no newline and no semicolon
"""


def test_splits_as_the_parser_does() -> None:
    mine = [part.text for part in split_script(Engine.POSTGRESQL, ODD)]
    parsed = [text.strip() for text in postgast.split(ODD, method="parser")]
    assert [postgast.fingerprint(m).hex for m in mine] == [postgast.fingerprint(p).hex for p in parsed]
    assert len(mine) == 9


def test_lines() -> None:
    parts = list(split_script(Engine.POSTGRESQL, "\n\nSELECT 1;\r\n-- x\nSELECT\n2;\n\\connect a\nSELECT 3"))
    assert [(p.line, p.text) for p in parts] == [(3, "SELECT 1"), (5, "SELECT\n2"), (7, "\\connect a"), (8, "SELECT 3")]
    assert [p.kind for p in parts].count(PartKind.CLIENT_COMMAND) == 1


@pytest.mark.parametrize("end", ["\\.\n", "\\.\r\n", "\\."])
def test_rows_of_copy(end: str) -> None:
    text = "COPY public.t (a, b) FROM stdin;\n1\tit's; \\N\n2\t$$\n" + end
    (part,) = split_script(Engine.POSTGRESQL, text)
    assert part.rows == "1\tit's; \\N\n2\t$$\n"


def test_copy_without_rows() -> None:
    parts = list(split_script(Engine.POSTGRESQL, "COPY t FROM stdin;\n\\.\n\nSELECT 1;"))
    assert [(p.text, p.rows, p.line) for p in parts] == [("COPY t FROM stdin", "", 1), ("SELECT 1", None, 4)]


@pytest.mark.parametrize("text", ["SELECT 'a", 'SELECT "a', "DO $$ x", "SELECT 1 /* /* */", "COPY t FROM stdin;\n1\n"])
@pytest.mark.parametrize("before", ["", "SELECT 1;\n\n"])
def test_what_does_not_end_names_its_line(before: str, text: str) -> None:
    with pytest.raises(NotParsed) as caught:
        list(split_script(Engine.POSTGRESQL, before + text, file="a.sql"))
    assert caught.value.line == before.count("\n") + 1 + ("COPY" in text)
    assert str(caught.value).startswith("a.sql:")


def test_mysql() -> None:
    text = r"""
# a comment; '
-- another; "
CREATE TABLE `odd;``name` (a varchar(9) DEFAULT 'it\'s; x', b text); /* ; ' */
/*!40101 SET NAMES utf8mb4 */;
DELIMITER //
CREATE PROCEDURE p() BEGIN SELECT 1; SELECT "a//;"; END //
DELIMITER ;
SELECT 5--1;SELECT "x"
"""
    parts = [(p.line, p.text) for p in split_script(Engine.MARIADB, text)]
    assert [line for line, _ in parts] == [4, 5, 7, 9, 9]
    assert parts[1][1] == "/*!40101 SET NAMES utf8mb4 */"
    assert parts[2][1] == 'CREATE PROCEDURE p() BEGIN SELECT 1; SELECT "a//;"; END'
    assert parts[3][1] == "SELECT 5--1"


def test_mysql_unended_quote() -> None:
    with pytest.raises(NotParsed):
        list(split_script(Engine.MYSQL, "SELECT `a"))
