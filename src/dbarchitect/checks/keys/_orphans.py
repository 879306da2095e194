"""The query that lists children without a parent."""

from dbarchitect.model.names import Engine
from dbarchitect.model.questions import InclusionQuestion
from dbarchitect.sql.identifiers import quote_name, quote_qualified


def orphan_query(question: InclusionQuestion, engine: Engine = Engine.POSTGRESQL) -> str:
    """SELECT of the child's rows that point at nothing; rows with a null among the columns point nowhere and are left out."""
    pairs = list(zip(question.child_columns, question.parent_columns, strict=True))
    match = " AND ".join(f"p.{quote_name(engine, b)} = c.{quote_name(engine, a)}" for a, b in pairs)
    given = " AND ".join(f"c.{quote_name(engine, a)} IS NOT NULL" for a, _ in pairs)
    child, parent = quote_qualified(engine, question.child), quote_qualified(engine, question.parent)
    return f"SELECT c.* FROM {child} c WHERE {given} AND NOT EXISTS (SELECT 1 FROM {parent} p WHERE {match})"
