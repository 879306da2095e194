"""The TODO file on disk: read, and kept aside when it cannot be understood."""

from dataclasses import dataclass
from itertools import count
from pathlib import Path

from dbarchitect.errors import CannotWrite, OtherTodoFile, TodoError
from dbarchitect.files import check_writable, write_atomically
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.model.task import TaskKind, Todo
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

    def put_back(self) -> None:
        """Undo `put_aside`, since the new file could not be written."""
        if self.file is not None and self.aside is not None and not self.file.exists():
            self.aside.rename(self.file)

    def note(self) -> str:
        """A line for people; empty when nothing was kept."""
        return f"{self.file} could not be understood ({self.reason}); it is kept as {self.aside}" if self.aside else ""


def _free_name(path: Path) -> Path:
    return next(name for n in count(1) if not (name := path.with_name(f"{path.name}.kept-{n}")).exists())


def read_todo(path: Path) -> tuple[Todo | None, Kept]:
    """The file's tasks; None and where it will be kept when it cannot be understood. A missing or empty file has no tasks.

    Raises OtherTodoFile for a file of another format, CannotWrite for one that cannot be read or written.
    """
    check_writable(path)
    if not path.exists():
        return None, Kept()
    try:
        text = path.read_text("utf-8")
        return (parse_todo(text), Kept()) if text.strip() else (None, Kept())
    except OtherTodoFile as error:
        raise OtherTodoFile(f"{path}: {error.message}", error.next_step) from error
    except (UnicodeDecodeError, TodoError) as error:
        reason = error.message if isinstance(error, TodoError) else "it is not UTF-8 text"
        return None, Kept(path, _free_name(path), reason)
    except OSError as error:
        raise CannotWrite(f"{path} cannot be read: {error.strerror}", "give yourself the right, or name another file") from error


def write_todo(path: Path, text: str, kept: Kept) -> None:
    """Write the file, and keep what could not be understood aside. When that fails, all is as it was."""
    kept.put_aside()
    try:
        write_atomically(path, text)
    except BaseException:
        kept.put_back()
        raise


def require_same_kind(todo: Todo | None, path: Path, snapshot: Snapshot) -> None:
    """Raise OtherTodoFile when the file's tasks are about another kind of source: what is not found here would look done."""
    keys = [key for heading, _ in todo.tasks(TaskKind.ITEM) for key in heading.keys] if todo else []
    if todo is None or not todo.source or not keys:
        return
    engines = sorted({key.split(" ")[1] for key in keys if key.count(" ") > 1})
    if snapshot.live != bool(todo.database) or (engines and snapshot.engine.value not in engines):
        theirs = f"database {todo.database} of {todo.source}" if todo.database else f"the SQL files {todo.source}"
        kind = "a live database" if snapshot.live else "SQL files"
        raise OtherTodoFile(
            f"{path} holds the tasks of {theirs} ({', '.join(engines)}); {snapshot.source} is {kind} ({snapshot.engine.value})",
            "name another file for this source, or the file's own source",
        )
