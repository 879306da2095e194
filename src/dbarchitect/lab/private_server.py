"""What every server of our own needs: a folder that is swept when its owner died, an account without rights, a process that
ends with us.

A private server lives in one folder of the temporary directory, marked with the process that owns it. A context manager
removes it; what a `kill -9` left behind is removed by the next start. Linux only: /proc and prctl(2).
"""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dbarchitect.errors import LabError

_OWNER, _SERVER = "owner", "server"
_PR_SET_PDEATHSIG = 1  # prctl(2)
_NEWBORN_SECONDS = 60.0  # a folder younger than this may still be waiting for its marker
_libc = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system account that a server runs as."""

    name: str
    uid: int
    gid: int


def unprivileged_account(*names: str) -> Account | None:
    """The first of these accounts that exists when we are root (servers refuse root or should), else None: run as we are."""
    if os.geteuid() != 0:
        return None
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise LabError(f"no account {' or '.join(names)} to run a server as", "run dbarchitect as a user that is not root")


def _born(pid: int) -> str | None:
    """The process's start time in ticks since boot, None when it is gone or a zombie: tells a reused pid from the old one."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]  # proc_pid_stat(5): field 3 is the state, 22 the start time


def _mark(folder: Path, name: str, pid: int) -> None:
    (folder / name).write_text(f"{pid} {_born(pid)}\n", encoding="ascii")


def _marked(folder: Path, name: str) -> int | None:
    """The pid that the marker names while that very process lives."""
    try:
        pid, _, born = (folder / name).read_text(encoding="ascii").strip().partition(" ")
        return int(pid) if _born(int(pid)) == born else None
    except (OSError, ValueError):
        return None


def _prefix(kind: str) -> str:
    return f"dbarchitect-{kind}-{os.geteuid()}-"


def make_folder(kind: str, account: Account | None) -> Path:
    """A new folder for one server, owned by us; its subfolder `private` belongs to the account and nobody else enters it."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=_prefix(kind)))
        _mark(folder, _OWNER, os.getpid())
        inner = folder / "private"
        inner.mkdir(mode=0o700)
        if account:
            folder.chmod(0o711)
            os.chown(inner, account.uid, account.gid)
    except OSError as error:
        raise LabError(f"no folder for a private server: {error}", "free some space or point TMPDIR elsewhere") from error
    return folder


def sweep(kind: str) -> None:
    """Remove folders, and end servers, of this kind whose owner is gone."""
    for folder in Path(tempfile.gettempdir()).glob(_prefix(kind) + "*"):
        try:
            status = folder.lstat()
        except FileNotFoundError:
            continue
        newborn = not (folder / _OWNER).exists() and time.time() - status.st_mtime < _NEWBORN_SECONDS
        # /tmp is everybody's: what is not ours may carry our name, and is left alone
        if status.st_uid != os.geteuid() or not folder.is_dir() or folder.is_symlink() or newborn or _marked(folder, _OWNER):
            continue
        server = _marked(folder, _SERVER)
        if server:
            os.kill(server, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


def remove_folder(folder: Path) -> None:
    """Remove a server's folder."""
    shutil.rmtree(folder, ignore_errors=True)


def _die_with_parent() -> None:
    # runs in the child after its account was changed: changing accounts would clear the request
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _clean_environment(folder: Path) -> dict[str, str]:
    """PATH and little else: variables such as PGDATA, MYSQL_HOME or LC_ALL must not reach a private server."""
    home = str(folder / "private")
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "HOME": home, "TMPDIR": home}


def run_program(folder: Path, account: Account | None, arguments: Sequence[str], timeout_seconds: float = 120.0) -> str:
    """Run a program to its end as the account; its output. LabError with the last lines when it fails."""
    try:
        done = subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout_seconds,
            cwd=folder / "private",
            env=_clean_environment(folder),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            start_new_session=True,
            preexec_fn=_die_with_parent,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LabError(f"{Path(arguments[0]).name} did not run: {error}", "free some disk space, then try again") from error
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-5:])
        name = Path(arguments[0]).name
        raise LabError(f"{name} failed with code {done.returncode}: {tail}", "free some disk space, then try again")
    return done.stdout


def start_server(folder: Path, account: Account | None, arguments: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a server as the account, its output into `log`. It is killed when the calling thread ends, and a Ctrl-C does not
    reach it: its owner stops it in good order."""
    try:
        with log.open("ab") as output:
            process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder / "private",
                env=_clean_environment(folder),
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
    except OSError as error:
        raise LabError(f"{arguments[0]} does not start: {error}", "free some disk space or memory, then try again") from error
    _mark(folder, _SERVER, process.pid)
    return process


def stop_server(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGKILL, grace_seconds: float = 10.0) -> None:
    """Send the signal and wait; kill when it takes longer than the grace."""
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
