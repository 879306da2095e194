"""Rich databases on PostgreSQL 18 and 15, made once, and their snapshots."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from dbarchitect.engines.postgres import open_source
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.model.limits import Limits
from dbarchitect.model.snapshot import Snapshot

RICH = Path(__file__).with_name("rich.sql")


def _make(server: EmbeddedPostgres, name: str) -> str:
    server.create_database(name)
    url = server.url(name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(RICH.read_bytes())
    return url


@pytest.fixture(scope="session")
def rich18(postgres18: EmbeddedPostgres) -> Iterator[str]:
    """URL of the rich database on PostgreSQL 18."""
    yield _make(postgres18, "rich")
    postgres18.drop_database("rich")


@pytest.fixture(scope="session")
def rich15(postgres15: EmbeddedPostgres) -> Iterator[str]:
    """URL of the rich database on PostgreSQL 15."""
    yield _make(postgres15, "rich")
    postgres15.drop_database("rich")


@pytest.fixture(scope="session")
def snapshot18(rich18: str) -> Snapshot:
    """The rich database as PostgreSQL 18 tells it."""
    return take(rich18)


@pytest.fixture(scope="session")
def snapshot15(rich15: str) -> Snapshot:
    """The rich database as PostgreSQL 15 tells it."""
    return take(rich15)


@pytest.fixture(params=["18", "15"])
def rich(request: pytest.FixtureRequest) -> str:
    """URL of the rich database, on each version."""
    url: str = request.getfixturevalue(f"rich{request.param}")
    return url


@pytest.fixture(params=["18", "15"])
def snapshot(request: pytest.FixtureRequest) -> Snapshot:
    """The rich database's snapshot, of each version."""
    found: Snapshot = request.getfixturevalue(f"snapshot{request.param}")
    return found


def take(url: str) -> Snapshot:
    """A snapshot of a database."""
    with open_source(url, limits=Limits()) as source:
        return source.snapshot()
