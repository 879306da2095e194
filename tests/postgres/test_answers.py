import time
from collections.abc import Iterator

import psycopg
import pytest

from dbarchitect.engines.postgres import open_source
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import QualifiedName
from dbarchitect.model.questions import (
    Answer,
    DependencyAnswer,
    DependencyQuestion,
    InclusionAnswer,
    InclusionQuestion,
    NullAnswer,
    NullQuestion,
    Question,
    Reach,
    ShapeAnswer,
    ShapeQuestion,
    TextShape,
    UniquenessAnswer,
    UniquenessQuestion,
)
from dbarchitect.model.snapshot import Gap

S = TextShape
ORDERS, CUSTOMERS = QualifiedName("shop", "orders"), QualifiedName("shop", "customers")
ODD = QualifiedName('Odd "Schema" ü', "Select")


def _ask(url: str, *questions: Question, limits: Limits | None = None) -> tuple[list[Answer], list[Gap]]:
    with open_source(url, limits=limits or Limits()) as source:
        answers, gaps = source.answers(questions)
    return list(answers), list(gaps)


def _one(url: str, question: Question, limits: Limits | None = None) -> Answer:
    (answer,), gaps = _ask(url, question, limits=limits)
    assert gaps == [] and answer.question == question
    return answer


def test_nulls(rich: str) -> None:
    first, second, third = NullQuestion(ODD, "a b"), NullQuestion(ODD, "Größe"), NullQuestion(QualifiedName("shop", "events"), "id")
    answers, gaps = _ask(rich, first, second, third)
    whole = Reach(300, True)
    assert answers == [NullAnswer(first, whole, 300), NullAnswer(second, whole, 0), NullAnswer(third, Reach(500, True), 0)]
    assert gaps == []


def test_inclusion(rich: str) -> None:
    complete = InclusionQuestion(ORDERS, ("customer_id",), CUSTOMERS, ("id",))
    assert _one(rich, complete) == InclusionAnswer(complete, Reach(5000, True), 5000, 0)
    other_type = InclusionQuestion(CUSTOMERS, ("name",), ORDERS, ("id",))  # varchar beside integer
    assert _one(rich, other_type) == InclusionAnswer(other_type, Reach(2000, True), 2000, 2000)
    several = InclusionQuestion(QualifiedName("shop", "events"), ("id", "customer_id"), ORDERS, ("id", "customer_id"))
    answer = _one(rich, several)
    assert isinstance(answer, InclusionAnswer) and answer.values == 500 and 0 < answer.orphans <= 500


def test_inclusion_counts_rows_and_leaves_nulls_out(fresh_database: str) -> None:
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE p (id bigint PRIMARY KEY); CREATE TABLE c (p_id int, x text)")
        connection.execute(
            "INSERT INTO p SELECT generate_series(1, 10); INSERT INTO c SELECT i % 12 FROM generate_series(1, 120) i"
        )
        connection.execute("INSERT INTO c VALUES (NULL)")
    question = InclusionQuestion(QualifiedName("public", "c"), ("p_id",), QualifiedName("public", "p"), ("id",))
    assert _one(fresh_database, question) == InclusionAnswer(question, Reach(121, True), 120, 20)  # 0 and 11


def test_inclusion_of_citext_ignores_case(fresh_database: str) -> None:
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION citext; CREATE TABLE p (id citext); CREATE TABLE c (p_id citext)")
        connection.execute("INSERT INTO p VALUES ('Ab'); INSERT INTO c VALUES ('aB'), ('x')")
    question = InclusionQuestion(QualifiedName("public", "c"), ("p_id",), QualifiedName("public", "p"), ("id",))
    assert _one(fresh_database, question) == InclusionAnswer(question, Reach(2, True), 2, 1)


def test_uniqueness(rich: str) -> None:
    unique = UniquenessQuestion(CUSTOMERS, ("email",))
    assert _one(rich, unique) == UniquenessAnswer(unique, Reach(2000, True), 2000, 0)
    repeated = UniquenessQuestion(CUSTOMERS, ("name", "tags"), "score > 10 AND name LIKE 'n%'")
    answer = _one(rich, repeated)
    assert isinstance(answer, UniquenessAnswer) and (answer.values, answer.duplicates) == (1990, 1970)
    odd = UniquenessQuestion(ODD, ("from", "Größe"))
    assert _one(rich, odd) == UniquenessAnswer(odd, Reach(300, True), 300, 0)
    json = UniquenessQuestion(QualifiedName("shop", "scratch"), ("x",))  # json has no equality
    assert _one(rich, json) == UniquenessAnswer(json, Reach(0, True), 0, 0)


def test_dependency(rich: str) -> None:
    question = DependencyQuestion(CUSTOMERS, "name", ("email", "tags", "home"))
    assert _one(rich, question) == DependencyAnswer(question, Reach(2000, True), 2000, 20, (20, 0, 0))


def test_dependency_counts_null_beside_a_value(fresh_database: str) -> None:
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'x'), (1, NULL), (2, NULL), (2, NULL), (NULL, 'y')"
        )
    question = DependencyQuestion(QualifiedName("public", "t"), "a", ("b",))
    assert _one(fresh_database, question) == DependencyAnswer(question, Reach(5, True), 4, 2, (1,))


SHAPES = {
    "17": {S.INTEGER, S.DECIMAL},
    "-5": {S.INTEGER, S.DECIMAL},
    "0": {S.INTEGER, S.DECIMAL, S.BOOLEAN},
    "007": {S.INTEGER, S.DECIMAL, S.LEADING_ZERO},
    "3.14": {S.DECIMAL},
    "3.": {S.DECIMAL},
    ".": set(),
    "Yes": {S.BOOLEAN},
    "2025-01-31": {S.DATE},
    "2025-13-31": set(),
    "2025-01-31 23:59:59.5+02": {S.TIMESTAMP},
    "2025-01-31T23:59Z": {S.TIMESTAMP},
    "2025-01-31 24:59": set(),
    "6F9619FF-8B86-D011-B42D-00CF4FC964FF": {S.UUID},
    "192.168.0.1": {S.IP_ADDRESS},
    "192.168.0.0/16": {S.IP_ADDRESS},
    "192.168.0.256": set(),
    "2001:db8::1": {S.IP_ADDRESS},
    "::1": {S.IP_ADDRESS},
    "12:30:45": set(),
    '{"a": 1}': {S.JSON},
    "[1, 2]": {S.JSON},
    "{not json": set(),
    "a,b,c": {S.SEPARATED_LIST},
    "1, 2, 3": {S.SEPARATED_LIST},
    "Doe, Jane": set(),
    "red|green": {S.SEPARATED_LIST},
    "joe@example.org": {S.EMAIL},
    "joe@example": set(),
    "$2b$12$abcdefghijklmnopqrstuuWwPZ2BnFYvwCQ6Ka4zIJJ0zjh5Wqq1m": {S.PASSWORD_HASH},
    "pbkdf2_sha256$260000$salt$hash": {S.PASSWORD_HASH},
    "5f4dcc3b5aa765d61d8327deb882cf99": {S.PASSWORD_HASH},
    "plain words": set(),
    "": set(),
}


def test_shapes(every_fresh_database: str) -> None:
    url = every_fresh_database
    with psycopg.connect(url, autocommit=True) as connection:
        columns = ", ".join(f"c{k} text" for k in range(len(SHAPES)))
        connection.execute(f'CREATE TABLE "T x" ({columns})'.encode())
        marks = ", ".join(["%s"] * len(SHAPES))
        connection.execute(f'INSERT INTO "T x" VALUES ({marks})'.encode(), list(SHAPES))
    table = QualifiedName("public", "T x")
    answers, gaps = _ask(url, *(ShapeQuestion(table, f"c{k}") for k in range(len(SHAPES))))
    assert gaps == []
    found = [{c.shape for c in a.counts} for a in answers if isinstance(a, ShapeAnswer)]
    assert dict(zip(SHAPES, found, strict=True)) == SHAPES
    assert all(isinstance(a, ShapeAnswer) and a.values == 1 for a in answers)


@pytest.fixture(scope="module")
def large(postgres18: EmbeddedPostgres) -> Iterator[str]:
    """300,000 rows in some 3,000 pages."""
    postgres18.create_database("large")
    url = postgres18.url("large")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (id bigint PRIMARY KEY, parent_id bigint, code text, slow text)")
        connection.execute("INSERT INTO t SELECT i, 1 + i % 1000, 'code ' || i, repeat('x', 40) FROM generate_series(1, 300000) i")
        connection.execute("VACUUM ANALYZE t")
    yield url
    postgres18.drop_database("large")


T = QualifiedName("public", "t")


def test_large_tables_are_sampled(large: str) -> None:
    limits = Limits(sample_rows=20_000)
    nulls = _one(large, NullQuestion(T, "code"), limits)
    assert isinstance(nulls, NullAnswer) and not nulls.reach.complete and 10_000 < nulls.reach.rows_read <= 20_000
    assert _one(large, NullQuestion(T, "code"), limits) == nulls  # repeatable
    question = InclusionQuestion(T, ("parent_id",), T, ("id",))
    looked_up = _one(large, question, limits)
    assert looked_up == InclusionAnswer(question, Reach(100, False), 100, 0)
    repeated = _one(large, UniquenessQuestion(T, ("parent_id",)), limits)
    assert isinstance(repeated, UniquenessAnswer) and repeated.duplicates > 0 and not repeated.reach.complete


def test_time_limits(large: str) -> None:
    slow = UniquenessQuestion(T, ("id",), "pg_sleep(0.01) IS NOT NULL")
    started = time.monotonic()
    answers, gaps = _ask(large, slow, NullQuestion(T, "code"), limits=Limits(probe_seconds=0.3))
    assert time.monotonic() - started < 3
    assert [type(a) for a in answers] == [NullAnswer]  # the next question is answered
    assert "statement timeout" in gaps[0].reason and "probe_seconds" in gaps[0].remedy
    answers, gaps = _ask(large, slow, NullQuestion(T, "code"), limits=Limits(probe_seconds=0.3, probe_total_seconds=0.2))
    assert answers == [] and "1 question about" in gaps[1].what and "probe_total_seconds" in gaps[1].remedy


def test_after_a_timeout_a_smaller_sample_is_read(large: str) -> None:
    slow = UniquenessQuestion(T, ("id",), "pg_sleep(0.0001) IS NOT NULL")
    answer = _one(large, slow, Limits(sample_rows=20_000, probe_seconds=1.5))
    assert isinstance(answer, UniquenessAnswer) and not answer.reach.complete and 0 < answer.reach.rows_read <= 1_000


def test_missing_rights_and_missing_things(server: EmbeddedPostgres, rich: str) -> None:
    url = server.url("rich", "poor_reader")
    answers, gaps = _ask(
        url,
        NullQuestion(ORDERS, "note"),
        NullQuestion(ODD, "a b"),
        NullQuestion(QualifiedName("shop", "events"), "id"),
        ShapeQuestion(CUSTOMERS, "name"),
        NullQuestion(QualifiedName("shop", "nix"), "a"),
        ShapeQuestion(ORDERS, "nix"),
    )
    assert [a.question for a in answers] == [NullQuestion(ORDERS, "note")]
    remedies = " ".join(g.remedy for g in gaps)
    assert 'GRANT SELECT ON "Odd ""Schema"" ü"."Select" TO poor_reader;' in remedies
    assert "GRANT SELECT ON shop.events TO poor_reader;" in remedies
    assert "ALTER ROLE poor_reader BYPASSRLS" in remedies
    assert any("shop.nix is not there" in g.reason for g in gaps) and any('column "nix" does not exist' in g.reason for g in gaps)
    assert len(gaps) == 4


def test_no_questions(rich18: str) -> None:
    assert _ask(rich18) == ([], [])
