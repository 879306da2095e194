"""The checks: one judgement per file, in folders by theme; the folders are the registry.

A check's file holds, in this order: its docstring (first line: what is wrong; then why it matters and when to ignore it),
`CODES` (its ids in the field's list), `ENGINES`, `find(snapshot, limits)`, and `EXAMPLES`. Optional: `NEEDS_LIVE = True` when it
judges rows, sizes, traffic, roles or settings; `STYLE = True` when it is house style, off by default; `UNSHOWN` when no example can
show it on a server of ours, with the reason.
"""

import importlib
import pkgutil
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

from dbarchitect.checks._conventions import as_conventions
from dbarchitect.model.check import Check
from dbarchitect.model.finding import Area, Finding
from dbarchitect.model.limits import Limits
from dbarchitect.model.snapshot import Snapshot

AREAS = {
    "indexes": Area.INDEXES,
    "keys": Area.KEYS,
    "types": Area.TYPES,
    "structure": Area.STRUCTURE,
    "security": Area.SECURITY,
    "maintenance": Area.MAINTENANCE,
    "configuration": Area.CONFIGURATION,
}


def _declared(module: ModuleType, slug: str, area: Area) -> Check:
    documentation = (module.__doc__ or "").strip()
    return Check(
        slug=slug,
        area=area,
        summary=documentation.splitlines()[0].rstrip("."),
        documentation=documentation,
        codes=module.CODES,
        engines=module.ENGINES,
        find=module.find,
        examples=module.EXAMPLES,
        needs_live=getattr(module, "NEEDS_LIVE", False),
        style=getattr(module, "STYLE", False),
        unshown=getattr(module, "UNSHOWN", ""),
    )


@cache
def _places() -> dict[str, str]:
    """The folder of every check by its slug, ordered by area and slug; loads none of them."""
    paths = {folder: str(Path(__file__).parent / folder) for folder in AREAS}
    return {
        entry.name: folder
        for folder, path in paths.items()
        for entry in pkgutil.iter_modules([path])
        if not entry.name.startswith("_")
    }


@cache
def _load(slug: str) -> Check:
    folder = _places()[slug]
    return _declared(importlib.import_module(f"dbarchitect.checks.{folder}.{slug}"), slug, AREAS[folder])


def slugs() -> tuple[str, ...]:
    """The name of every check, ordered by area and slug."""
    return tuple(_places())


def find_check(slug: str) -> Check | None:
    """The check of that name."""
    return _load(slug) if slug in _places() else None


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check, ordered by area and slug."""
    return tuple(_load(slug) for slug in _places())


def run_check(check: Check, snapshot: Snapshot, limits: Limits) -> list[Finding]:
    """What one check finds, with its slug, area and engine filled in."""
    if snapshot.engine not in check.engines or (check.needs_live and not snapshot.live):
        return []
    found = list(check.find(snapshot, limits))
    found = as_conventions(snapshot, found) if check.style else found
    return [replace(finding, check=check.slug, area=check.area, engine=snapshot.engine) for finding in found]


def run_checks(checks: Iterable[Check], snapshot: Snapshot, limits: Limits) -> list[Finding]:
    """What all of these checks find."""
    return [finding for check in checks for finding in run_check(check, snapshot, limits)]
