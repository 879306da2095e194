"""Settings as numbers, and how much database stands behind them: shared by the checks of configuration."""

from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Subject, SubjectKind, global_subject
from dbarchitect.model.postgres import PostgresFacts, Setting
from dbarchitect.model.snapshot import Snapshot

_BYTES = {"B": 1, "kB": 1024, "8kB": 8192, "MB": 1024**2, "GB": 1024**3, "16MB": 16 * 1024**2}
_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "min": 60_000.0, "h": 3_600_000.0, "d": 86_400_000.0}


def known(facts: PostgresFacts | None, name: str) -> Setting | None:
    """The server's setting; None when it was not read, or when the value is that of our own session."""
    found = facts.setting(name) if facts else None
    return None if found is None or found.source in ("session", "client") else found


def number(setting: Setting | None) -> float | None:
    """The setting's number in its own unit."""
    try:
        return float(setting.value) if setting else None
    except ValueError:
        return None


def setting_bytes(setting: Setting | None) -> int | None:
    """A memory or file setting in bytes. Special values such as -1 stay as they are."""
    value = number(setting)
    if setting is None or value is None:
        return None
    return int(value) if value <= 0 else int(value * _BYTES.get(setting.unit or "B", 1))


def setting_ms(setting: Setting | None) -> float | None:
    """A time setting in milliseconds. Special values such as -1 stay as they are."""
    value = number(setting)
    if setting is None or value is None:
        return None
    return value if value <= 0 else value * _MS.get(setting.unit or "ms", 1.0)


def is_off(setting: Setting | None) -> bool:
    """True for a setting that is known to be off."""
    return setting is not None and setting.value == "off"


def in_development(snapshot: Snapshot, limits: Limits) -> bool:
    """True when the database is too small, or of unknown size, to be tuned."""
    return (snapshot.catalog.size_bytes or 0) < limits.development_bytes


def memory(snapshot: Snapshot) -> int | None:
    """The machine's memory in bytes, when it could be read."""
    return snapshot.postgres.host.memory_bytes if snapshot.postgres and snapshot.postgres.host else None


def setting_subject(name: str) -> Subject:
    """A setting as a finding's subject."""
    return global_subject(SubjectKind.SETTING, name)


def show(name: str) -> str:
    """The statement that repeats the reading of a setting."""
    return f"SELECT name, setting, unit, source FROM pg_settings WHERE name = '{name}'"


def megabytes(size: float) -> str:
    """A size as ALTER SYSTEM takes it, in whole megabytes: `512MB`."""
    return f"{max(1, int(size // 1024**2))}MB"
