"""What users ask for, apart from what does it: the command line loads a use case only when it is called."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Format(Enum):
    """What is written."""

    MARKDOWN = "markdown"
    JSON = "json"


class FailOn(Enum):
    """From which severity on the exit code is 1."""

    CRITICAL = "critical"
    WARNING = "warning"
    NOTICE = "notice"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for. `output` None is standard output; `rows` False asks nothing about rows."""

    source: str | None
    output: Path | None
    format: Format = Format.MARKDOWN
    fail_on: FailOn = FailOn.NEVER
    config: Path | None = None
    checks: tuple[str, ...] = ()
    baseline: Path | None = None
    write_baseline: Path | None = None
    rows: bool = True
    rehearsal: bool = True


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """What the user asked for. `source` None: what the file names, then the environment; `only` empty: every item."""

    todo: Path
    source: str | None = None
    only: tuple[str, ...] = ()
    config: Path | None = None
    rows: bool = True
    baseline: Path | None = None
