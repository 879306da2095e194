"""A schema is read, rebuilt from the snapshot alone, and read again: both must say the same."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dbarchitect.engines.postgres import open_source
from dbarchitect.lab.clone import clone_name, clone_schema
from dbarchitect.lab.compare import differences
from dbarchitect.lab.embedded import EmbeddedPostgres, connect
from dbarchitect.model.limits import Limits
from dbarchitect.model.snapshot import Gap, Snapshot

RICH = (Path(__file__).parent / "rich_schema.sql").read_text(encoding="utf-8")

Cloned = tuple[Snapshot, Snapshot, tuple[Gap, ...]]


def read(server: EmbeddedPostgres, database: str) -> Snapshot:
    with open_source(server.url(database), limits=Limits()) as source:
        return source.snapshot()


@pytest.fixture
def clone(postgres18: EmbeddedPostgres) -> Iterator[Callable[[str], Cloned]]:
    """Loads a script into one database, rebuilds it in another; both snapshots and the gaps."""

    def run(script: str) -> Cloned:
        postgres18.drop_database("original")
        postgres18.create_database("original")
        with connect(postgres18, "original") as connection:
            connection.execute(script.encode())
        before = read(postgres18, "original")
        gaps = clone_schema(postgres18, before, "copied")
        return before, read(postgres18, "copied"), gaps

    yield run
    postgres18.drop_database("original")
    postgres18.drop_database("copied")
    with connect(postgres18) as connection:
        for (role,) in connection.execute("SELECT quote_ident(rolname) FROM pg_roles WHERE oid >= 16384").fetchall():
            connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())


def test_a_rich_schema_comes_back_equal(clone: Callable[[str], Cloned]) -> None:
    before, after, gaps = clone(RICH)
    assert gaps == ()
    assert differences(before, after) == ()


def test_what_the_rich_schema_holds_was_really_read(clone: Callable[[str], Cloned]) -> None:
    before, _, _ = clone(RICH)
    catalog = before.catalog
    kinds = (catalog.tables, catalog.views, catalog.sequences, catalog.enums, catalog.domains, catalog.composites)
    assert all(len(kind) >= 2 for kind in kinds)
    assert all((catalog.ranges, catalog.triggers, catalog.routines))
    assert any(t.partition_of for t in catalog.tables)
    assert any(t.inherits for t in catalog.tables)
    assert any(i.parent for _, i in catalog.indexes())
    assert any(not i.valid for _, i in catalog.indexes())


def test_an_empty_database(clone: Callable[[str], Cloned]) -> None:
    before, after, gaps = clone("")
    assert (gaps, differences(before, after)) == ((), ())


def test_a_database_without_the_schema_public(clone: Callable[[str], Cloned]) -> None:
    before, after, gaps = clone("DROP SCHEMA public; CREATE SCHEMA app; CREATE TABLE app.t (id int PRIMARY KEY);")
    assert (gaps, differences(before, after)) == ((), ())


def test_the_copy_is_called_as_the_source_unless_that_is_the_servers_own(clone: Callable[[str], Cloned]) -> None:
    before, _, _ = clone("")
    assert clone_name(before) == "original"
