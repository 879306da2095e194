"""The GIN index that takes the place of a B-tree over a column of many parts."""

from dataclasses import replace

from dbarchitect.model.catalog import Index, Table
from dbarchitect.model.change import Change, Verification
from dbarchitect.model.names import Engine
from dbarchitect.sql.identifiers import quote_literal, quote_qualified
from dbarchitect.sql.index_changes import replace_index


def inverted_instead(table: Table, index: Index, operator_class: str | None = None) -> Change:
    """Build GIN over the index's one column, drop the B-tree, take over its name."""
    engine = Engine.POSTGRESQL
    entry = replace(index.entries[0], operator_class=operator_class, collation=None, descending=False, nulls_first=False)
    new = replace(index, method="gin", entries=(entry,), options=())
    name = quote_literal(engine, quote_qualified(engine, index.name))
    verify = (
        f"SELECT coalesce((SELECT a.amname FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE c.oid = to_regclass({name})), '')"
    )
    change = replace_index(table, index, new, Verification(verify, "gin"))
    return replace(
        change,
        hazards=(*change.hazards, "GIN makes each write dearer than a B-tree does; fastupdate moves the cost to vacuum"),
        assumptions=("no statement compares or sorts the whole value",),
    )
