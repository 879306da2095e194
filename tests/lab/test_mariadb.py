"""A private MariaDB leaves nothing behind, however its owner ends."""

import signal
import subprocess
import sys
import time
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


def servers(folder: Path) -> list[int]:
    """The processes whose command line names the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


def gone(folder: Path) -> bool:
    until = time.monotonic() + 10
    while servers(folder) and time.monotonic() < until:
        time.sleep(0.05)
    return not servers(folder)


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
        (process,) = servers(folder)
        assert Path(f"/proc/{process}").stat().st_uid != 0
    assert not folder.exists() and gone(folder)


def test_an_exception_leaves_nothing() -> None:
    with pytest.raises(ZeroDivisionError), PrivateMariaDB() as server:
        folder = server.socket.parent.parent
        raise ZeroDivisionError
    assert not folder.exists() and gone(folder)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_killed_owner_takes_its_server_along(how: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as owner:
        assert owner.stdout
        folder = Path(owner.stdout.readline().strip()).parent.parent
        assert servers(folder)
        owner.send_signal(how)
        owner.wait(10)
    assert gone(folder)
    with PrivateMariaDB():  # the next start sweeps the folder
        assert not folder.exists()


def test_a_missing_server_is_told_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dbarchitect.lab.mariadb._SEARCH", "/nowhere")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(LabError) as caught:
        find_programs()
    assert "apt-get install mariadb-server" in caught.value.next_step


def test_a_server_that_does_not_start_says_why() -> None:
    with pytest.raises(LabError, match="unknown option"), PrivateMariaDB("--no-such-option"):
        pass
