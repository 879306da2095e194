"""Snapshots in files: everything that a review needs, in one compressed file.

Format: gzip of one line `dbarchitect-snapshot VERSION SHA256` and then the snapshot as JSON; the sum is of the JSON's bytes. Fields
that a newer dbarchitect adds have defaults, so that files stay readable; VERSION counts changes for which that does not hold.
"""

import gzip
import hashlib
import hmac
import os
import secrets
import tempfile
import zlib
from dataclasses import replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from dbarchitect.errors import CannotWrite, SnapshotError
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.model.statistics import ColumnStatistics

FORMAT = "dbarchitect-snapshot"
VERSION = 1
_AGAIN = "Take a new snapshot: dbarchitect snapshot SOURCE -o FILE."


def is_snapshot(path: Path) -> bool:
    """True when the file begins like a snapshot, damaged or not."""
    try:
        with gzip.open(path, "rb") as file:
            return file.read(len(FORMAT)) == FORMAT.encode()
    except (OSError, EOFError, zlib.error):
        return False


def write_snapshot(snapshot: Snapshot, path: Path) -> None:
    """Write the file in one step: what stood there is replaced only by a whole new file. Raises CannotWrite."""
    body = _adapter().dump_json(snapshot)
    header = f"{FORMAT} {VERSION} {hashlib.sha256(body).hexdigest()}\n".encode()
    try:
        _write_atomically(gzip.compress(header + body, compresslevel=6, mtime=0), path)
    except OSError as error:
        raise CannotWrite(
            f"The snapshot could not be written to {path}: {error.strerror or error}", "Give another path, or make room."
        ) from error


def read_snapshot(path: Path) -> Snapshot:
    """The snapshot in a file. Raises SnapshotError, with what is wrong with it."""
    version, checksum, body = _open(path)
    if version != VERSION:
        age, remedy = (
            ("older", _AGAIN) if version < VERSION else ("newer", "Upgrade dbarchitect, or take a new snapshot with this version.")
        )
        raise SnapshotError(
            f"{path} has snapshot format {version}, {age} than format {VERSION} that this dbarchitect reads.", remedy
        )
    if hashlib.sha256(body).hexdigest() != checksum:
        raise SnapshotError(f"{path} is damaged: its content does not match its checksum.", f"Copy it again. {_AGAIN}")
    try:
        return _adapter().validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SnapshotError(f"{path} is no snapshot that this dbarchitect understands: {where}: {first['msg']}.", _AGAIN) from error


def redact(snapshot: Snapshot) -> Snapshot:
    """The snapshot with every value of the planner's statistics hashed under a salt that is thrown away.

    Equal values of one snapshot stay equal, so that what is shared between columns can still be told; order and text are lost.
    Names, definitions, defaults and comments stay: they are the schema.
    """
    salt = secrets.token_bytes(32)
    statistics = tuple(_redacted(row, salt) for row in snapshot.statistics)
    return replace(snapshot, statistics=statistics, redacted=True)


def _redacted(row: ColumnStatistics, salt: bytes) -> ColumnStatistics:
    if row.redacted:
        return row
    return replace(
        row,
        common_values=_hashes(row.common_values, salt),
        histogram_bounds=_hashes(row.histogram_bounds, salt),
        common_elements=_hashes(row.common_elements, salt),
        redacted=True,
    )


def _hashes(values: tuple[str, ...], salt: bytes) -> tuple[str, ...]:
    return tuple(hmac.new(salt, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:24] for value in values)


@cache
def _adapter() -> TypeAdapter[Snapshot]:
    return TypeAdapter(Snapshot)


def _open(path: Path) -> tuple[int, str, bytes]:
    """Format version, checksum and body of a file."""
    try:
        content = gzip.decompress(path.read_bytes())
    except FileNotFoundError as error:
        raise SnapshotError(f"There is no file {path}.", "Check the path.") from error
    except gzip.BadGzipFile as error:
        raise SnapshotError(f"{path} is not a snapshot, or is damaged: {error}.", _AGAIN) from error
    except (EOFError, zlib.error) as error:
        raise SnapshotError(f"{path} is damaged or cut off: {error}.", f"Copy it again. {_AGAIN}") from error
    except OSError as error:
        raise SnapshotError(f"{path} cannot be read: {error.strerror or error}.", "Check the path and its permissions.") from error
    header, _, body = content.partition(b"\n")
    words = header.split()
    if len(words) != 3 or words[0] != FORMAT.encode() or not words[1].isdigit():
        raise SnapshotError(f"{path} is not a snapshot of dbarchitect.", _AGAIN)
    return int(words[1]), words[2].decode("ascii", "replace"), body


def _write_atomically(content: bytes, path: Path) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
