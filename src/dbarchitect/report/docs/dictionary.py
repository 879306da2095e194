"""The data dictionary: every object of a database in one Markdown file."""

import re
from collections import defaultdict
from collections.abc import Iterable

from dbarchitect.model.catalog import Catalog, Column, ForeignKey, Index, IndexEntry, Sequence, Table, View
from dbarchitect.model.names import QualifiedName
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.report.docs.neighbourhoods import Neighbourhood, drawn_tables
from dbarchitect.report.text import in_bytes


def cell(text: str) -> str:
    """Text that may stand in a Markdown table: no pipes, no line breaks, no live HTML."""
    escaped = text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("`", "\\`")
    return re.sub(r"\s*[\r\n]+\s*", " ", escaped)


def code(text: str) -> str:
    """Text as inline code, also when it holds backticks or pipes."""
    flat = re.sub(r"\s*[\r\n]+\s*", " ", text).replace("|", "\\|")
    ticks = "`" * (max((len(run) for run in re.findall(r"`+", flat)), default=0) + 1)
    return f"{ticks} {flat} {ticks}" if "`" in flat else f"`{flat}`"


def anchor(name: QualifiedName) -> str:
    """The id of a table's heading in the file."""
    return re.sub(r"[^a-z0-9_]+", "-", f"{name.schema}-{name.name}".lower()).strip("-")


def _link(name: QualifiedName, known: frozenset[QualifiedName]) -> str:
    return f"[{cell(str(name))}](#{anchor(name)})" if name in known else cell(str(name))


def _size(number: float | None) -> str:
    return "–" if number is None else in_bytes(number)


def _count(number: float | None) -> str:
    return "–" if number is None else f"{number:,.0f}"


def _default(column: Column) -> str:
    if column.generated:
        kind = "stored" if column.generated.stored else "virtual"
        return f"generated ({kind}): {code(column.generated.expression)}"
    if column.identity:
        return f"identity ({column.identity.value})"
    return code(column.default) if column.default else ""


def _roles(table: Table, column: Column, known: frozenset[QualifiedName]) -> str:
    marks = []
    if table.primary_key and column.name in table.primary_key.columns:
        marks.append("PK")
    marks += ["unique" for k in table.keys if not k.primary and k.columns == (column.name,)]
    marks += [f"→ {_link(k.target, known)}" for k in table.foreign_keys if column.name in k.columns]
    return ", ".join(marks)


def _spread(snapshot: Snapshot, table: Table, column: Column) -> str:
    row = snapshot.column_statistics(table.name, column.name)
    if row is None:
        return ""
    rows = snapshot.rows(table)
    distinct = f"≈ {row.distinct_rows(rows):,.0f} distinct" if rows and row.distinct else ""
    nulls = f"{row.null_fraction:.0%} null" if row.null_fraction else ""
    return ", ".join(t for t in (distinct, nulls) if t)


def _columns(snapshot: Snapshot, table: Table, known: frozenset[QualifiedName]) -> list[str]:
    lines = ["| Column | Type | Null | Default | Key | Values | Comment |", "|---|---|---|---|---|---|---|"]
    lines += [
        f"| {cell(c.name)} | {cell(c.type.text)} | {'yes' if c.nullable else 'no'} | {_default(c)} | {_roles(table, c, known)} "
        f"| {_spread(snapshot, table, c)} | {cell(c.comment or '')} |"
        for c in table.columns
    ]
    return lines


def _entry(entry: IndexEntry) -> str:
    text = entry.column if entry.column is not None else f"({entry.expression})"
    return (text or "") + (" DESC" if entry.descending else "")


def _index(index: Index) -> str:
    parts = [", ".join(_entry(e) for e in index.entries)]
    parts += [f"INCLUDE {', '.join(index.include)}"] if index.include else []
    parts += [f"WHERE {index.predicate}"] if index.predicate else []
    return " ".join(parts)


def _indexes(indexes: Iterable[Index]) -> list[str]:
    rows = [
        f"| {cell(i.name.name)} | {code(_index(i))} | {i.method} | {'yes' if i.unique else 'no'} | {_size(i.bytes)} "
        f"| {_count(i.usage.scans if i.usage else None)} |"
        for i in indexes
    ]
    return (
        ["", "**Indexes**", "", "| Index | Keys | Method | Unique | Size | Scans |", "|---|---|---|---|---|---|", *rows]
        if rows
        else []
    )


def _listed(title: str, lines: list[str]) -> list[str]:
    return ["", f"**{title}**", "", *lines] if lines else []


def _reference(key: ForeignKey, known: frozenset[QualifiedName]) -> str:
    actions = f" ON DELETE {key.on_delete.value}" if key.on_delete.value != "NO ACTION" else ""
    state = "" if key.validated else " (not validated)"
    return (
        f"- {cell(key.name)}: ({cell(', '.join(key.columns))}) → {_link(key.target, known)} "
        f"({cell(', '.join(key.target_columns))}){actions}{state}"
    )


def _table(
    snapshot: Snapshot, table: Table, known: frozenset[QualifiedName], incoming: list[tuple[Table, ForeignKey]]
) -> list[str]:
    facts = (
        [table.kind.value, f"{_count(snapshot.rows(table))} rows", _size(snapshot.bytes(table))]
        if snapshot.live
        else [table.kind.value]
    )
    partitions = len(snapshot.partitions(table.name)) if table.partition_key else 0
    split = [f"partitioned by {code(table.partition_key.definition)}, {partitions} partitions"] if table.partition_key else []
    triggers = [t for t in snapshot.catalog.triggers if t.table == table.name]
    policies = [p for p in snapshot.postgres.policies if p.table == table.name] if snapshot.postgres else []
    return [
        "",
        f'### <a id="{anchor(table.name)}"></a>{cell(str(table.name))}',
        "",
        *([cell(table.comment), ""] if table.comment else []),
        ", ".join([*facts, *split]) + (f", owner {cell(table.owner)}" if table.owner else ""),
        "",
        *_columns(snapshot, table, known),
        *_listed("Foreign keys", [_reference(k, known) for k in table.foreign_keys]),
        *_listed(
            "Referenced by", [f"- {_link(t.name, known)} ({cell(', '.join(k.columns))})" for t, k in incoming if not t.is_partition]
        ),
        *_listed("Checks", [f"- {cell(c.name)}: {code(c.expression)}" for c in table.checks]),
        *_indexes(table.indexes),
        *_listed("Triggers", [f"- {cell(t.name)}: {t.timing} {' OR '.join(t.events)}, {t.routine or ''}" for t in triggers]),
        *_listed(
            "Row security",
            [
                f"- {cell(p.name)}: {p.command} to {cell(', '.join(p.roles))} {code('USING ' + p.using) if p.using else ''}"
                for p in policies
            ],
        ),
    ]


def _view(view: View, known: frozenset[QualifiedName]) -> list[str]:
    kind = "materialised view" if view.materialized else "view"
    reads = f", reads {', '.join(_link(n, known) for n in view.depends_on)}" if view.depends_on else ""
    columns = [f"| {cell(c.name)} | {cell(c.type.text)} | {cell(c.comment or '')} |" for c in view.columns]
    fence = "`" * max(3, max((len(run) for run in re.findall(r"`+", view.definition)), default=0) + 1)
    return [
        "",
        f'### <a id="{anchor(view.name)}"></a>{cell(str(view.name))}',
        "",
        *([cell(view.comment), ""] if view.comment else []),
        f"{kind}{reads}",
        *(["", "| Column | Type | Comment |", "|---|---|---|", *columns] if columns else []),
        "",
        f"{fence}sql",
        view.definition.strip(),
        fence,
        *_indexes(view.indexes),
    ]


def _sequence(sequence: Sequence) -> str:
    owner = f"{sequence.owned_by_table}.{sequence.owned_by_column}" if sequence.owned_by_table else ""
    return (
        f"| {cell(str(sequence.name))} | {sequence.type} | {sequence.last_value if sequence.last_value is not None else '–'} "
        f"| {sequence.maximum} | {sequence.increment} | {cell(owner)} |"
    )


def _others(catalog: Catalog) -> list[str]:
    lines: list[str] = []
    if catalog.enums:
        rows = [f"| {cell(str(e.name))} | {cell(', '.join(e.labels))} | {cell(e.comment or '')} |" for e in catalog.enums]
        lines += ["", "## Enumerated types", "", "| Type | Labels | Comment |", "|---|---|---|", *rows]
    if catalog.domains:
        rows = [
            f"| {cell(str(d.name))} | {cell(d.base.text)} | {' '.join(code(c.expression) for c in d.checks)} "
            f"| {cell(d.comment or '')} |"
            for d in catalog.domains
        ]
        lines += ["", "## Domains", "", "| Domain | Base type | Checks | Comment |", "|---|---|---|---|", *rows]
    if catalog.sequences:
        head = ["| Sequence | Type | Last value | Maximum | Step | Owned by |", "|---|---|---|---|---|---|"]
        lines += ["", "## Sequences", "", *head, *(_sequence(s) for s in catalog.sequences)]
    if catalog.routines:
        rows = [
            f"| {cell(r.signature)} | {r.kind.value} | {cell(r.returns or '')} "
            f"| {r.language} | {'definer' if r.security_definer else 'invoker'} | {cell(r.comment or '')} |"
            for r in catalog.routines
        ]
        lines += [
            "",
            "## Stored code",
            "",
            "| Routine | Kind | Returns | Language | Rights of | Comment |",
            "|---|---|---|---|---|---|",
            *rows,
        ]
    return lines


def _overview(snapshot: Snapshot, pages: tuple[Neighbourhood, ...], known: frozenset[QualifiedName]) -> list[str]:
    rows = []
    for page in pages:
        links = ", ".join(_link(t.name, known) for t in page.tables)
        rows.append(f"| {cell(page.title)} | {len(page.tables)} | {links} |")
    return ["| Neighbourhood | Tables | |", "|---|---|---|", *rows] if len(pages) > 1 else []


def data_dictionary(snapshot: Snapshot, pages: tuple[Neighbourhood, ...]) -> str:
    """The whole dictionary. `pages` are the diagrams' neighbourhoods, listed at the top when there are several."""
    catalog = snapshot.catalog
    tables = drawn_tables(catalog)
    known = frozenset(t.name for t in tables) | frozenset(v.name for v in catalog.views)
    incoming: dict[QualifiedName, list[tuple[Table, ForeignKey]]] = defaultdict(list)
    for table, key in catalog.references():
        incoming[key.target].append((table, key))
    lines = [
        f"# Data dictionary of {cell(catalog.database)}",
        "",
        *([cell(catalog.comment), ""] if catalog.comment else []),
        f"{catalog.engine.value} {catalog.version}, read {snapshot.taken_at:%Y-%m-%d %H:%M} UTC: {len(tables)} tables, "
        f"{len(catalog.views)} views, {sum(len(t.indexes) for t in tables)} indexes, "
        f"{sum(len(t.foreign_keys) for t in tables)} foreign keys.",
        "",
        *_overview(snapshot, pages, known),
    ]
    for schema in sorted({t.name.schema for t in tables}):
        lines += ["", f"## Tables of {cell(schema)}"]
        for table in (t for t in tables if t.name.schema == schema):
            lines += _table(snapshot, table, known, incoming[table.name])
    if catalog.views:
        lines += ["", "## Views"]
        for view in sorted(catalog.views, key=lambda v: v.name):
            lines += _view(view, known)
    return "\n".join([*lines, *_others(catalog), ""])
