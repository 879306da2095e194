"""Writing files so that nobody ever meets half of one."""

import errno
import os
import tempfile
from pathlib import Path

from dbarchitect.errors import CannotWrite

_NEXT_STEPS = {
    errno.ENOSPC: "free some disk space, then run it again",
    errno.EDQUOT: "free some of your disk quota, then run it again",
    errno.EACCES: "choose another folder, or get the right to write into this one",
    errno.EPERM: "choose another folder, or get the right to write into this one",
    errno.EROFS: "choose a folder on a file system that can be written",
    errno.ENOENT: "make the folder first",
    errno.ENOTDIR: "name a file in a folder: a part of this path is a file",
    errno.EISDIR: "name a file: there is a folder of this name",
    errno.ENAMETOOLONG: "choose a shorter name",
}


def check_writable(path: Path) -> None:
    """Raise CannotWrite when it is clear beforehand that the file cannot be written, so that no long work is done for nothing."""
    target = path.resolve() if path.is_symlink() else path
    if target.is_dir():
        raise _cannot_write(path, OSError(errno.EISDIR, os.strerror(errno.EISDIR)))
    folder = target.parent
    if not folder.is_dir():
        problem = errno.ENOTDIR if any(p.is_file() for p in (folder, *folder.parents)) else errno.ENOENT
        raise _cannot_write(path, OSError(problem, os.strerror(problem)))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _cannot_write(path, OSError(errno.EACCES, os.strerror(errno.EACCES)))


def _cannot_write(path: Path, error: OSError) -> CannotWrite:
    step = _NEXT_STEPS.get(error.errno or 0, "see the reason, then run it again")
    return CannotWrite(f"{path} cannot be written: {error.strerror or error}; what stood there is untouched", step)


def write_atomically(path: Path, text: str) -> None:
    """Replace the file's text at once, keeping its mode; a link's target is replaced, not the link.

    Raises CannotWrite, and then what stood there is untouched.
    """
    target = path.resolve() if path.is_symlink() else path
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        _replace(target, text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise _cannot_write(path, error) from error


def _replace(target: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".new", dir=target.parent)
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), _mode(target))
            os.fsync(file.fileno())
        fresh.replace(target)
    except BaseException:
        # also on Ctrl-C nothing of ours is left behind
        fresh.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _mode(target: Path) -> int:
    """The present file's mode; of a new one what the process would give it."""
    if target.exists():
        return target.stat().st_mode & 0o7777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
