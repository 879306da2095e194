"""A schema is read, rebuilt from the snapshot alone, and read again: both must say the same."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dbarchitect.engines.postgres import open_source
from dbarchitect.lab.clone import clone_name, clone_schema
from dbarchitect.lab.compare import differences
from dbarchitect.lab.embedded import EmbeddedPostgres, connect
from dbarchitect.model.catalog import Column, DataType, Index, Table, TypeFamily, View
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import QualifiedName
from dbarchitect.model.postgres import Extension
from dbarchitect.model.snapshot import Gap, Snapshot

RICH = (Path(__file__).parent / "rich_schema.sql").read_text(encoding="utf-8")

Cloned = tuple[Snapshot, Snapshot, tuple[Gap, ...]]


def read(server: EmbeddedPostgres, database: str) -> Snapshot:
    with open_source(server.url(database), limits=Limits()) as source:
        return source.snapshot()


def _roles(server: EmbeddedPostgres) -> set[str]:
    with connect(server) as connection:
        return {str(row[0]) for row in connection.execute("SELECT quote_ident(rolname) FROM pg_roles")}


@pytest.fixture
def clone(postgres18: EmbeddedPostgres) -> Iterator[Callable[[str], Cloned]]:
    """Loads a script into a database, reads it, and replaces it by its copy; both snapshots and the gaps."""

    def run(script: str) -> Cloned:
        postgres18.drop_database("original")
        postgres18.create_database("original")
        with connect(postgres18, "original") as connection:
            connection.execute(script.encode())
        before = read(postgres18, "original")
        gaps = clone_schema(postgres18, before, "original")
        return before, read(postgres18, "original"), gaps

    others = _roles(postgres18)
    yield run
    postgres18.drop_database("original")
    with connect(postgres18) as connection:
        for role in _roles(postgres18) - others:
            connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())


def test_a_rich_schema_comes_back_equal(clone: Callable[[str], Cloned]) -> None:
    before, after, gaps = clone(RICH)
    assert gaps == ()
    assert differences(before, after) == ()


def test_what_the_rich_schema_holds_was_really_read(clone: Callable[[str], Cloned]) -> None:
    before, _, _ = clone(RICH)
    catalog = before.catalog
    kinds = (catalog.tables, catalog.views, catalog.sequences, catalog.enums, catalog.domains, catalog.composites)
    assert all(kinds)
    assert all((catalog.ranges, catalog.triggers, catalog.routines))
    assert any(t.partition_of for t in catalog.tables)
    assert any(t.inherits for t in catalog.tables)
    assert any(i.parent for _, i in catalog.indexes())
    assert any(not i.valid for _, i in catalog.indexes())
    facts = before.postgres
    assert facts
    assert all((facts.policies, facts.extended_statistics, facts.foreign_servers, facts.publications, facts.extensions))
    assert {g.object_kind for g in facts.grants} == {
        "table", "column", "schema", "sequence", "function", "type", "database", "default"
    }  # fmt: skip


def test_an_empty_database(clone: Callable[[str], Cloned]) -> None:
    before, after, gaps = clone("")
    assert (gaps, differences(before, after)) == ((), ())


def test_a_database_without_the_schema_public(clone: Callable[[str], Cloned]) -> None:
    before, after, gaps = clone("DROP SCHEMA public; CREATE SCHEMA app; CREATE TABLE app.t (id int PRIMARY KEY);")
    assert (gaps, differences(before, after)) == ((), ())


def test_what_the_lab_lacks_is_replaced_and_told(clone: Callable[[str], Cloned], postgres18: EmbeddedPostgres) -> None:
    before, _, _ = clone("CREATE EXTENSION hstore; CREATE TABLE t (h hstore, hs hstore[], g text);")
    assert before.postgres
    elsewhere = QualifiedName("public", "geometry")
    geometry = DataType("public.geometry(Point,4326)", "geometry", TypeFamily.GEOMETRY, user_defined=elsewhere)
    table = before.catalog.tables[0]
    shape, shapes = replace(table.columns[2], type=geometry), Column("gs", 4, replace(geometry, text="public.geometry[]"), True)
    ordered = Column("o", 5, DataType("text", "text", TypeFamily.TEXT), True, collation='"xx-unknown"')
    table = replace(table, columns=(*table.columns[:2], shape, shapes, ordered))
    index = Index(QualifiedName("public", "i"), table.name, "gist", (), definition="CREATE INDEX i ON public.t USING gist (g)")
    first = View(QualifiedName("public", "a"), False, " SELECT public.st_area(g) AS area FROM public.t;", shape_columns())
    second = View(QualifiedName("public", "b"), False, " SELECT area FROM public.a;", shape_columns(), (first.name,))
    catalog = replace(before.catalog, tables=(replace(table, indexes=(index,)),), views=(second, first))
    facts = replace(before.postgres, extensions=(*before.postgres.extensions, Extension("postgis", "3.5", "public")))
    gaps = clone_schema(postgres18, replace(before, catalog=catalog, postgres=facts), "original")
    after = read(postgres18, "original").catalog
    assert [c.type.text for c in after.tables[0].columns] == [
        "public.hstore", "public.hstore[]", "public.geometry", "public.geometry[]", "text"
    ]  # fmt: skip
    assert [v.name.name for v in after.views] == ["a", "b"]
    assert sorted(g.what.removeprefix("copy of the schema: ") for g in gaps) == [
        'collation "xx-unknown"', "extension postgis", "index public.t.i", "type public.geometry", "view public.a"
    ]  # fmt: skip
    (told,) = (g for g in gaps if g.what.endswith("view public.a"))
    assert told.reason.startswith("an empty stand-in takes its place, for the lab's server refuses it: function public.st_area")


def shape_columns() -> tuple[Column, ...]:
    return (Column("area", 1, DataType("double precision", "float8", TypeFamily.FLOAT), True),)


def test_hundreds_of_tables_come_back_equal(clone: Callable[[str], Cloned]) -> None:
    script = "\n".join(
        f"CREATE TABLE t{i} (id int PRIMARY KEY, a text, b int{f' REFERENCES t{i - 1}' if i else ''}); "
        f"CREATE INDEX ON t{i} (a); CREATE INDEX ON t{i} (b, a);"
        for i in range(300)
    )
    before, after, gaps = clone(script)
    assert (gaps, differences(before, after)) == ((), ())


def test_the_copy_is_called_as_the_source_unless_that_is_the_servers_own(clone: Callable[[str], Cloned]) -> None:
    before, _, _ = clone("")
    assert clone_name(before) == "original"


@pytest.mark.parametrize("major", [13, 14, 15, 16, 17])
def test_a_schema_of_an_older_server(major: int, postgres18: EmbeddedPostgres, request: pytest.FixtureRequest) -> None:
    old: EmbeddedPostgres = request.getfixturevalue(f"postgres{major}")
    old.create_database("older")
    with connect(old, "older") as connection:
        connection.execute(OLDER.encode())
    before = read(old, "older")
    assert clone_schema(postgres18, before, "older") == ()
    after = read(postgres18, "older")
    for server in (old, postgres18):
        server.drop_database("older")
    # 18 gives every NOT NULL a constraint with a name, 17 partitions of an identity column the identity
    unnamed = replace(after.catalog, tables=tuple(replace(t, columns=_as_of(major, t)) for t in after.catalog.tables))
    told = differences(replace(before, postgres=None), replace(after, catalog=unnamed, postgres=None))
    assert [d for d in told if not d.startswith("catalog.version")] == []


def _as_of(major: int, table: Table) -> tuple[Column, ...]:
    without = major < 17 and table.partition_of
    return tuple(replace(c, not_null_constraint=None, identity=None if without else c.identity) for c in table.columns)


OLDER = """
CREATE TYPE state AS ENUM ('a', 'b');
CREATE TABLE parents (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, s state DEFAULT 'a' NOT NULL, t text COLLATE "C",
  up text GENERATED ALWAYS AS (upper(t)) STORED, CONSTRAINT c CHECK (t <> ''));
CREATE TABLE children (id serial PRIMARY KEY, parent_id bigint NOT NULL REFERENCES parents ON DELETE CASCADE, at date);
CREATE INDEX ON children (parent_id) WHERE at IS NOT NULL;
CREATE TABLE parted (id bigint GENERATED BY DEFAULT AS IDENTITY, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX ON parted (at);
CREATE VIEW joined AS SELECT c.id, p.t FROM children c JOIN parents p ON p.id = c.parent_id;
CREATE MATERIALIZED VIEW counted AS SELECT j.t, c.at FROM joined j JOIN children c ON c.id = j.id;
CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
"""
