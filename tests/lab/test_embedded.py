from pathlib import Path

import psycopg
import pytest

from dbarchitect.errors import LabError
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.model.names import ServerVersion


def test_it_answers_over_its_socket_alone(postgres18: EmbeddedPostgres, fresh_database: str) -> None:
    with psycopg.connect(fresh_database) as session:
        row = session.execute(
            "SELECT current_setting('server_version_num')::int, current_setting('listen_addresses'), "
            "(SELECT datcollate || ' ' || pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database())"
        ).fetchone()
    assert row is not None
    assert postgres18.version == ServerVersion(row[0] // 10_000, row[0] % 10_000)
    assert row[1:] == ("", "C.UTF-8 UTF8")


def test_debian_15(postgres15: EmbeddedPostgres, fresh_database15: str) -> None:
    with psycopg.connect(fresh_database15) as session:
        session.execute("CREATE EXTENSION pg_stat_statements")
        assert session.execute("SELECT count(*) >= 0 FROM pg_stat_statements").fetchone() == (True,)
    assert postgres15.version.major == 15


def test_missing_programs_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="postgres is missing") as caught, EmbeddedPostgres(binaries=tmp_path):
        pass
    assert caught.value.next_step
