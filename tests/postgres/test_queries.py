import re
from collections.abc import Callable

import postgast
import psycopg
import pytest

from dbarchitect.engines.postgres.sql_files import all_questions, sql_for, variants

_STATEMENTS = {13: 8, 14: 9, 15: 10, 16: 10, 17: 11, 18: 12}  # the minor version of pg_stat_statements that a server brings
_SINCE = {"io": 16, "not_null_constraints": 18, "statement_totals": 14}  # what older servers have no answer to
EXTENSION = ("statements", "statement_totals")  # variants by the version of pg_stat_statements
PARAMETERS = {"locked": [], "wanted": [950], "schemas": ["shop"], "names": ["orders"], "relations": [1259]}
VARIANTS = [(question, version) for question in all_questions() for version, _ in variants(question)]


def _text(question: str, version: int) -> str:
    return dict(variants(question))[version].replace("{schema}", "public")


def _run(url: str, text: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        connection.execute("SET search_path = pg_catalog")
        return connection.execute(text.encode(), PARAMETERS if "%(" in text else None).fetchall()


@pytest.mark.parametrize(("question", "version"), VARIANTS)
def test_every_variant_is_one_marked_select(question: str, version: int) -> None:
    text = _text(question, version)
    assert text.count("SELECT /* dbarchitect */") == 1
    tree = postgast.parse(re.sub(r"%\(\w+\)s", "NULL", text))
    assert len(tree.stmts) == 1 and tree.stmts[0].stmt.HasField("select_stmt")


@pytest.mark.parametrize("question", all_questions())
def test_every_question_runs(rich: str, major: int, question: str) -> None:
    text = sql_for(question, _STATEMENTS[major] if question in EXTENSION else major)
    if text is None:
        assert _SINCE[question] > major
    else:
        _run(rich, text.replace("{schema}", "public"))


@pytest.mark.parametrize(("question", "version"), [v for v in VARIANTS if v[0] not in EXTENSION and v[1]])
def test_variants_run_on_their_own_version(rich_of: Callable[[int], str], question: str, version: int) -> None:
    """The lowest version that a variant is named after has all that it asks for."""
    _run(rich_of(version), _text(question, version))


@pytest.mark.parametrize("question", [q for q in all_questions() if len(variants(q)) > 1])
def test_variants_give_the_same_columns(question: str) -> None:
    assert len({_columns(_text(question, version)) for version, _ in variants(question)}) == 1


def _columns(text: str) -> tuple[str, ...]:
    """The output names of a query."""
    select = postgast.parse(re.sub(r"%\(\w+\)s", "NULL", text)).stmts[0].stmt.select_stmt
    targets = [target.res_target for target in select.target_list]
    return tuple(t.name or t.val.column_ref.fields[-1].string.sval for t in targets)


def test_newest_variant_not_above_the_server() -> None:
    assert sql_for("io", 15) is None
    assert sql_for("io", 17) == sql_for("io", 16)
    assert sql_for("columns", 13) != sql_for("columns", 14) == sql_for("columns", 99)
