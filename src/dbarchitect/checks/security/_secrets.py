"""Columns whose names speak of secrets."""

import re

from dbarchitect.model.catalog import TEXTUAL, Table, TypeFamily
from dbarchitect.model.questions import ShapeQuestion
from dbarchitect.model.snapshot import Snapshot

_PASSWORD = re.compile(r"(?:[a-z0-9]+_)*(?:password|passwd|passphrase|passwort|contrasena|mot_de_passe|pwd)(?:_?plain|_?text)?\Z")
_KEY = re.compile(
    r"(?:[a-z0-9]+_)*(?:api_?key|secret|secret_?key|client_?secret|private_?key|access_?token|refresh_?token|auth_?token)\Z"
)
_HASHED = re.compile(r"(?:[a-z0-9]+_)*(?:password|passwd|pwd|token|secret|key)_?(?:hash|digest|hashed|encrypted|crypt)\Z")


def _plain(name: str) -> str:
    """`apiKey`, `API_KEY` → `api_key`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def is_password(name: str) -> bool:
    """True for a name that says that the column holds a password itself."""
    return _PASSWORD.match(_plain(name)) is not None and not _plain(name).startswith(("encrypted_", "hashed_", "crypted_"))


def is_key(name: str) -> bool:
    """True for a name of a token or key that opens something."""
    return _KEY.match(_plain(name)) is not None and not _plain(name).startswith(("encrypted_", "hashed_", "crypted_"))


def secret_columns(table: Table) -> tuple[str, ...]:
    """The table's text or binary columns that hold passwords, keys or their hashes."""
    wanted = TEXTUAL | {TypeFamily.BINARY}
    return tuple(
        c.name
        for c in table.columns
        if c.type.family in wanted and (is_password(c.name) or is_key(c.name) or _HASHED.match(_plain(c.name)) is not None)
    )


def secret_questions(snapshot: Snapshot) -> list[ShapeQuestion]:
    """The shapes of the columns that are named like a password or key; nothing of the values themselves is asked."""
    return [
        ShapeQuestion(table.name, column.name)
        for table, column in snapshot.columns()
        if column.type.family in TEXTUAL and (is_password(column.name) or is_key(column.name))
    ]
