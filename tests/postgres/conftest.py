"""Rich databases on every version of PostgreSQL, made once, and their snapshots."""

import functools
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from dbarchitect.engines.postgres import open_source
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.model.limits import Limits
from dbarchitect.model.snapshot import Snapshot
from tests.conftest import POSTGRES

RICH = Path(__file__).with_name("rich.sql")


def fill_rich(url: str, major: int) -> None:
    """Make every kind of object that the version has: rich.sql, then rich.14.sql and so on up to the version."""
    newer = (RICH.with_suffix(f".{version}.sql") for version in POSTGRES if version <= major)
    with psycopg.connect(url, autocommit=True) as connection:
        for script in (RICH, *(path for path in newer if path.exists())):
            connection.execute(script.read_bytes())


@pytest.fixture(scope="session")
def rich_of(request: pytest.FixtureRequest) -> Callable[[int], str]:
    """The URL of the rich database on a version, which is made when it is first asked for."""

    @functools.cache
    def make(major: int) -> str:
        server: EmbeddedPostgres = request.getfixturevalue(f"postgres{major}")
        server.create_database("rich")
        fill_rich(server.url("rich"), major)
        return server.url("rich")

    return make


@pytest.fixture(scope="session")
def snapshot_of(rich_of: Callable[[int], str]) -> Callable[[int], Snapshot]:
    """The rich database as a version tells it."""
    return functools.cache(lambda major: take(rich_of(major)))


@pytest.fixture(scope="session")
def rich18(rich_of: Callable[[int], str]) -> str:
    """URL of the rich database on PostgreSQL 18."""
    return rich_of(18)


@pytest.fixture(scope="session")
def snapshot18(snapshot_of: Callable[[int], Snapshot]) -> Snapshot:
    """The rich database as PostgreSQL 18 tells it."""
    return snapshot_of(18)


@pytest.fixture(params=POSTGRES)
def major(request: pytest.FixtureRequest) -> int:
    """Each version."""
    found: int = request.param
    return found


@pytest.fixture
def server(request: pytest.FixtureRequest, major: int) -> EmbeddedPostgres:
    """The server of each version."""
    found: EmbeddedPostgres = request.getfixturevalue(f"postgres{major}")
    return found


@pytest.fixture
def rich(rich_of: Callable[[int], str], major: int) -> str:
    """URL of the rich database, on each version."""
    return rich_of(major)


@pytest.fixture
def snapshot(snapshot_of: Callable[[int], Snapshot], major: int) -> Snapshot:
    """The rich database's snapshot, of each version."""
    return snapshot_of(major)


def take(url: str) -> Snapshot:
    """A snapshot of a database."""
    with open_source(url, limits=Limits()) as source:
        return source.snapshot()
