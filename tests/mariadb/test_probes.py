"""Answers about the data are exact, bounded, and honest about how much was read."""

import pytest

from dbarchitect.engines.mysql import open_source
from dbarchitect.lab.mariadb import PrivateMariaDB
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

VALUES = {
    TextShape.INTEGER: ("42", "-7"),
    TextShape.DECIMAL: ("3.14", "42"),
    TextShape.BOOLEAN: ("Yes", "f", "TRUE"),
    TextShape.DATE: ("2024-02-29", "1999-12-31"),
    TextShape.TIMESTAMP: ("2024-02-29 10:00", "2024-02-29T10:00:00.5Z"),
    TextShape.UUID: ("0B4a1ba2-7f00-4e7e-8e56-1d0b4f0a5b6c", "{0b4a1ba27f004e7e8e561d0b4f0a5b6c}"),
    TextShape.IP_ADDRESS: ("192.168.0.1", "fe80::1", "10.0.0.0/8"),
    TextShape.JSON: ('{"a": 1}', " [1, 2]"),
    TextShape.SEPARATED_LIST: ("a,b,c", "red; green", "1|2"),
    TextShape.EMAIL: ("a.b@example.org",),
    TextShape.LEADING_ZERO: ("007",),
    TextShape.PASSWORD_HASH: ("$2y$10$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=1", "*6BB4837EB74329105EE4568DDA7DC67ED2CA2AD9"),
}
PLAIN = ("Hello, world of words", "2024-13-01", "1.2.3.4.5", "{not json}", "12a", "300.1.1.1", "")


def ask(server: PrivateMariaDB, *questions: Question, limits: Limits | None = None) -> tuple[tuple[Answer, ...], tuple[Gap, ...]]:
    with open_source(server.url("probed"), limits=limits or Limits()) as source:
        return source.answers(questions)


T, P, S = QualifiedName("probed", "t"), QualifiedName("probed", "p"), QualifiedName("probed", "s")


@pytest.fixture(scope="module")
def server(mariadb: PrivateMariaDB) -> PrivateMariaDB:
    mariadb.create_database("probed")
    texts = [v for values in VALUES.values() for v in values] + list(PLAIN)
    rows = ", ".join("('" + v.replace("'", "''") + "')" for v in texts)
    mariadb.execute(
        "CREATE TABLE p (id int PRIMARY KEY, city varchar(10), zip varchar(5))",
        "INSERT INTO p SELECT seq, concat('c', seq % 10), concat('z', seq % 20) FROM seq_1_to_1000",
        "CREATE TABLE t (id int PRIMARY KEY, p_id int, far int, v varchar(10) COLLATE utf8mb4_bin, n varchar(10))",
        "INSERT INTO t SELECT seq, IF(seq % 10 = 0, NULL, seq), 5000 + seq, concat('v', seq), 'x' FROM seq_1_to_1010",
        "CREATE TABLE s (v text)",
        f"INSERT INTO s VALUES {rows}, (NULL)",
        database="probed",
    )
    return mariadb


def test_inclusion(server: PrivateMariaDB) -> None:
    near, far = InclusionQuestion(T, ("p_id",), P, ("id",)), InclusionQuestion(T, ("far",), P, ("id",))
    answers, gaps = ask(server, near, far)
    # 1001 … 1009 have no parent; of the hopeless one only a handful was read
    assert answers == (
        InclusionAnswer(near, Reach(1010, complete=True), 909, 9),
        InclusionAnswer(far, Reach(100, complete=False), 100, 100),
    )
    assert gaps == ()


def test_uniqueness_nulls_dependency(server: PrivateMariaDB) -> None:
    unique, pair, some = (
        UniquenessQuestion(P, ("city",)),
        UniquenessQuestion(T, ("p_id", "n")),
        UniquenessQuestion(P, ("city",), "id < 5"),
    )
    nulls, holds, breaks = (
        NullQuestion(T, "p_id"),
        DependencyQuestion(P, "zip", ("city",)),
        DependencyQuestion(P, "city", ("zip", "id")),
    )
    answers, _ = ask(server, unique, pair, some, nulls, holds, breaks)
    assert answers == (
        UniquenessAnswer(unique, Reach(1000, complete=True), 1000, 990),
        UniquenessAnswer(pair, Reach(1010, complete=True), 909, 0),
        UniquenessAnswer(some, Reach(4, complete=True), 4, 0),
        NullAnswer(nulls, Reach(1010, complete=True), 101),
        DependencyAnswer(holds, Reach(1000, complete=True), 1000, 20, (0,)),
        DependencyAnswer(breaks, Reach(1000, complete=True), 1000, 10, (10, 10)),
    )


def test_shapes(server: PrivateMariaDB) -> None:
    (answer,), _ = ask(server, ShapeQuestion(S, "v"))
    assert isinstance(answer, ShapeAnswer)
    texts = [v for values in VALUES.values() for v in values] + list(PLAIN)
    assert answer.values == len(texts) and answer.reach == Reach(len(texts) + 1, complete=True)
    counts = {count.shape: count.values for count in answer.counts}
    # some of the values have two shapes: 42 is a decimal too, 007 an integer, 1 and 0 booleans, a short date no list
    expected = {shape: len(values) for shape, values in VALUES.items()} | {TextShape.INTEGER: 4, TextShape.DECIMAL: 5}
    assert counts == expected


def test_a_sample_says_so(server: PrivateMariaDB) -> None:
    (answer,), _ = ask(server, NullQuestion(T, "p_id"), limits=Limits(sample_rows=500))
    assert answer == NullAnswer(NullQuestion(T, "p_id"), Reach(500, complete=False), 50)


def test_what_cannot_be_answered_is_a_gap(server: PrivateMariaDB) -> None:
    gone, mixed = NullQuestion(QualifiedName("probed", "gone"), "x"), InclusionQuestion(T, ("v",), T, ("n",))
    answers, gaps = ask(server, gone, mixed, NullQuestion(T, "id"))
    assert len(answers) + len(gaps) == 3 and "probed.gone" in gaps[0].what
    _, late = ask(server, NullQuestion(T, "id"), limits=Limits(probe_total_seconds=0.0))
    assert late[0].remedy.startswith("raise probe_total_seconds")


def test_a_slow_probe_is_stopped(server: PrivateMariaDB) -> None:
    slow = UniquenessQuestion(P, ("city",), "id + sleep(0.01) > 0")
    answers, gaps = ask(server, slow, NullQuestion(T, "p_id"), limits=Limits(probe_seconds=0.2))
    assert len(answers) == 1 and "0.2 s" in gaps[0].reason
