"""Baselines: the keys of findings that were accepted, one a line, sorted, so that a change of the file can be read in a diff."""

from collections.abc import Iterable
from pathlib import Path

from dbarchitect.errors import ConfigError
from dbarchitect.files import write_atomically
from dbarchitect.model.finding import Finding

_FIRST = "# dbarchitect baseline 1: findings accepted on purpose; remove a line to see its finding again"


def read_baseline(path: Path | None) -> frozenset[str]:
    """The keys in the file; none without a file. Raises ConfigError when it is not a baseline."""
    if path is None:
        return frozenset()
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the baseline {path} cannot be read: {error}", "make one with --write-baseline") from error
    if not lines or not lines[0].startswith("# dbarchitect baseline 1"):
        raise ConfigError(f"{path} is not a baseline", "make one with --write-baseline")
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def write_baseline(path: Path, findings: Iterable[Finding]) -> None:
    """Write the keys of these findings."""
    write_atomically(path, "\n".join([_FIRST, *sorted({f.key for f in findings}), ""]))
