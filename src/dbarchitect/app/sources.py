"""Opens whatever a user names: a URL, a snapshot file, SQL files, or the environment."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from dbarchitect.checks.questions import questions
from dbarchitect.engines import mysql, postgres
from dbarchitect.errors import SourceNotFound, UsageError
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.lab.mariadb import PrivateMariaDB
from dbarchitect.lab.sql_files import find_sql_source, load_sql_source
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import MYSQL_FAMILY, Engine
from dbarchitect.model.progress import Progress
from dbarchitect.model.snapshot import Gap, Origin, Snapshot
from dbarchitect.snapshot_file import is_snapshot, read_snapshot

_POSTGRES_SCHEMES = ("postgresql", "postgres")
_MYSQL_SCHEMES = ("mysql", "mariadb")
_LIBPQ_NAMES = ("PGHOST", "PGHOSTADDR", "PGDATABASE", "PGSERVICE", "PGUSER", "PGPORT")
LAB_DATABASE = "source"


@dataclass(frozen=True, slots=True)
class Opened:
    """A source that was read. `lab` is the server of our own that holds it, when it came from SQL files."""

    snapshot: Snapshot
    lab: EmbeddedPostgres | PrivateMariaDB | None = None


def named_source(source: str | None) -> str:
    """What the user named, or what the environment names. Raises UsageError when neither does."""
    if source:
        return source
    if url := os.environ.get("DATABASE_URL"):
        return url
    if any(name in os.environ for name in _LIBPQ_NAMES):
        return "postgresql://"
    raise UsageError(
        "no source is named",
        "give a URL (postgresql://…, mysql://…), a snapshot file, a .sql file or a folder; or set DATABASE_URL or PGHOST",
    )


def with_secrets(shown: str) -> str:
    """A source as a file shows it, without password: DATABASE_URL in its place when that is the same user, server and database."""
    url = os.environ.get("DATABASE_URL", "")
    return url if "://" in shown and url and _place(url) == _place(shown) else shown


def _place(url: str) -> tuple[str, ...]:
    """What a URL leads to: engine, user, host or socket folder, port, database."""
    parts = urlsplit(plain_url(url))
    words = dict(parse_qsl(parts.query))
    host = parts.hostname or words.get("host") or words.get("unix_socket") or ""
    standard = "5432" if parts.scheme == "postgresql" else "3306"
    address = parts.netloc.rpartition("@")[2]
    port = address.rpartition(":")[2] if re.search(r":\d+$", address) else words.get("port", standard)
    return parts.scheme, unquote(parts.username or words.get("user", "")), unquote(host), port, unquote(parts.path.lstrip("/"))


def engine_reader(url: str) -> Callable[..., postgres.PostgresSource | mysql.MySQLSource]:
    """The engine that reads this URL. Raises SourceNotFound for schemes that none reads."""
    scheme = url.split("://", 1)[0].lower().split("+")[0]
    if scheme in _POSTGRES_SCHEMES:
        return postgres.open_source
    if scheme in _MYSQL_SCHEMES:
        return mysql.open_source
    raise SourceNotFound(f"no engine reads {scheme}:// URLs", "use postgresql:// or mysql:// (also for MariaDB)")


def plain_url(url: str) -> str:
    """The URL with the scheme that the drivers know: `postgresql+psycopg://` and `mariadb://` are understood too."""
    scheme, _, rest = url.partition("://")
    base = scheme.lower().split("+")[0]
    return f"{'postgresql' if base in _POSTGRES_SCHEMES else 'mysql' if base in _MYSQL_SCHEMES else base}://{rest}"


def read_url(url: str, limits: Limits, progress: Progress, *, rows: bool = True, origin: Origin = Origin.LIVE) -> Snapshot:
    """Read a server, and ask about its rows what is worth asking (unless `rows` is False)."""
    with engine_reader(url)(plain_url(url), limits=limits, progress=progress) as source:
        snapshot = source.snapshot(origin)
        if not rows or not snapshot.live:
            return snapshot
        answers, gaps = source.answers(questions(snapshot, limits))
        return replace(snapshot, answers=answers, gaps=snapshot.gaps + gaps)


@contextmanager
def _lab_server(engine: Engine) -> Iterator[EmbeddedPostgres | PrivateMariaDB]:
    server = PrivateMariaDB() if engine in MYSQL_FAMILY else EmbeddedPostgres(preload=("pg_stat_statements",))
    with server:
        yield server


@contextmanager
def _open_files(path: Path, limits: Limits, progress: Progress) -> Iterator[Opened]:
    found = find_sql_source(path)
    with _lab_server(found.engine) as server:
        server.create_database(LAB_DATABASE)
        loaded = load_sql_source(server, found, LAB_DATABASE, progress)
        snapshot = read_url(server.url(LAB_DATABASE), limits, progress, origin=Origin.SQL_FILES)
        files = tuple(str(f) for f in found.files)
        named = replace(snapshot, source=str(path), gaps=snapshot.gaps + loaded.gaps + found.gaps, files=files)
        yield Opened(replace(named, catalog=replace(named.catalog, database=path.resolve().stem)), server)


@contextmanager
def open_named(source: str | None, limits: Limits, progress: Progress, *, rows: bool = True) -> Iterator[Opened]:
    """Read what the user names. A server that was needed for it runs until the block ends."""
    name = named_source(source)
    if "://" in name:
        yield Opened(read_url(name, limits, progress, rows=rows))
        return
    path = Path(name)
    if not path.exists():
        raise SourceNotFound(
            f"there is no file or folder {name}", "give a URL (postgresql://…, mysql://…), a snapshot file, a .sql file or a folder"
        )
    if path.is_file() and is_snapshot(path):
        yield Opened(read_snapshot(path))
        return
    with _open_files(path, limits, progress) as opened:
        yield opened


def unread_sections(snapshot: Snapshot) -> tuple[Gap, ...]:
    """What a source of this origin cannot tell, as one gap."""
    if snapshot.live:
        return ()
    return (
        Gap(
            "rows, sizes, traffic, roles and settings",
            "the source is SQL files, which hold none of them",
            "review the running database, or a snapshot of it: dbarchitect snapshot postgresql://… -o shop.snapshot",
        ),
    )
