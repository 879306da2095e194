"""Loads SQL scripts into MariaDB: what its client would do, more forgiving where only the original server is concerned."""

import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pymysql
from pymysql.constants import ER

from dbarchitect.errors import NotParsed
from dbarchitect.lab.mariadb import PrivateMariaDB
from dbarchitect.lab.sql_files.loaded import Notes
from dbarchitect.model.names import Engine
from dbarchitect.sql.script import ScriptPart, split_script

_ELSEWHERE = re.compile(
    r"(?:/\*!\d*\s*)?(?:create\s+(?:database|schema)|drop\s+(?:database|schema)|use\s|source\s|change\s+master|set\s+global|set\s+@@global)",
    re.IGNORECASE,
)
# the driver sends UTF-8 whatever the file was written in
_SILENT = re.compile(r"(?:/\*!\d*\s*)?set\s+(?:names\b|character_set_client\b|character\s+set\b)", re.IGNORECASE)
_ONLY_MYSQL_8 = re.compile(r"\butf8mb4_0900_\w+", re.IGNORECASE)
_ACCOUNT = re.compile(r"\bto\s+(?P<account>(?:'[^']*'|`[^`]*`|\w+)(?:@(?:'[^']*'|`[^`]*`|[\w.%]+))?)", re.IGNORECASE)
_TOO_EARLY = (ER.NO_SUCH_TABLE, ER.CANNOT_ADD_FOREIGN, ER.SP_DOES_NOT_EXIST, 1005, 1824)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A statement that came too early, to be tried again."""

    path: Path
    part: ScriptPart
    error: NotParsed


class MySQLLoader:
    """Loads files into one database, one after the other."""

    def __init__(self, server: PrivateMariaDB, database: str, notes: Notes) -> None:
        self._server, self._database, self._notes = server, database, notes
        self._waiting: list[_Waiting] = []

    def load(self, path: Path, text: str, *, tries_again: bool) -> None:
        """Run a script in a session of its own. With `tries_again`, what needs a table that is not there yet waits for `finish`."""
        with closing(self._session()) as session:
            for part in split_script(Engine.MARIADB, text, file=str(path)):
                self._run_or_wait(session, path, part) if tries_again else self._run(session, path, part)
            session.commit()

    def finish(self) -> None:
        """Try again what came too early, as long as that helps."""
        while self._waiting:
            again, self._waiting = self._waiting, []
            with closing(self._session()) as session:
                for waiting in again:
                    self._run_or_wait(session, waiting.path, waiting.part)
            if len(self._waiting) == len(again):
                raise self._waiting[0].error

    def _session(self) -> "pymysql.Connection[pymysql.cursors.Cursor]":
        return pymysql.connect(
            unix_socket=str(self._server.socket), user="root", database=self._database, autocommit=True, charset="utf8mb4"
        )

    def _run_or_wait(self, session: "pymysql.Connection[pymysql.cursors.Cursor]", path: Path, part: ScriptPart) -> None:
        try:
            self._run(session, path, part)
        except NotParsed as error:
            if error.__cause__ is None or error.__cause__.args[0] not in _TOO_EARLY:
                raise
            self._waiting.append(_Waiting(path, part, error))

    def _run(self, session: "pymysql.Connection[pymysql.cursors.Cursor]", path: Path, part: ScriptPart) -> None:
        if _SILENT.match(part.text):
            return
        if _ELSEWHERE.match(part.text):
            words = " ".join(part.text.split()[:2])
            self._notes.leave_out(words, path, part.line, "the files are read into one database of our own", "none needed")
            return
        text = part.text
        if _ONLY_MYSQL_8.search(text):
            text = _ONLY_MYSQL_8.sub("utf8mb4_unicode_520_ci", text)
            reason = "MariaDB lacks it: utf8mb4_unicode_520_ci stands in"
            self._notes.leave_out("collation utf8mb4_0900_…", path, part.line, reason, "review the running MySQL server")
        self._notes.statements += 1
        for _ in range(100):
            try:
                with session.cursor() as cursor:
                    cursor.execute(text)
                    while cursor.nextset():
                        pass
                return
            except pymysql.MySQLError as error:
                if not self._mended(path, part, error):
                    raise _refused(path, part, error) from error
                if error.args[0] != ER.PASSWORD_NO_MATCH:
                    return

    def _mended(self, path: Path, part: ScriptPart, error: pymysql.MySQLError) -> bool:
        """True when the statement may be sent again (a missing account) or stay undone."""
        code = error.args[0]
        account = _ACCOUNT.search(part.text)
        if code == ER.PASSWORD_NO_MATCH and account:  # GRANT to an account that does not exist
            self._server.execute(f"CREATE USER {account['account']} ACCOUNT LOCK")
            return True
        if code == ER.UNKNOWN_SYSTEM_VARIABLE and re.match(r"(?:/\*!\d*\s*)?set\s", part.text, re.IGNORECASE):
            reason = f"MariaDB does not know it: {error.args[1]}"
            self._notes.leave_out(" ".join(part.text.split()[:2]), path, part.line, reason, "review the running MySQL server")
            return True
        return False


def _refused(path: Path, part: ScriptPart, error: pymysql.MySQLError) -> NotParsed:
    message = str(error.args[1]) if len(error.args) > 1 else str(error)
    found = re.search(r" at line (\d+)\Z", message)
    line = part.line + (int(found[1]) - 1 if found else 0)
    message = message[: found.start()] if found else message
    return NotParsed(
        f"MariaDB refuses this: {message}",
        "correct the statement, then try again",
        file=str(path),
        line=line,
        statement=part.text[:200],
    )
