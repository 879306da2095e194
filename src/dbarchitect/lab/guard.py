"""Removes a private server's folder when its owner ends without doing so: kill -9, SIGTERM, os._exit."""

import subprocess
from pathlib import Path

from dbarchitect.errors import LabError

# reads until its input ends, which is when the owner closes it or is no more; the server's last children may still write
_SCRIPT = 'read -r word; for try in 1 2 3 4 5 6 7 8 9 10; do rm -rf -- "$0" 2>/dev/null && [ ! -e "$0" ] && exit; sleep 0.5; done'


class FolderGuard:
    """A small process, out of reach of the terminal's signals, that outlives us only to remove the folder."""

    def __init__(self, folder: Path) -> None:
        try:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _SCRIPT, folder],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise LabError(f"cannot start a process: {error}", "end some processes or free memory, then try again") from error

    def release(self) -> None:
        """Let it remove what is still there, and end."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()
