"""The TODO file on disk: read, and kept aside when it cannot be understood."""

from dataclasses import dataclass
from itertools import count
from pathlib import Path

from dbarchitect.errors import CannotWrite, TodoError
from dbarchitect.model.task import Todo
from dbarchitect.report.todo import parse_todo


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that could not be understood, and the name it is moved to before a new one is written."""

    file: Path | None = None
    aside: Path | None = None
    reason: str = ""

    def put_aside(self) -> None:
        """Move the file, so that nothing of it is lost."""
        if self.file is None or self.aside is None:
            return
        try:
            self.file.rename(self.aside)
        except OSError as error:
            raise CannotWrite(
                f"{self.file} cannot be understood ({self.reason}), nor moved to {self.aside}: {error.strerror}",
                "move it yourself, or name another file with --output",
            ) from error

    def note(self) -> str:
        """A line for people; empty when nothing was kept."""
        return f"{self.file} was not a TODO file of ours ({self.reason}); it is kept as {self.aside}\n" if self.aside else ""


def _free_name(path: Path) -> Path:
    return next(name for n in count(1) if not (name := path.with_name(f"{path.name}.kept-{n}")).exists())


def read_todo(path: Path) -> tuple[Todo | None, Kept]:
    """The file's tasks; None and where it will be kept when it cannot be understood. A missing or empty file has no tasks."""
    if not path.exists():
        return None, Kept()
    if path.is_dir():
        raise CannotWrite(f"{path} is a folder", "name a file with --output")
    try:
        text = path.read_text("utf-8")
        return (parse_todo(text), Kept()) if text.strip() else (None, Kept())
    except (UnicodeDecodeError, TodoError) as error:
        reason = error.message if isinstance(error, TodoError) else "it is not UTF-8 text"
        return None, Kept(path, _free_name(path), reason)
    except OSError as error:
        raise CannotWrite(f"{path} cannot be read: {error.strerror}", "give yourself the right, or name another file") from error
