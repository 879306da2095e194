"""Data dictionary and diagrams as pure functions: every table is shown once, odd names do not break a format."""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dbarchitect.model.catalog import Catalog, Column, DataType, ForeignKey, Key, Table, TableKind, TypeFamily
from dbarchitect.model.names import Engine, QualifiedName, ServerVersion
from dbarchitect.model.snapshot import Origin, Snapshot
from dbarchitect.report.docs.dictionary import data_dictionary
from dbarchitect.report.docs.er_svg import er_svg
from dbarchitect.report.docs.mermaid import entity_ids, mermaid
from dbarchitect.report.docs.neighbourhoods import PAGE_TABLES, neighbourhoods
from dbarchitect.report.docs.pages import document_pages

BIGINT = DataType("bigint", "int8", TypeFamily.INTEGER, bytes=8)
ODD = ("plain", 'quo"te', "pi|pe", "back`tick", "a<b>&c", "new\nline", "ünïcode", "UPPER case", "-->", "1st", "}{", "\\")


def table(name: str, targets: tuple[str, ...] = (), comment: str | None = None) -> Table:
    """A table with a key and a reference to each target."""
    columns = [Column("id", 1, BIGINT, nullable=False, comment=comment)]
    columns += [Column(f"{target}_id", n, BIGINT, nullable=n % 2 == 0) for n, target in enumerate(targets, 2)]
    keys = tuple(ForeignKey(f"{name}_{target}", (f"{target}_id",), QualifiedName("public", target), ("id",)) for target in targets)
    primary = Key(f"{name}_pkey", True, ("id",), f"{name}_pkey")
    return Table(QualifiedName("public", name), TableKind.TABLE, tuple(columns), (primary,), keys, comment=comment)


def snapshot(*tables: Table) -> Snapshot:
    catalog = Catalog(Engine.POSTGRESQL, ServerVersion(18, 1), "PostgreSQL 18.1", "shop", ("public",), tables)
    return Snapshot(catalog, Origin.LIVE, "postgresql://db/shop", datetime(2026, 1, 2, tzinfo=UTC), "0")


@st.composite
def catalogs(draw: st.DrawFn) -> Snapshot:
    number = draw(st.integers(0, 70))
    names = [f"t{i}" for i in range(number)]
    return snapshot(*(table(n, tuple(draw(st.lists(st.sampled_from(names), max_size=3, unique=True)))) for n in names))


@settings(max_examples=30, deadline=None)
@given(catalogs())
def test_every_table_is_in_one_neighbourhood_of_a_page(shop: Snapshot) -> None:
    groups = neighbourhoods(shop.catalog)
    shown = [t.name for g in groups for t in g.tables]
    assert sorted(shown) == sorted(t.name for t in shop.catalog.tables)
    assert all(0 < len(g.tables) <= PAGE_TABLES for g in groups)
    assert len({g.title for g in groups}) == len(groups)


@settings(max_examples=15, deadline=None)
@given(catalogs())
def test_every_reference_between_drawn_tables_has_its_line(shop: Snapshot) -> None:
    for group in neighbourhoods(shop.catalog):
        picture = ElementTree.fromstring(er_svg(group))
        lines = [g for g in picture.iter("{http://www.w3.org/2000/svg}g") if g.get("class") == "rel"]
        inside = {t.name for t in group.tables}
        everyone = group.tables + group.border
        wanted = sum(t.name in inside or k.target in inside for t in everyone for k in t.foreign_keys)
        assert len(lines) == wanted


def test_the_same_schema_gives_the_same_picture() -> None:
    group = neighbourhoods(snapshot(table("a"), table("b", ("a",)), table("c", ("a", "b"))).catalog)[0]
    assert er_svg(group) == er_svg(group)


def test_odd_names_break_no_format() -> None:
    shop = snapshot(*(table(name, ODD[:2], comment=name) for name in ODD))
    for page in document_pages(shop):
        if page.file_name.endswith(".svg"):
            texts = "".join(ElementTree.fromstring(page.text).itertext())
            assert 'quo"te' in texts and "a<b>&c" in texts
    dictionary = data_dictionary(shop, neighbourhoods(shop.catalog))
    rows = re.findall(r"<tr>(.*?)</tr>", MarkdownIt().enable("table").render(dictionary), re.DOTALL)
    assert {row.count("<td") for row in rows if "bigint" in row} == {7}


def test_mermaid_names_each_entity_once() -> None:
    shop = snapshot(table("a b"), table("a_b"), table("a-b", ("a b",)))
    group = neighbourhoods(shop.catalog)[0]
    ids = entity_ids(group.tables)
    assert len(set(ids.values())) == 3
    text = mermaid(group)
    assert f'{ids[QualifiedName("public", "a-b")]} }}o--o| {ids[QualifiedName("public", "a b")]} : "a b_id"' in text
