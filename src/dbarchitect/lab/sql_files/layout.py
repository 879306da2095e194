"""Finds the SQL files of a folder, and the order in which they build the database."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from dbarchitect.errors import NotParsed, SourceNotFound
from dbarchitect.lab.sql_files.text import SqlContent, SqlText, read_sql
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Gap

_SKIPPED_FOLDERS = frozenset({"node_modules", "vendor", "target", "dist", "build", "__pycache__", "venv", "site-packages"})
_WHOLE = ("schema", "structure", "dump", "ddl", "database")
_BACKWARDS = re.compile(r"(?:\A|[._-])(?:down|undo|rollback|revert)\.sql\Z|\AU[\d._]+__.*\.sql\Z", re.IGNORECASE)
_FLYWAY = re.compile(r"\A(?P<kind>[VB])(?P<version>\d+(?:[._]\d+)*)__.*\.sql\Z")
_REPEATABLE = re.compile(r"\AR__.*\.sql\Z")
_NUMBERED = re.compile(r"\A\d.*\.sql\Z")
_FOLDER_PER_STEP = frozenset({"up.sql", "migration.sql"})
_DASHED_DATE = re.compile(r"\A\d{4}-\d\d-\d\d-\d{6}(?:-\d{4})?(?=_)")
# goose, sql-migrate and dbmate keep both ways in one file
_UP = re.compile(r"^--\s*(?:\+goose\s+up|\+migrate\s+up|migrate:up)\b.*$", re.IGNORECASE | re.MULTILINE)
_DOWN = re.compile(r"^--\s*(?:\+goose\s+down|\+migrate\s+down|migrate:down)\b.*$", re.IGNORECASE | re.MULTILINE)
_PROGRAM = re.compile(r"\A(?:\d{3,}_|[VR]\d+(?:[._]\d+)*__).*\.(?:go|py|js|ts|rb|java|kt|rs)\Z")
_REQUIREMENTS = ("requirements.yaml", "requirements.yml")


@dataclass(frozen=True, slots=True)
class SqlSource:
    """SQL files that build a database when run in this order, and files of queries on it.

    `programs` are steps of the sequence that are no SQL: nobody runs them, and what a file needs of them is not there.
    `ordered`: their names say the order; otherwise a statement that comes too early is tried again at the end.
    """

    path: Path
    engine: Engine
    files: tuple[Path, ...]
    ordered: bool = True
    queries: tuple[Path, ...] = ()
    gaps: tuple[Gap, ...] = ()
    programs: tuple[Path, ...] = ()


def find_sql_source(path: Path) -> SqlSource:
    """What to run for this file or folder. SourceNotFound when there is no SQL, NotParsed when a file is no SQL text."""
    if path.is_file():
        return _single_file(path)
    if not path.is_dir():
        raise SourceNotFound(f"there is no file or folder {path}", "name a .sql file or a folder that holds some")
    texts = [read_sql(found) for found in _sql_files(path) if not _BACKWARDS.search(found.name)]
    queries = tuple(t.path for t in texts if t.content is SqlContent.QUERIES and not _is_step(t.path))
    steps = [t for t in texts if t.path not in queries and (t.content is not SqlContent.NOTHING or _is_step(t.path))]
    if not steps:
        raise SourceNotFound(f"no SQL file in {path} defines anything", "name a folder with schema.sql or migrations")
    source = replace(_choose(path, steps), queries=queries)
    requirements = tuple(path / name for name in _REQUIREMENTS if (path / name).exists())
    return replace(source, gaps=source.gaps + tuple(_requirements_gap(r) for r in requirements))


def forward_part(text: str) -> str:
    """What a migration does on its way up; the rest is blanked, so that line numbers stay."""
    up, down = _UP.search(text), _DOWN.search(text)
    if not up:
        return text
    before = "\n" * text.count("\n", 0, up.start())
    if down and down.start() > up.start():
        return before + text[up.start() : down.start()]
    return before + text[up.start() :]


def _single_file(path: Path) -> SqlSource:
    text = read_sql(path)
    if text.content is SqlContent.NOTHING:
        raise NotParsed("holds no statement", "name a file with CREATE TABLE statements", file=str(path))
    if text.content is SqlContent.QUERIES:
        raise NotParsed("holds queries and defines nothing", "name the folder that holds schema.sql beside it", file=str(path))
    return SqlSource(path, text.engine or Engine.POSTGRESQL, (path,))


def _sql_files(folder: Path) -> Iterable[Path]:
    for entry in sorted(folder.iterdir(), key=lambda p: _natural(p.name)):
        if entry.is_dir() and not entry.name.startswith(".") and entry.name not in _SKIPPED_FOLDERS and not entry.is_symlink():
            yield from _sql_files(entry)
        elif entry.suffix.lower() == ".sql" and entry.is_file():
            yield entry


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts 2_x before 10_x."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"\d+|\D+", name))


def _plain_date(name: str) -> str:
    """`2017-08-31-230457_x` as `20170831230457_x`: diesel leaves the dashes out of versions, and old ones were written without."""
    found = _DASHED_DATE.match(name)
    return found[0].replace("-", "") + name[found.end() :] if found else name


def _is_step(path: Path) -> bool:
    """True when the name is that of a migration."""
    name = path.name
    return bool(
        name in _FOLDER_PER_STEP
        or _FLYWAY.match(name)
        or _REPEATABLE.match(name)
        or _NUMBERED.match(name)
        or name.endswith(".up.sql")
    )


def _root(path: Path) -> Path:
    """The folder that a migration's whole sequence lies in."""
    return path.parent.parent if path.name in _FOLDER_PER_STEP else path.parent


def _choose(path: Path, steps: list[SqlText]) -> SqlSource:
    whole = [t for t in steps if t.path.stem.lower() in _WHOLE and t.content is SqlContent.SCHEMA and not _is_step(t.path)]
    migrations = [t for t in steps if _is_step(t.path) and t not in whole]
    roots = _distinct_roots(path, migrations)
    if whole:
        first = min(whole, key=lambda t: (len(t.path.parts), _WHOLE.index(t.path.stem.lower())))
        gaps = tuple(_left_out_gap(root, f"{first.path.name} holds the whole schema") for root in roots)
        return SqlSource(path, first.engine or Engine.POSTGRESQL, (first.path,), gaps=gaps)
    if len(roots) > 1:
        names = ", ".join(str(root.relative_to(path)) or "." for root in roots)
        raise SourceNotFound(f"{path} holds several sequences of migrations: {names}", "name the folder of one of them")
    if migrations:
        others = tuple(_left_out_gap(t.path, "it is not one of the numbered files") for t in steps if t not in migrations)
        programs = _programs_between(migrations)
        gaps = others + tuple(_program_gap(p) for p in programs)
        return SqlSource(path, _common_engine(migrations), _in_sequence(migrations), gaps=gaps, programs=programs)
    return SqlSource(path, _common_engine(steps), tuple(t.path for t in sorted(steps, key=_rows_last)), ordered=len(steps) == 1)


def _distinct_roots(path: Path, migrations: list[SqlText]) -> list[Path]:
    """Where migrations begin. Sub-folders of Flyway's, and numbered folders (01_tables/…, 02_views/…), are one sequence."""
    if all(_FLYWAY.match(t.path.name) or _REPEATABLE.match(t.path.name) for t in migrations):
        return [path] if migrations else []
    roots = sorted({_root(t.path) for t in migrations})
    parents = {root.parent for root in roots}
    numbered = all(root.name[:1].isdigit() for root in roots)
    return [roots[0].parent] if len(roots) > 1 and len(parents) == 1 and numbered else roots


def _in_sequence(migrations: list[SqlText]) -> tuple[Path, ...]:
    paths = [t.path for t in migrations]
    versioned = {p: tuple(int(n) for n in re.split(r"[._]", m["version"])) for p in paths if (m := _FLYWAY.match(p.name))}
    if not versioned:
        return tuple(sorted(paths, key=lambda p: tuple(_natural(_plain_date(part)) for part in p.parts)))
    baselines = [p for p in versioned if p.name.startswith("B")]
    start = max(baselines, key=lambda p: versioned[p], default=None)
    ahead = [p for p in versioned if p not in baselines and (start is None or versioned[p] > versioned[start])]
    repeatable = sorted((p for p in paths if _REPEATABLE.match(p.name)), key=lambda p: p.name)
    return (*((start,) if start else ()), *sorted(ahead, key=lambda p: versioned[p]), *repeatable)


def _common_engine(texts: Iterable[SqlText]) -> Engine:
    """The dialect that most files show; PostgreSQL when none shows any."""
    shown = [engine for t in texts if (engine := t.engine)]
    return max(set(shown), key=lambda e: (shown.count(e), e is Engine.POSTGRESQL), default=Engine.POSTGRESQL)


def _rows_last(text: SqlText) -> bool:
    return text.content is not SqlContent.SCHEMA


def _left_out_gap(path: Path, reason: str) -> Gap:
    return Gap(str(path), f"not run: {reason}", f"review {path} by itself if it is the one that counts")


def _programs_between(migrations: list[SqlText]) -> tuple[Path, ...]:
    """The steps beside the SQL files that are written in a programming language (goose's Go files, for example)."""
    folders = sorted({t.path.parent for t in migrations if t.path.name not in _FOLDER_PER_STEP})
    return tuple(p for folder in folders for p in sorted(folder.iterdir()) if _PROGRAM.match(p.name) and "_test." not in p.name)


def _program_gap(path: Path) -> Gap:
    return Gap(path.name, "not run: this migration is a program, not SQL", "review the running database")


def _requirements_gap(path: Path) -> Gap:
    return Gap(str(path), "requirements are not read by a review", "use the design command for them")
