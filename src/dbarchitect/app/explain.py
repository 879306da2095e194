"""Why a check exists: its page, made from its own file."""

from difflib import get_close_matches

from dbarchitect.checks import all_checks, find_check, slugs
from dbarchitect.errors import UsageError
from dbarchitect.model.check import Check


def page(check: Check) -> str:
    """A check's page in Markdown: documentation, engines, examples."""
    engines = ", ".join(e.value for e in check.engines)
    facts = [f"- **Area**: {check.area.title}", f"- **Engines**: {engines}", f"- **Codes**: {', '.join(check.codes)}"]
    facts += ["- **Needs** a running database or a snapshot of one"] if check.needs_live else []
    facts += ["- **House style**: off unless `style = true` stands under [checks] in dbarchitect.toml"] if check.style else []
    facts += [
        f'- **Mute**: `[[mute]]` `check = "{check.slug}"` `subject = "…"` `reason = "…"` `until = 2027-01-31` in dbarchitect.toml'
    ]
    lines = [f"# {check.slug}", "", check.documentation, "", *facts]
    for example in check.examples:
        title = f"{example.engine.value}{': ' + example.name if example.name else ''}"
        found = ", ".join(f"`{key}`" for key in example.yields)
        lines += ["", f"## Bad ({title})", "", f"Finds {found}.", "", "```sql", example.bad.strip(), "```"]
        lines += ["", f"## Good ({title})", "", "```sql", example.good.strip(), "```"]
    return "\n".join([*lines, ""])


def explained(slug: str) -> str:
    """The page of the check with this slug. Raises UsageError, with the nearest names, when there is none."""
    if check := find_check(slug):
        return page(check)
    near = get_close_matches(slug, slugs(), n=3)
    hint = f"did you mean {', '.join(near)}?" if near else "dbarchitect explain lists all checks"
    raise UsageError(f"there is no check {slug}", hint)


def listed() -> str:
    """All checks by area, a line each."""
    lines: list[str] = []
    area = None
    for check in all_checks():
        if check.area is not area:
            area = check.area
            lines += ["", area.title.upper()]
        lines.append(f"  {check.slug:<42} {check.summary}{' (style)' if check.style else ''}")
    return "\n".join([*lines[1:], ""])
