"""Values that may hold a password are never kept."""

import re
from collections.abc import Iterable

HIDDEN = "***"
_SECRET_NAME = re.compile(r"passw|passwd|passphrase|passcode|secret|token|api_?key|private_?key|jwt|credential", re.IGNORECASE)
_ASSIGNED = re.compile(
    r"((?:password|passwd|passcode|secret|token|api[_-]?key|access[_-]?key)\w*\s*[=:]\s*)('[^']*'|\"[^\"]*\"|\S+)", re.IGNORECASE
)
_IN_URL = re.compile(r"(://[^:/@\s]*:)[^@\s]+@")


def masked_value(name: str, value: str) -> str:
    """The value of a setting or option, or `***` where its name or text says that it holds a secret."""
    if value and _SECRET_NAME.search(name) and value.lower() not in _HARMLESS:
        return HIDDEN
    return _IN_URL.sub(rf"\1{HIDDEN}@", _ASSIGNED.sub(rf"\1{HIDDEN}", value))


_HARMLESS = frozenset({"on", "off", "scram-sha-256", "md5"})  # values of password_encryption and switches


def masked_options(options: Iterable[str] | None) -> tuple[str, ...]:
    """`name=value` options, secrets hidden."""
    pairs = (option.partition("=") for option in options or ())
    return tuple(f"{name}{sign}{masked_value(name, value)}" for name, sign, value in pairs)
