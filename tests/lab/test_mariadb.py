"""A private MariaDB leaves nothing behind, however its owner ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dbarchitect.errors import LabError
from dbarchitect.lab.mariadb import PrivateMariaDB, find_programs

OWNER = """
import sys, time
from dbarchitect.lab.mariadb import PrivateMariaDB
with PrivateMariaDB() as server:
    print(server.socket, flush=True)
    time.sleep(60)
"""


def processes(folder: Path, *, guards: bool = False) -> list[int]:
    """The processes whose command line names the folder: the server, or the guards of the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes()
        except OSError:
            continue
        if str(folder).encode() in line and line.startswith(b"/bin/sh\0") == guards:
            found.append(int(entry.parent.name))
    return found


def gone(folder: Path) -> bool:
    """True once no server, no guard and no folder is left, within ten seconds."""
    until = time.monotonic() + 10
    while _left(folder) and time.monotonic() < until:
        time.sleep(0.05)
    return not _left(folder)


def _left(folder: Path) -> bool:
    return bool(processes(folder) or processes(folder, guards=True) or folder.exists())


def test_starts_fast_and_ends_clean() -> None:
    started = time.monotonic()
    with PrivateMariaDB() as server:
        assert time.monotonic() - started < 10
        folder = server.socket.parent.parent
        server.create_database("a b")
        server.execute("CREATE TABLE t (a int)", database="a b")
        assert server.version.major >= 10 and "ready for connections" in server.log_text()
        server.restart()
        server.execute("INSERT INTO t VALUES (1)", database="a b")
        server.drop_database("a b")
        with pytest.raises(LabError, match="database doesn't exist"):
            server.execute("DROP DATABASE `a b`")
        (process,) = processes(folder)
        assert Path(f"/proc/{process}").stat().st_uid != 0
    assert not folder.exists() and gone(folder)


def test_an_exception_leaves_nothing() -> None:
    with pytest.raises(ZeroDivisionError), PrivateMariaDB() as server:
        folder = server.socket.parent.parent
        raise ZeroDivisionError
    assert not folder.exists() and gone(folder)


@contextmanager
def owner() -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    """A process of its own that started a server, and the server's folder."""
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        folder = Path(process.stdout.readline().strip()).parent.parent
        assert processes(folder) and folder.exists()
        try:
            yield process, folder
        finally:
            process.kill()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_a_killed_owner_takes_server_and_folder_along(how: signal.Signals) -> None:
    with owner() as (process, folder):
        process.send_signal(how)
        process.wait(10)
        assert gone(folder)


def test_what_a_kill_of_all_left_is_swept() -> None:
    """Owner and guard killed together, as by the kernel's lack of memory: the next start removes the folder."""
    with owner() as (process, folder):
        (guard,) = processes(folder, guards=True)
        os.kill(guard, signal.SIGKILL)
        process.kill()
        process.wait(10)
        assert folder.exists()
    with PrivateMariaDB():
        assert gone(folder)


def test_a_missing_server_is_told_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dbarchitect.lab.mariadb._SEARCH", "/nowhere")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(LabError) as caught:
        find_programs()
    assert "apt-get install mariadb-server" in caught.value.next_step


def test_a_server_that_does_not_start_says_why() -> None:
    with pytest.raises(LabError, match="unknown option"), PrivateMariaDB("--no-such-option"):
        pass
