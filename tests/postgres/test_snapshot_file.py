import gzip
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from dbarchitect.engines.postgres import open_source
from dbarchitect.errors import CannotWrite, SnapshotError
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import QualifiedName
from dbarchitect.model.questions import (
    DependencyQuestion,
    InclusionQuestion,
    NullQuestion,
    ShapeQuestion,
    UniquenessQuestion,
)
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.snapshot_file import FORMAT, VERSION, is_snapshot, read_snapshot, redact, write_snapshot

ORDERS, CUSTOMERS = QualifiedName("shop", "orders"), QualifiedName("shop", "customers")
QUESTIONS = (
    NullQuestion(ORDERS, "note"),
    ShapeQuestion(CUSTOMERS, "email"),
    UniquenessQuestion(CUSTOMERS, ("name",), "score > 1"),
    InclusionQuestion(ORDERS, ("customer_id",), CUSTOMERS, ("id",)),
    DependencyQuestion(CUSTOMERS, "name", ("tags",)),
)


@pytest.fixture
def answered(rich: str, snapshot: Snapshot) -> Snapshot:
    """A snapshot with an answer of every kind."""
    with open_source(rich, limits=Limits()) as source:
        answers, _ = source.answers(QUESTIONS)
    assert len(answers) == 5
    return replace(snapshot, answers=answers)


def test_read_gives_what_was_written(answered: Snapshot, tmp_path: Path) -> None:
    write_snapshot(answered, tmp_path / "a.snapshot")
    assert read_snapshot(tmp_path / "a.snapshot") == answered
    assert [type(a) for a in read_snapshot(tmp_path / "a.snapshot").answers] == [type(a) for a in answered.answers]
    assert is_snapshot(tmp_path / "a.snapshot")
    assert [p.name for p in tmp_path.iterdir()] == ["a.snapshot"]


def test_redaction(snapshot18: Snapshot, tmp_path: Path) -> None:
    hidden = redact(snapshot18)
    assert hidden.redacted and all(row.redacted for row in hidden.statistics)
    write_snapshot(hidden, tmp_path / "r.snapshot")
    text = gzip.decompress((tmp_path / "r.snapshot").read_bytes()).decode()
    assert "u1000@x.y" not in text and '"n19"' not in text
    name = hidden.column_statistics(CUSTOMERS, "name")
    plain = snapshot18.column_statistics(CUSTOMERS, "name")
    assert name is not None and plain is not None
    assert len(set(name.common_values)) == 20 and name.common_frequencies == plain.common_frequencies
    # equal values stay equal within the snapshot: orders' keys are customers' keys
    parent, child = hidden.column_statistics(CUSTOMERS, "id"), hidden.column_statistics(ORDERS, "customer_id")
    assert parent is not None and child is not None
    assert set(parent.histogram_bounds) & set(child.histogram_bounds + child.common_values)
    # and differ between snapshots
    again = redact(snapshot18).column_statistics(CUSTOMERS, "name")
    assert again is not None and not set(again.common_values) & set(name.common_values)
    assert redact(hidden) == hidden
    assert hidden.catalog == snapshot18.catalog


def _wrong(path: Path) -> SnapshotError:
    with pytest.raises(SnapshotError) as caught:
        read_snapshot(path)
    assert caught.value.next_step and str(path) in caught.value.message
    return caught.value


def test_damaged_files(snapshot18: Snapshot, tmp_path: Path) -> None:
    path = tmp_path / "x.snapshot"
    write_snapshot(snapshot18, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "cut off" in _wrong(path).message and is_snapshot(path)
    refused = 0
    for position in range(20, len(whole), len(whole) // 20):
        damaged = whole[:position] + bytes([whole[position] ^ 0x55]) + whole[position + 1 :]
        path.write_bytes(damaged)
        try:
            # another reference into repetitive text may unpack to the very same content
            assert read_snapshot(path) == snapshot18
        except SnapshotError:
            refused += 1
    assert refused >= 18
    path.write_bytes(b"")
    _wrong(path)
    content = gzip.decompress(whole)
    path.write_bytes(gzip.compress(content.replace(b"customers", b"custxmers", 1)))
    assert "checksum" in _wrong(path).message


def test_what_is_no_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "schema.sql"
    assert "no file" in _wrong(path).message and not is_snapshot(path)
    for content in (b"CREATE TABLE t (a int);", gzip.compress(b"CREATE TABLE t (a int);"), gzip.compress(b"")):
        path.write_bytes(content)
        assert "not a snapshot" in _wrong(path).message and not is_snapshot(path)
    assert not is_snapshot(tmp_path)
    _wrong(tmp_path)


@pytest.mark.parametrize(("version", "word"), [(VERSION - 1, "older"), (VERSION + 1, "newer")])
def test_other_versions(version: int, word: str, tmp_path: Path) -> None:
    path = tmp_path / "v.snapshot"
    path.write_bytes(gzip.compress(f"{FORMAT} {version} {'0' * 64}\n{{}}".encode()))
    error = _wrong(path)
    assert word in error.message
    assert "snapshot" in error.next_step


def test_right_sum_but_wrong_content(tmp_path: Path) -> None:
    path = tmp_path / "w.snapshot"
    for body in (b"{}", b"[]", b'{"catalog": 1}', b"not json"):
        path.write_bytes(gzip.compress(f"{FORMAT} {VERSION} {hashlib.sha256(body).hexdigest()}\n".encode() + body))
        assert "no snapshot that this dbarchitect understands" in _wrong(path).message


def test_a_failed_write_leaves_what_was_there(snapshot18: Snapshot, tmp_path: Path) -> None:
    with pytest.raises(CannotWrite):
        write_snapshot(snapshot18, tmp_path / "no such folder" / "x")
    with pytest.raises(CannotWrite):
        write_snapshot(snapshot18, Path("/dev/full/x"))
    occupied = tmp_path / "folder"
    (occupied / "inside").mkdir(parents=True)
    with pytest.raises(CannotWrite):
        write_snapshot(snapshot18, occupied)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["folder", "inside"]
