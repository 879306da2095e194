"""ER diagrams as self-contained SVG: boxes with columns, orthogonal lines with crow's feet.

The layered layout is graphlay's (deterministic: the same schema gives the same picture); the drawing is ours.
"""

from dataclasses import dataclass
from html import escape

import graphlay

from dbarchitect.model.catalog import Column, ForeignKey, Table, TypeFamily
from dbarchitect.report.docs.mermaid import is_optional, is_unique
from dbarchitect.report.docs.neighbourhoods import Neighbourhood

ROW, HEAD, PAD = 18.0, 26.0, 10.0
GLYPH_WIDTH, HEAD_GLYPH_WIDTH, MARK_WIDTH, MAX_TEXT = 6.9, 8.7, 16.0, 34
GAP, SHELF_WIDTH = 30.0, 1100.0
MARGIN = 30.0

STYLE = """
text{font:12px ui-sans-serif,system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:#1f2937}
.h{font-weight:600;fill:#fff;font-size:13px}.t{fill:#6b7280;font-size:11px}.k{font-weight:700;font-size:9px}
.pk{fill:#b45309}.fk{fill:#1d4ed8}.n{fill:#6b7280}
.box{fill:#fff;stroke:#94a3b8}.head{fill:#334155}.border .box{fill:#f1f5f9;stroke-dasharray:4 3}.border .head{fill:#94a3b8}
.edge{fill:none;stroke:#64748b;stroke-width:1.3}.mark{fill:#fff;stroke:#64748b;stroke-width:1.3}
.edge:hover,.rel:hover .edge,.rel:hover .mark{stroke:#dc2626;stroke-width:2}
"""


@dataclass(frozen=True, slots=True)
class Box:
    """A table's box: its size in px, `gutter` that of the key marks before the columns' names."""

    table: Table
    title: str
    collapsed: bool
    width: float
    height: float
    gutter: float


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the picture, px, y down."""

    x: float
    y: float


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _type(column: Column) -> str:
    short = {"character varying": "varchar", "timestamp with time zone": "timestamptz", "timestamp without time zone": "timestamp"}
    text = column.type.text
    for long, brief in short.items():
        text = text.replace(long, brief)
    return _short(text) if column.type.family is not TypeFamily.ENUM else _short(text.split(".")[-1] if "(" not in text else text)


def _marks(table: Table) -> dict[str, tuple[str, ...]]:
    """`pk` and `fk` of each column that is part of a key."""
    primary = table.primary_key.columns if table.primary_key else ()
    foreign = {c for key in table.foreign_keys for c in key.columns}
    return {c.name: (*(("pk",) if c.name in primary else ()), *(("fk",) if c.name in foreign else ())) for c in table.columns}


def _box(table: Table, collapsed: bool, several_schemas: bool) -> Box:
    title = _short(str(table.name) if several_schemas else table.name.name)
    head = len(title) * HEAD_GLYPH_WIDTH + 2 * PAD
    if collapsed:
        return Box(table, title, True, max(80.0, head), HEAD, 0.0)
    gutter = 12.0 + MARK_WIDTH * max((len(m) for m in _marks(table).values()), default=0)
    rows = (
        max((len(_short(c.name)) + len(_type(c)) + 3) * GLYPH_WIDTH + gutter + PAD for c in table.columns) if table.columns else 0
    )
    return Box(table, title, False, max(120.0, head, rows), HEAD + ROW * len(table.columns) + 4, gutter)


def _draw_box(box: Box, x: float, y: float) -> list[str]:
    table = box.table
    marks = _marks(table)
    out = [
        f'<g class="{"border" if box.collapsed else "table"}"><title>{escape(str(table.name))}</title>',
        f'<rect class="box" x="{x:.1f}" y="{y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="4"/>',
        f'<path class="head" d="M{x:.1f} {y + HEAD:.1f}v{4 - HEAD:.1f}q0 -4 4 -4h{box.width - 8:.1f}q4 0 4 4v{HEAD - 4:.1f}z"/>',
        f'<text class="h" x="{x + PAD:.1f}" y="{y + 17.5:.1f}">{escape(box.title)}</text>',
    ]
    for number, column in enumerate(() if box.collapsed else table.columns):
        base = y + HEAD + ROW * number + 14
        for place, mark in enumerate(marks[column.name]):
            out.append(f'<text class="k {mark}" x="{x + 6 + MARK_WIDTH * place:.1f}" y="{base - 0.5:.1f}">{mark.upper()}</text>')
        hint = f"<title>{escape(column.comment)}</title>" if column.comment else ""
        quiet = ' class="n"' if column.nullable else ""
        out.append(f'<text{quiet} x="{x + box.gutter:.1f}" y="{base:.1f}">{escape(_short(column.name))}{hint}</text>')
        sign = "" if not column.nullable else " ?"
        right = x + box.width - PAD
        out.append(f'<text class="t" text-anchor="end" x="{right:.1f}" y="{base:.1f}">{escape(_type(column))}{sign}</text>')
    return [*out, "</g>"]


def _toward(end: Point, inner: Point) -> Point:
    """The unit step from a line's end along its last piece."""
    dx, dy = inner.x - end.x, inner.y - end.y
    length = max(abs(dx), abs(dy), 1e-9)
    return Point(dx / length, dy / length)


def _many(end: Point, step: Point) -> str:
    """A crow's foot whose toes touch the box."""
    tip = Point(end.x + 10 * step.x, end.y + 10 * step.y)
    side = Point(-step.y * 5, step.x * 5)
    return (
        f'<path class="edge" d="M{end.x + side.x:.1f} {end.y + side.y:.1f}L{tip.x:.1f} {tip.y:.1f}'
        f'L{end.x - side.x:.1f} {end.y - side.y:.1f}"/>'
    )


def _bar(end: Point, step: Point, distance: float) -> str:
    at = Point(end.x + distance * step.x, end.y + distance * step.y)
    side = Point(-step.y * 5, step.x * 5)
    return f'<path class="edge" d="M{at.x + side.x:.1f} {at.y + side.y:.1f}L{at.x - side.x:.1f} {at.y - side.y:.1f}"/>'


def _circle(end: Point, step: Point, distance: float) -> str:
    return f'<circle class="mark" cx="{end.x + distance * step.x:.1f}" cy="{end.y + distance * step.y:.1f}" r="3.5"/>'


def _draw_edge(points: list[Point], child: Table, key: ForeignKey) -> list[str]:
    """A line from the parent (first point) to the child (last point) with its two signs."""
    path = "M" + "L".join(f"{p.x:.1f} {p.y:.1f}" for p in points)
    parent_end, child_end = points[0], points[-1]
    parent_step, child_step = _toward(parent_end, points[1]), _toward(child_end, points[-2])
    label = f"{child.name.name}.{', '.join(key.columns)} → {key.target.name}.{', '.join(key.target_columns)} ({key.name})"
    one = _circle(parent_end, parent_step, 9) if is_optional(child, key) else _bar(parent_end, parent_step, 9)
    few = _bar(child_end, child_step, 6) if is_unique(child, key) else _many(child_end, child_step)
    return [
        f'<g class="rel"><title>{escape(label)}</title><path class="edge" d="{path}"/>',
        _bar(parent_end, parent_step, 5),
        one,
        few,
        _circle(child_end, child_step, 13.5),
        "</g>",
    ]


def _relations(neighbourhood: Neighbourhood) -> list[tuple[Table, ForeignKey]]:
    inside = {t.name for t in neighbourhood.tables}
    everyone = neighbourhood.tables + neighbourhood.border
    known = {t.name for t in everyone}
    return [
        (table, key)
        for table in everyone
        for key in table.foreign_keys
        if key.target in known and (table.name in inside or key.target in inside)
    ]


def _laid_out(boxes: list[Box], relations: list[tuple[Table, ForeignKey]]) -> tuple[list[tuple[Box, Point]], list[list[Point]]]:
    """The linked boxes' upper left corners, and each relation's line from parent to child."""
    graph = graphlay.Graph()
    for box in boxes:
        graph.node(str(box.table.name), width=box.width, height=box.height)
    for child, key in relations:
        graph.edge(str(key.target), str(child.name))
    options = {"spacing": {"layer_gap": 90.0, "node_gap": GAP, "port_gap": 14.0}}
    layout = graphlay.layout(graph, preset="layered", options=options)
    middles = layout.positions()
    corners = []
    for box in boxes:
        x, y = middles[str(box.table.name)]
        corners.append((box, Point(x - box.width / 2, y - box.height / 2)))
    return corners, [[Point(p["x"], p["y"]) for p in edge["points"]] for edge in layout.edges]


def _shelved(boxes: list[Box], start: Point, width: float) -> list[tuple[Box, Point]]:
    """Boxes without lines, on shelves below the others, the tallest first."""
    placed, x, y, tallest = [], start.x, start.y, 0.0
    for box in sorted(boxes, key=lambda b: (-b.height, b.title)):
        if x > start.x and x + box.width > start.x + width:
            x, y, tallest = start.x, y + tallest + GAP, 0.0
        placed.append((box, Point(x, y)))
        x, tallest = x + box.width + GAP, max(tallest, box.height)
    return placed


def er_svg(neighbourhood: Neighbourhood) -> str:
    """The neighbourhood's picture. Border tables are dashed and without columns."""
    several = len({t.name.schema for t in neighbourhood.tables + neighbourhood.border}) > 1
    boxes = [_box(t, False, several) for t in neighbourhood.tables] + [_box(t, True, several) for t in neighbourhood.border]
    relations = _relations(neighbourhood)
    linked = {t.name for t, _ in relations} | {k.target for _, k in relations}
    tied = [b for b in boxes if b.table.name in linked]
    corners, routes = _laid_out(tied, relations) if tied else ([], [])
    left = min([c.x for _, c in corners] + [p.x for r in routes for p in r], default=0.0)
    right = max([c.x + b.width for b, c in corners] + [p.x for r in routes for p in r], default=0.0)
    bottom = max([c.y + b.height for b, c in corners] + [p.y for r in routes for p in r], default=-GAP)
    loose = [b for b in boxes if b.table.name not in linked]
    corners += _shelved(loose, Point(left, bottom + GAP * (2 if tied else 1)), max(right - left, SHELF_WIDTH))
    top = min([c.y for _, c in corners] + [p.y for r in routes for p in r]) - MARGIN
    bottom = max([c.y + b.height for b, c in corners] + [bottom]) + MARGIN
    right = max([c.x + b.width for b, c in corners] + [right]) + MARGIN
    left -= MARGIN
    width, height = right - left, bottom - top
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="{left:.1f} {top:.1f} {width:.1f} {height:.1f}" '
        f'width="{width:.0f}" height="{height:.0f}"><title>{escape(neighbourhood.title)}</title><style>{STYLE}</style>',
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" fill="#fff"/>',
    ]
    for (child, key), points in zip(relations, routes, strict=True):
        out += _draw_edge(points, child, key) if len(points) > 1 else []
    for box, corner in corners:
        out += _draw_box(box, corner.x, corner.y)
    return "\n".join([*out, "</svg>", ""])
