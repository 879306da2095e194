"""One line on a terminal's stderr that says how far a long job is; silent elsewhere."""

import sys
import time
from types import TracebackType
from typing import Self, TextIO


class ProgressLine:
    """Call it as a `Progress`; leaving the block wipes the line. Redrawn at most ten times a second."""

    def __init__(self, stream: TextIO | None = None, *, quiet: bool = False) -> None:
        self._stream = stream or sys.stderr
        self._shown = self._stream.isatty() and not quiet
        self._drawn_at = 0.0
        self._what = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.wipe()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show what is done and how much of it."""
        now = time.monotonic()
        if not self._shown or (what == self._what and now - self._drawn_at < 0.1):
            return
        self._what, self._drawn_at = what, now
        count = f" {done:,} of {total:,}" if total else ""
        self._stream.write(f"\r\x1b[2K{what[:100]}{count} …")
        self._stream.flush()

    def wipe(self) -> None:
        """Remove the line."""
        if self._shown and self._what:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()
            self._what = ""
