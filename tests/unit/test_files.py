"""Atomic writing: the old file is untouched whatever happens."""

import os
import resource
import signal
import stat
from pathlib import Path

import pytest

from dbarchitect.errors import CannotWrite
from dbarchitect.files import write_atomically


def test_writes_and_keeps_the_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    write_atomically(path, "één\n")
    assert path.read_bytes() == "één\n".encode()
    path.chmod(0o640)
    write_atomically(path, "two\r\n")
    assert path.read_bytes() == b"two\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "real.md", tmp_path / "link.md"
    target.write_text("old")
    link.symlink_to(target)
    write_atomically(link, "new")
    assert link.is_symlink() and target.read_text() == "new"


@pytest.mark.parametrize(("name", "word"), [("gone/a.md", "make the folder"), ("file/a.md", "part of this path"), ("", "a folder")])
def test_what_cannot_be_written_says_what_to_do(tmp_path: Path, name: str, word: str) -> None:
    (tmp_path / "file").write_text("old")
    with pytest.raises(CannotWrite) as caught:
        write_atomically(tmp_path / name, "x")
    assert word in caught.value.next_step
    assert (tmp_path / "file").read_text() == "old" and len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """In a child whose files may not grow past 4096 bytes, the nearest thing to a full disk that needs no rights."""
    path = tmp_path / "a.md"
    path.write_text("old")
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        try:
            write_atomically(path, "x" * 100_000)
        except CannotWrite:
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_no_right_to_write(tmp_path: Path) -> None:
    """As a user without rights, also when the tests run as root."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o755)
    (folder / "a.md").write_text("old")
    folder.chmod(0o555)
    child = os.fork()
    if child == 0:
        if os.geteuid() == 0:
            for parent in tmp_path.parents[:3]:
                parent.chmod(parent.stat().st_mode | 0o055)
            tmp_path.chmod(0o755)
            os.setuid(65534)
        try:
            write_atomically(folder / "a.md", "new")
        except CannotWrite as error:
            os._exit(7 if "right to write" in error.next_step else 8)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert (folder / "a.md").read_text() == "old"
    folder.chmod(0o755)
