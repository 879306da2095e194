"""The documents of a database as files: the dictionary, and for each neighbourhood an SVG and a Mermaid text."""

import re
from dataclasses import dataclass

from dbarchitect.model.progress import Progress, silent
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.report.docs.dictionary import data_dictionary
from dbarchitect.report.docs.er_svg import er_svg
from dbarchitect.report.docs.mermaid import mermaid
from dbarchitect.report.docs.neighbourhoods import Neighbourhood, neighbourhoods


@dataclass(frozen=True, slots=True)
class Page:
    """A file's name and text."""

    file_name: str
    text: str


def _stem(number: int, page: Neighbourhood, several: bool) -> str:
    word = re.sub(r"[^a-z0-9]+", "-", page.title.lower()).strip("-") or "tables"
    return f"er-{number:02d}-{word}" if several else "er-diagram"


def _diagrams(pages: tuple[Neighbourhood, ...], stems: tuple[str, ...]) -> str:
    lines = [
        "# ER diagrams",
        "",
        "Solid boxes belong to the group, dashed ones to another; a line leads from the referenced table to the referencing one.",
    ]
    for page, stem in zip(pages, stems, strict=True):
        lines += ["", f"## {page.title}", "", f"![{page.title}]({stem}.svg)", "", "```mermaid", mermaid(page).rstrip(), "```"]
    return "\n".join([*lines, ""])


def document_pages(snapshot: Snapshot, progress: Progress = silent) -> tuple[Page, ...]:
    """`data-dictionary.md`, `er-diagrams.md` and one SVG for each neighbourhood."""
    groups = neighbourhoods(snapshot.catalog)
    stems = tuple(_stem(number, group, len(groups) > 1) for number, group in enumerate(groups, 1))
    pages = [Page("data-dictionary.md", data_dictionary(snapshot, groups)), Page("er-diagrams.md", _diagrams(groups, stems))]
    for number, (group, stem) in enumerate(zip(groups, stems, strict=True)):
        progress("drawing", number, len(groups))
        pages.append(Page(f"{stem}.svg", er_svg(group)))
    return tuple(pages)
