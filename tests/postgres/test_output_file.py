"""The TODO file on disk, through the use cases and the command: whatever goes wrong, what stood there is not lost."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from dbarchitect.app.review import Format, Request, Reviewed, review
from dbarchitect.app.snapshots import take_snapshot
from dbarchitect.app.verification import VerifyRequest, verify
from dbarchitect.errors import CannotWrite, OtherTodoFile
from dbarchitect.model.progress import silent
from dbarchitect.report.scripts import TODO_NAME

SCHEMA = """
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers (id), price double precision);
INSERT INTO customers SELECT i FROM generate_series(1, 2000) i;
INSERT INTO orders SELECT i, 1 + i % 2000, i / 10.0 FROM generate_series(1, 20000) i;
ANALYZE;
"""
NONSENSE = "# my notes\n\nnothing of yours, Grüße\n"
SQL = "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a_id int REFERENCES a);\n"


@pytest.fixture
def shop(fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a database with a few flaws."""
    monkeypatch.chdir(tmp_path)
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(SCHEMA)
    return fresh_database


def reviewed(source: str, **others: object) -> Reviewed:
    return review(replace(Request(source, Path(TODO_NAME), rehearsal=False), **others), silent)  # type: ignore[arg-type]


def names() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def test_nonsense_is_kept_aside_and_said_so(shop: str) -> None:
    Path(TODO_NAME).write_text(NONSENSE, "utf-8")
    Path(f"{TODO_NAME}.kept-1").write_text("an older one")
    result = reviewed(shop)
    assert result.note.startswith(f"{TODO_NAME} could not be understood")
    assert result.note.endswith(f"it is kept as {TODO_NAME}.kept-2")
    assert Path(f"{TODO_NAME}.kept-2").read_text("utf-8") == NONSENSE
    assert Path(f"{TODO_NAME}.kept-1").read_text() == "an older one"
    assert Path(TODO_NAME).read_text("utf-8").startswith("# Database tasks")
    assert reviewed(shop).note == ""


def test_bytes_that_are_no_text_are_kept_aside(shop: str) -> None:
    Path(TODO_NAME).write_bytes(b"\xff\xfe\x00")
    assert "it is not UTF-8 text" in reviewed(shop).note
    assert Path(f"{TODO_NAME}.kept-1").read_bytes() == b"\xff\xfe\x00"


def test_a_file_of_another_version_is_left_as_it_is(shop: str) -> None:
    reviewed(shop)
    text = Path(TODO_NAME).read_text().replace("dbarchitect:file version=1", "dbarchitect:file version=2")
    Path(TODO_NAME).write_text(text)
    with pytest.raises(OtherTodoFile, match="format 2; this version of dbarchitect reads and writes format 1") as caught:
        reviewed(shop)
    assert "the version of dbarchitect that wrote it" in caught.value.next_step
    with pytest.raises(OtherTodoFile):
        verify(VerifyRequest(Path(TODO_NAME), shop), silent)
    assert Path(TODO_NAME).read_text() == text and names() == [TODO_NAME]


def test_a_file_of_another_kind_of_source_is_left_as_it_is(shop: str) -> None:
    reviewed(shop)
    before = Path(TODO_NAME).read_bytes()
    Path("schema.sql").write_text(SQL)
    with pytest.raises(OtherTodoFile, match=r"holds the tasks of database test_.* schema\.sql is SQL files") as caught:
        reviewed("schema.sql")
    assert "name another file" in caught.value.next_step
    with pytest.raises(OtherTodoFile):
        verify(VerifyRequest(Path(TODO_NAME), "schema.sql"), silent)
    assert Path(TODO_NAME).read_bytes() == before
    reviewed("schema.sql", output=Path("sql.md"))
    with pytest.raises(OtherTodoFile, match=r"holds the tasks of the SQL files schema\.sql"):
        reviewed(shop, output=Path("sql.md"))


def test_other_sql_files_tick_nothing(shop: str) -> None:
    Path("a.sql").write_text(SQL)
    Path("b.sql").write_text("CREATE TABLE c (id int PRIMARY KEY);\n")
    assert [i for i in reviewed("a.sql").plan.items if i.task]
    left = [i for i in reviewed("b.sql").plan.items if i.task is None]
    assert left and not [i for i in left if i.done]
    assert {i.status.sentence for i in left if i.status} == {"not checked again: this run read b.sql, not a.sql"}
    assert [i for i in reviewed("./a.sql").plan.items if i.task]


@pytest.mark.parametrize(
    ("output", "step"),
    [
        ("gone/out.md", "make the folder first"),
        ("folder", "there is a folder of this name"),
        ("file/out.md", "a part of this path is a file"),
    ],
)
@pytest.mark.parametrize("form", list(Format))
def test_what_cannot_be_written_is_said_before_anything_is_read(shop: str, output: str, step: str, form: Format) -> None:
    Path("folder").mkdir()
    Path("file").write_text("old")
    with pytest.raises(CannotWrite) as caught:
        reviewed("postgresql://nobody@127.0.0.1:1/x", output=Path(output), format=form)
    assert step in caught.value.next_step
    assert names() == ["file", "folder"] and Path("file").read_text() == "old"


def _in_a_child(task: Callable[[], None]) -> int:
    """Run it in a child and return its exit code: 7 for CannotWrite."""
    child = os.fork()
    if child == 0:
        code = 9
        try:
            task()
            code = 0
        except CannotWrite:
            code = 7
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_no_right_to_write(shop: str) -> None:
    """In a child that is no superuser of the machine, from a snapshot, since the server's socket is its owner's alone."""
    opened = tempfile.mkdtemp(prefix="dbatest-")
    Path(opened).chmod(0o755)
    snapshot, folder = Path(opened) / "shop.snapshot", Path(opened) / "closed"
    take_snapshot(shop, snapshot, redact=False, config=None, rows=True, progress=silent)
    snapshot.chmod(0o644)
    folder.mkdir()
    (folder / TODO_NAME).write_text("old")
    folder.chmod(0o555)

    def as_nobody() -> None:
        os.chdir(opened)
        if os.geteuid() == 0:
            os.setegid(65534)
            os.seteuid(65534)
        reviewed(str(snapshot), output=folder / TODO_NAME)

    assert _in_a_child(as_nobody) == 7
    assert (folder / TODO_NAME).read_text() == "old" and [p.name for p in folder.iterdir()] == [TODO_NAME]
    folder.chmod(0o755)
    shutil.rmtree(opened)


def test_a_full_disk_leaves_the_old_file(shop: str) -> None:
    """In a child whose files may not grow past 4096 bytes: nearly a full disk, and no rights are needed."""

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        reviewed(shop)

    for old in (NONSENSE, None):
        if old is None:
            Path(TODO_NAME).unlink()
            reviewed(shop)
        else:
            Path(TODO_NAME).write_text(old, "utf-8")
        before = Path(TODO_NAME).read_bytes()
        assert _in_a_child(limited) == 7
        assert Path(TODO_NAME).read_bytes() == before and names() == [TODO_NAME]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a file system; the test above needs no rights")
def test_a_full_file_system_leaves_the_old_file(shop: str) -> None:
    Path("small").mkdir()
    subprocess.run(("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", "small"), check=True)
    try:
        output = Path("small") / TODO_NAME
        output.write_text(NONSENSE, "utf-8")
        with pytest.raises(CannotWrite) as caught:
            reviewed(shop, output=output)
        assert "free some disk space" in caught.value.next_step
        assert output.read_text("utf-8") == NONSENSE and [p.name for p in Path("small").iterdir()] == [TODO_NAME]
    finally:
        subprocess.run(("umount", "small"), check=True)


@pytest.fixture
def lab() -> Iterator[Path]:
    """A folder for private servers; the path of a Unix socket in it must be short."""
    folder = Path(tempfile.mkdtemp(prefix="dbatest-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_review_leaves_all_as_it_was(shop: str, tmp_path: Path, lab: Path, number: signal.Signals) -> None:
    """The signal comes while the lab's server runs for the rehearsal."""
    reviewed(shop)
    before = Path(TODO_NAME).read_bytes()
    command = (sys.executable, "-m", "dbarchitect", "review", shop)
    with subprocess.Popen(
        command, cwd=tmp_path, env={**os.environ, "TMPDIR": str(lab)}, stderr=subprocess.PIPE, text=True
    ) as child:
        until = time.monotonic() + 60
        while not list(lab.glob("**/postmaster.pid")) and time.monotonic() < until and child.poll() is None:
            time.sleep(0.02)
        assert list(lab.glob("**/postmaster.pid")), "the lab's server did not start in time"
        child.send_signal(number)
        _, said = child.communicate(timeout=60)
    assert child.returncode == 128 + number
    assert "Traceback" not in said
    assert Path(TODO_NAME).read_bytes() == before
    assert names() == [TODO_NAME]
    assert list(lab.iterdir()) == []
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(lab).encode() in _command(path)]


def _command(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
