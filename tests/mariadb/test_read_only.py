"""The inspected server gets nothing but reading from us: by its own log, and by its own refusal."""

import re
from pathlib import Path

import pymysql
import pytest

from dbarchitect.engines.mysql import open_source
from dbarchitect.engines.mysql.address import parse_url
from dbarchitect.engines.mysql.session import Session
from dbarchitect.lab.mariadb import PrivateMariaDB
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import QualifiedName
from dbarchitect.model.questions import DependencyQuestion, InclusionQuestion, NullQuestion, ShapeQuestion, UniquenessQuestion

CUSTOMERS, ORDERS = QualifiedName("rich", "customers"), QualifiedName("rich", "orders")
ALLOWED = re.compile(
    r"(/\* dbarchitect \*/ )?(SELECT /\* dbarchitect \*/|SHOW /\* dbarchitect \*/|SET (SESSION|NAMES|AUTOCOMMIT)"
    r"|START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY$|COMMIT$)"
)


def test_only_reading_reaches_the_server(rich: PrivateMariaDB) -> None:
    log = rich.socket.parent / "general.log"
    rich.execute("CREATE USER watched@localhost", "GRANT SELECT, SHOW VIEW ON *.* TO watched@localhost")
    rich.execute(f"SET GLOBAL general_log_file = '{log}'", "SET GLOBAL general_log = ON")
    try:
        with open_source(rich.url("rich", "watched"), limits=Limits()) as source:
            source.snapshot()
            answers, gaps = source.answers(
                [
                    InclusionQuestion(ORDERS, ("customer_id",), CUSTOMERS, ("id",)),
                    UniquenessQuestion(CUSTOMERS, ("email",)),
                    NullQuestion(CUSTOMERS, "born"),
                    ShapeQuestion(CUSTOMERS, "email"),
                    DependencyQuestion(CUSTOMERS, "id", ("name",)),
                ]
            )
        assert len(answers) == 5 and not gaps
    finally:
        rich.execute("SET GLOBAL general_log = OFF", "DROP USER watched@localhost")
    statements = statements_of(log, "watched")
    assert len(statements) > 30
    assert [s for s in statements if not ALLOWED.match(s)] == []


def statements_of(log: Path, user: str) -> list[str]:
    """The statements that the user's session sent, each on one line."""
    entries = re.split(
        r"\n(?=(?:\d{6} [ \d]\d:\d\d:\d\d)?\t+ *\d+ (?:Connect|Query|Quit|Init DB|Prepare|Execute)\t)", log.read_text()
    )
    sessions = {m[1] for e in entries if (m := re.search(rf"(\d+) Connect\t{user}@", e))}
    found = []
    for entry in entries:
        match = re.search(r"(\d+) (Query|Prepare|Execute|Init DB)\t(.*)", entry, re.DOTALL)
        if match and match[1] in sessions:
            found.append(" ".join(match[3].split()))
    return found


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO rich.events VALUES (0, '2025-01-01')",
        "UPDATE rich.customers SET active = 0",
        "CREATE TABLE rich.mine (a int)",
        "DROP TABLE rich.events",
        "SELECT nextval(rich.numbers)",
        "GRANT SELECT ON rich.* TO root@localhost",
    ],
)
def test_the_server_refuses_writes_of_the_session(rich: PrivateMariaDB, statement: str) -> None:
    with Session(parse_url(rich.url("rich"))) as session, pytest.raises(pymysql.MySQLError, match="READ ONLY"):
        session.execute(statement)


def test_limits_of_the_session(rich: PrivateMariaDB) -> None:
    with Session(parse_url(rich.url("rich"))) as session:
        row = session.rows_of(
            "SELECT @@max_statement_time AS t, @@lock_wait_timeout AS l, @@tx_isolation AS i, @@tx_read_only AS r"
        )[0]
        assert (row["t"], row["l"], row["i"], row["r"]) == (60.0, 5, "REPEATABLE-READ", 1)
        session.limit_statements(0.05)
        with pytest.raises(pymysql.MySQLError, match="max_statement_time"):
            session.rows_of("SELECT count(*) FROM rich.customers a, rich.customers b, rich.customers c")


def test_no_lock_outlives_a_probe(rich: PrivateMariaDB) -> None:
    with open_source(rich.url("rich"), limits=Limits()) as source:
        source.snapshot()
        source.answers([NullQuestion(CUSTOMERS, "born")])
        rich.execute("SET STATEMENT lock_wait_timeout = 1 FOR ALTER TABLE rich.customers COMMENT = 'who buys'")
