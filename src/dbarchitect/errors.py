"""The errors that a user can meet, split by what to do next.

    DbArchitectError            exit code 2: could not do the job
    ├── UsageError              exit code 64: the command line is wrong
    ├── SourceError             the source cannot be used
    │   ├── SourceNotFound      no such file, folder or URL scheme
    │   ├── CannotConnect       nobody answers there
    │   ├── NotPermitted        password or rights
    │   ├── UnsupportedVersion  the server is too old or unknown
    │   └── ConnectionLost      the server went away or a limit was reached while reading
    ├── NotParsed               a file's text is wrong: file, line, statement
    ├── SnapshotError           a snapshot file is damaged, or of an unknown version
    ├── TodoError               the TODO file cannot be understood
    │   └── OtherTodoFile       it is one of ours, but of another version or about another kind of source
    ├── ConfigError             dbarchitect.toml is wrong
    ├── CannotWrite             disk full, no such folder, no permission
    └── LabError                a server of our own does not start or died

Every error says what happened, why, and the exact next step.
"""


class DbArchitectError(Exception):
    """The base: `message` says what happened and why, `next_step` what to do."""

    exit_code = 2

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class UsageError(DbArchitectError):
    """The command line is wrong."""

    exit_code = 64


class SourceError(DbArchitectError):
    """The source cannot be used."""


class SourceNotFound(SourceError):
    """There is no such file or folder, or the URL's scheme is unknown."""


class CannotConnect(SourceError):
    """Nobody answers at that address."""


class NotPermitted(SourceError):
    """The password is wrong or a right is missing."""


class UnsupportedVersion(SourceError):
    """The server is older than we read, or unknown."""


class ConnectionLost(SourceError):
    """The server went away, or a timeout was reached while reading."""


class NotParsed(DbArchitectError):
    """A text could not be understood: `file`, 1-based `line`, and the `statement`'s beginning."""

    def __init__(self, message: str, next_step: str = "", *, file: str = "", line: int | None = None, statement: str = "") -> None:
        where = f"{file}:{line}: " if file and line else (f"{file}: " if file else "")
        super().__init__(f"{where}{message}", next_step)
        self.file = file
        self.line = line
        self.statement = statement


class SnapshotError(DbArchitectError):
    """A snapshot file is damaged, not a snapshot, or of an unknown version."""


class TodoError(DbArchitectError):
    """The TODO file cannot be understood."""


class OtherTodoFile(TodoError):
    """The file is one of ours and is left as it is: another version wrote it, or it is about another kind of source."""


class ConfigError(DbArchitectError):
    """dbarchitect.toml is wrong."""


class CannotWrite(DbArchitectError):
    """A file could not be written; what stood there is untouched."""


class LabError(DbArchitectError):
    """A server of our own does not start, or died."""
