"""Groups of tables that belong together, small enough to be drawn on one page."""

from collections import defaultdict
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import count
from math import sqrt

from dbarchitect.model.catalog import Catalog, Table
from dbarchitect.model.names import QualifiedName

PAGE_TABLES = 25
"""More tables than this are not drawn on one page."""


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Tables drawn together. `border` are tables of other neighbourhoods that foreign keys lead to or come from."""

    title: str
    tables: tuple[Table, ...]
    border: tuple[Table, ...]


def drawn_tables(catalog: Catalog) -> list[Table]:
    """The tables worth drawing: partitions stand for nothing that their parent does not show."""
    return sorted((t for t in catalog.tables if not t.is_partition), key=lambda t: t.name)


def _links(tables: list[Table]) -> dict[tuple[QualifiedName, QualifiedName], int]:
    known = {t.name for t in tables}
    links: dict[tuple[QualifiedName, QualifiedName], int] = defaultdict(int)
    for table in tables:
        for key in table.foreign_keys:
            if key.target in known and key.target != table.name:
                first, second = sorted((table.name, key.target))
                links[first, second] += 1
    return links


def _clusters(tables: list[Table], limit: int) -> list[list[QualifiedName]]:
    """Agglomerative clustering: the pair with most links for its size is merged first, up to `limit` tables.

    Links to hubs (a `users` table that everything points to) count less, so that a hub does not pull everything together.
    """
    links = _links(tables)
    degree: dict[QualifiedName, int] = defaultdict(int)
    for (first, second), number in links.items():
        degree[first] += number
        degree[second] += number
    members: dict[int, list[QualifiedName]] = {i: [t.name] for i, t in enumerate(tables)}
    place = {t.name: i for i, t in enumerate(tables)}
    weights: dict[int, dict[int, float]] = defaultdict(dict)
    for (first, second), number in links.items():
        weight = number / (degree[first] * degree[second]) ** 0.5
        weights[place[first]][place[second]] = weights[place[second]][place[first]] = weight

    def gain(a: int, b: int) -> float:
        return -weights[a][b] / sqrt(len(members[a]) * len(members[b]))

    heap = [(gain(a, b), a, b) for a in weights for b in weights[a] if a < b]
    heapify(heap)
    fresh = count(len(tables))
    while heap:
        _, a, b = heappop(heap)
        if a not in members or b not in members or len(members[a]) + len(members[b]) > limit:
            continue
        merged = next(fresh)
        members[merged] = members.pop(a) + members.pop(b)
        for other in {**weights[a], **weights[b]}:
            if other in members:
                weights[merged][other] = weights[other][merged] = weights[a].get(other, 0) + weights[b].get(other, 0)
                heappush(heap, (gain(merged, other), merged, other))
    return [sorted(names) for names in members.values()]


def _packed(clusters: list[list[QualifiedName]], limit: int) -> list[list[QualifiedName]]:
    """Clusters of one or two tables share pages, so that forty loners do not make forty pages."""
    pages = [c for c in clusters if len(c) > 2]
    rest: list[QualifiedName] = []
    for cluster in sorted((c for c in clusters if len(c) <= 2), key=lambda c: (-len(c), c)):
        if len(rest) + len(cluster) > limit:
            pages.append(rest)
            rest = []
        rest = rest + cluster
    return [*pages, rest] if rest else pages


def _title(names: list[QualifiedName], links: dict[tuple[QualifiedName, QualifiedName], int]) -> str:
    inside = set(names)
    degree: dict[QualifiedName, int] = dict.fromkeys(names, 0)
    for (first, second), number in links.items():
        if first in inside and second in inside:
            degree[first] += number
            degree[second] += number
    middle = max(names, key=lambda n: (degree[n], -len(n.name), n))
    return middle.name if degree[middle] else "tables without links"


def neighbourhoods(catalog: Catalog, limit: int = PAGE_TABLES) -> tuple[Neighbourhood, ...]:
    """All tables in groups of at most `limit`; one group when they all fit on a page."""
    tables = drawn_tables(catalog)
    if not tables:
        return ()
    if len(tables) <= limit:
        return (Neighbourhood(catalog.database or "database", tuple(tables), ()),)
    links, by_name = _links(tables), {t.name: t for t in tables}
    found, titles = [], dict[str, int]()
    for names in sorted(_packed(_clusters(tables, limit), limit), key=lambda c: (-len(c), c)):
        inside = set(names)
        border = {n for pair in links for n in pair if bool(inside & set(pair)) and n not in inside}
        title = _title(names, links)
        titles[title] = titles.get(title, 0) + 1
        numbered = title if titles[title] == 1 else f"{title} {titles[title]}"
        found.append(Neighbourhood(numbered, tuple(by_name[n] for n in names), tuple(by_name[n] for n in sorted(border))))
    return tuple(found)
