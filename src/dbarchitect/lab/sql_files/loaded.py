"""What loading SQL files has left out."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from dbarchitect.model.snapshot import Gap


@dataclass(frozen=True, slots=True)
class LoadedSource:
    """How many statements ran, and what was left out."""

    statements: int
    gaps: tuple[Gap, ...] = ()


@dataclass(slots=True)
class Notes:
    """Collects while files are loaded: one gap for all statements of a kind in a file."""

    statements: int = 0
    _found: Counter[tuple[str, Path, str, str]] = field(default_factory=Counter)
    _first_lines: dict[tuple[str, Path, str, str], int] = field(default_factory=dict)

    def leave_out(self, what: str, path: Path, line: int, reason: str, remedy: str) -> None:
        """Note one statement that was left out or replaced."""
        key = (what, path, reason, remedy)
        self._found[key] += 1
        self._first_lines.setdefault(key, line)

    def copy(self) -> "Notes":
        """As it is now."""
        return Notes(self.statements, Counter(self._found), dict(self._first_lines))

    def back_to(self, earlier: "Notes") -> None:
        """Forget what came after that copy was made: a file is run anew."""
        self.statements, self._found, self._first_lines = earlier.statements, earlier._found, earlier._first_lines

    def gaps(self) -> tuple[Gap, ...]:
        """One gap for each kind, with the first line and the count."""
        return tuple(
            Gap(f"{what} ({path.name}:{self._first_lines[what, path, reason, remedy]}{_times(count)})", reason, remedy)
            for (what, path, reason, remedy), count in self._found.items()
        )


def _times(count: int) -> str:
    return f", {count} times" if count > 1 else ""
