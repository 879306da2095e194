"""ER diagrams as Mermaid text (https://mermaid.js.org/syntax/entityRelationshipDiagram.html)."""

import re

from dbarchitect.model.catalog import ForeignKey, Table
from dbarchitect.model.names import QualifiedName
from dbarchitect.report.docs.neighbourhoods import Neighbourhood


def _word(text: str) -> str:
    """A word that Mermaid takes for an attribute or a type."""
    word = re.sub(r"[^A-Za-z0-9_]+", "_", text).strip("_")
    return word if word and not word[0].isdigit() else f"_{word}"


def _quoted(text: str) -> str:
    return '"' + re.sub(r'["\r\n]+', "'", text) + '"'


def entity_ids(tables: tuple[Table, ...]) -> dict[QualifiedName, str]:
    """An id for each table that is unique in the diagram, whatever the names are."""
    ids: dict[QualifiedName, str] = {}
    for table in tables:
        base, number = _word(table.name.name), 2
        candidate = base
        while candidate in ids.values():
            candidate = f"{base}_{number}"
            number += 1
        ids[table.name] = candidate
    return ids


def is_unique(table: Table, key: ForeignKey) -> bool:
    """True when at most one row of the table can hold each value of the foreign key."""
    wanted = set(key.columns)
    return any(set(k.columns) <= wanted for k in table.keys if k.columns) or any(
        i.unique and i.whole and set(i.columns) <= wanted and len(i.columns) == len(i.entries) for i in table.indexes
    )


def is_optional(table: Table, key: ForeignKey) -> bool:
    """True when a row need not reference anything."""
    return any((column := table.column(name)) is None or column.nullable for name in key.columns)


def _attributes(table: Table) -> list[str]:
    primary = set(table.primary_key.columns) if table.primary_key else set()
    foreign = {c for key in table.foreign_keys for c in key.columns}
    unique = {k.columns[0] for k in table.keys if not k.primary and len(k.columns) == 1}
    lines = []
    for column in table.columns:
        marks = [m for m, names in (("PK", primary), ("FK", foreign), ("UK", unique)) if column.name in names]
        comment = f" {_quoted(column.comment)}" if column.comment else ""
        lines.append(f"        {_word(column.type.text)} {_word(column.name)}{' ' + ', '.join(marks) if marks else ''}{comment}")
    return lines


def mermaid(neighbourhood: Neighbourhood) -> str:
    """The diagram's text; border tables appear by name only."""
    everyone = neighbourhood.tables + neighbourhood.border
    ids = entity_ids(everyone)
    several = len({t.name.schema for t in everyone}) > 1
    lines = ["erDiagram"]
    for table in neighbourhood.tables:
        shown = str(table.name) if several else table.name.name
        lines += [f"    {ids[table.name]}[{_quoted(shown)}] {{", *_attributes(table), "    }"]
    lines += [f"    {ids[table.name]}[{_quoted(table.name.name)}]" for table in neighbourhood.border]
    inside = {t.name for t in neighbourhood.tables}
    for table in everyone:
        for key in table.foreign_keys:
            if key.target in ids and (table.name in inside or key.target in inside):
                many = "|o" if is_unique(table, key) else "}o"
                one = "o|" if is_optional(table, key) else "||"
                lines.append(f"    {ids[table.name]} {many}--{one} {ids[key.target]} : {_quoted(', '.join(key.columns))}")
    return "\n".join(lines) + "\n"
