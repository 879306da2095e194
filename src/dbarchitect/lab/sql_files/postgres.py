"""Loads SQL scripts into PostgreSQL: what psql would do, more forgiving where only the original server is concerned."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors, sql
from psycopg.pq import TransactionStatus

from dbarchitect.errors import NotParsed
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.lab.sql_files.loaded import Notes
from dbarchitect.lab.sql_files.stand_ins import write_stand_in
from dbarchitect.lab.sql_files.text import read_sql
from dbarchitect.model.names import Engine
from dbarchitect.sql.script import PartKind, ScriptPart, split_script

_SECONDS = 60
_DEPTH = 20  # of files that include files
_COMMENTS = re.compile(r"\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/", re.DOTALL)
_ELSEWHERE = (
    (r"(create|drop|alter)\s+database\b", "it concerns the whole server; the files are read into one database"),
    (r"alter\s+system\b", "it changes the server's settings"),
    (r"(create|drop|alter)\s+(tablespace|subscription)\b", "it needs the original server"),
    (r"load\s", "it loads a library of the original server"),
    (r"set\s+(session\s+authorization|(local\s+|session\s+)?role)\b|reset\s+(role|session)", "all is loaded as one user"),
    (r"set\s+(local\s+|session\s+)?default_tablespace\s*(=|to)(?!\s*(?:''|\"\"|default\b))", "there is one tablespace here"),
    (r"copy\s.*\sfrom\s+(program\s|')", "its rows are in a file on the original server"),
    (r"(vacuum|cluster|checkpoint)\b", "it is maintenance"),
)
_LEFT_OUT = tuple((re.compile(pattern, re.IGNORECASE | re.DOTALL), reason) for pattern, reason in _ELSEWHERE)
_SILENT = re.compile(
    r"set\s+(local\s+|session\s+)?(client_encoding|names|statement_timeout|transaction_timeout|lock_timeout)\b", re.IGNORECASE
)
_CONTROLS = re.compile(
    r"(begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|prepare\s+transaction)\b", re.IGNORECASE
)
_EXTENSION = re.compile(r'create\s+extension\s+(?:if\s+not\s+exists\s+)?(?:"(?P<quoted>[^"]+)"|(?P<plain>[\w]+))', re.IGNORECASE)
_VERSION = re.compile(r"\s+version\s+(?:'[^']*'|\"[^\"]*\"|[\w.]+)", re.IGNORECASE)
_TABLESPACE = re.compile(r'\s+tablespace\s+(?:"[^"]+"|\w+)', re.IGNORECASE)
_MISSING_ROLE = re.compile(r'role "(.+)" does not exist')
_MISSING_COLLATION = re.compile(r'collation "(.+)" for encoding')
_MADE_COLLATION = re.compile(
    r'create\s+collation\s+(?:if\s+not\s+exists\s+)?(?P<name>(?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))?)', re.IGNORECASE
)
# what a server says of a feature that it was built without (ICU, libxml, lz4), and of a C library that is not there
_BUILT_WITHOUT = re.compile(
    r"not supported (?:in|by) this build|unsupported XML feature|compression method \S+ not supported"
    r"|could not (?:access|open) (?:\w+ )*file"
)
# the tables in which runners of migrations keep what they ran: made by the runner, not by the files
_BOOKKEEPING = re.compile(
    r'relation "(?:\w+\.)?(?:__diesel_schema_migrations|goose_db_version|_prisma_migrations|flyway_schema_history'
    r'|schema_migrations|gorp_migrations)"'
)
_TOO_EARLY = (
    errors.UndefinedTable,
    errors.UndefinedFunction,
    errors.UndefinedObject,
    errors.InvalidSchemaName,
    errors.UndefinedColumn,
)
_LACKING = (*_TOO_EARLY, errors.DatatypeMismatch, errors.FeatureNotSupported, errors.UndefinedFile)
# CREATE INDEX CONCURRENTLY and its like; a value of an enum that the same transaction has added
_NOT_IN_TRANSACTION = (errors.ActiveSqlTransaction, errors.UnsafeNewEnumValueUsage)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A statement that came too early, to be tried again."""

    path: Path
    part: ScriptPart
    error: NotParsed


class PostgresLoader:
    """Loads files into one database, one after the other."""

    def __init__(self, server: EmbeddedPostgres, database: str, notes: Notes, programs: tuple[Path, ...] = ()) -> None:
        """`programs` are steps of the sequence that are not run: a file that needs what they make is left out as a whole."""
        self._server, self._database, self._notes, self._programs = server, database, notes, programs
        self._waiting: list[_Waiting] = []
        self._lacking: list[str] = []

    def load(self, path: Path, text: str, *, tries_again: bool, in_transaction: bool = False) -> None:
        """Run a script in a session of its own. With `tries_again`, what needs an object that is not there yet waits.

        With `in_transaction` all of it runs in one, unless it holds what no transaction allows: then each statement by itself.
        """
        noted, lacking = self._notes.copy(), list(self._lacking)
        try:
            self._run_script(path, text, tries_again, in_transaction)
        except NotParsed as error:
            lacks_program = bool(self._programs) and isinstance(error.__cause__, _LACKING)
            if not lacks_program and not (in_transaction and isinstance(error.__cause__, _NOT_IN_TRANSACTION)):
                raise
            self._notes.back_to(noted)
            self._lacking = lacking
            if lacks_program:
                reason = f"{error.__cause__}; perhaps a program among the migrations makes it".replace("\n", " ")
                self._notes.leave_out("the whole file", path, error.line or 1, reason, "review the running database")
            else:
                self._run_script(path, text, tries_again, in_transaction=False)

    def _run_script(self, path: Path, text: str, tries_again: bool, in_transaction: bool) -> None:
        with self._session() as session:
            if in_transaction:
                session.execute("BEGIN")
            self._run_parts(session, path, text, tries_again, 0)
            if session.info.transaction_status is not TransactionStatus.IDLE:
                self._commit(session, path)

    def _commit(self, session: psycopg.Connection[Any], path: Path) -> None:
        """What was left open at the end of a file. Deferred constraints and triggers speak up here."""
        try:
            session.execute("COMMIT")
        except psycopg.Error as error:
            raise _refused(path, ScriptPart(PartKind.STATEMENT, "COMMIT", 1), error) from error

    def finish(self) -> None:
        """Try again what came too early, as long as that helps."""
        while self._waiting:
            again, self._waiting = self._waiting, []
            for waiting in again:
                with self._session() as session:
                    self._run_or_wait(session, waiting.path, waiting.part)
            if len(self._waiting) == len(again):
                raise self._waiting[0].error

    def _session(self) -> psycopg.Connection[tuple[Any, ...]]:
        options = f"-c statement_timeout={_SECONDS}s -c lock_timeout=10s -c check_function_bodies=off"
        return psycopg.connect(self._server.url(self._database), autocommit=True, options=options, prepare_threshold=None)

    def _run_parts(self, session: psycopg.Connection[Any], path: Path, text: str, tries_again: bool, depth: int) -> None:
        for part in split_script(Engine.POSTGRESQL, text, file=str(path)):
            if part.kind is PartKind.CLIENT_COMMAND:
                self._client_command(session, path, part, tries_again, depth)
            elif tries_again:
                self._run_or_wait(session, path, part)
            else:
                self._run(session, path, part)

    def _run_or_wait(self, session: psycopg.Connection[Any], path: Path, part: ScriptPart) -> None:
        try:
            self._run(session, path, part)
        except NotParsed as error:
            if not isinstance(error.__cause__, _TOO_EARLY):
                raise
            self._waiting.append(_Waiting(path, part, error))

    def _client_command(
        self, session: psycopg.Connection[Any], path: Path, part: ScriptPart, tries_again: bool, depth: int
    ) -> None:
        word, _, rest = part.text[1:].partition(" ")
        if word in ("i", "ir", "include", "include_relative"):
            included = path.parent / rest.strip().strip("'\"")
            if not included.is_file() or depth > _DEPTH:
                raise NotParsed(
                    f"includes {included}, which is not there", "add the file", file=str(path), line=part.line, statement=part.text
                )
            self._run_parts(session, included, read_sql(included).text, tries_again, depth + 1)
        elif word not in ("restrict", "unrestrict", "echo"):
            self._notes.leave_out(
                f"\\{word}", path, part.line, "it is a command of psql, not SQL", "none needed if the schema is complete"
            )

    def _run(self, session: psycopg.Connection[Any], path: Path, part: ScriptPart) -> None:
        bare = _start(part.text)
        if _SILENT.match(bare):
            return
        for pattern, reason in _LEFT_OUT:
            if pattern.match(bare):
                self._notes.leave_out(_words(bare), path, part.line, reason, "review the running database to have it checked")
                return
        self._notes.statements += 1
        text = part.text
        for _ in range(100):  # each round mends one thing: a role, a collation, a tablespace
            try:
                self._send(session, text, part.rows)
                return
            except psycopg.Error as error:
                mended = self._mend(session, path, part, text, error)
                if mended is None:
                    return
                text = mended

    def _send(self, session: psycopg.Connection[Any], text: str, rows: str | None) -> None:
        in_transaction = session.info.transaction_status is TransactionStatus.INTRANS
        if rows is not None:
            with session.cursor() as cursor, cursor.copy(text.encode()) as copy:
                copy.write(rows)
        elif in_transaction and not _CONTROLS.match(_start(text)):
            with session.transaction():  # a savepoint: what fails may be mended and sent again
                session.execute(text.encode())
        else:
            session.execute(text.encode())

    def _mend(self, session: psycopg.Connection[Any], path: Path, part: ScriptPart, text: str, error: psycopg.Error) -> str | None:
        """The statement to send next, None when it may stay undone. Raises NotParsed for what is really wrong."""
        message = error.diag.message_primary or str(error)
        bare = _start(text)
        if isinstance(error, errors.UndefinedObject) and (role := _MISSING_ROLE.search(message)):
            session.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role[1])))
            return text
        if isinstance(error, errors.UndefinedObject) and (collation := _MISSING_COLLATION.search(message)):
            self._notes.leave_out(
                f"collation {collation[1]}", path, part.line, "our server lacks it: C stands in", "review the running database"
            )
            # the message quotes nothing: only the statement tells a dot in the name from one before it
            parts = (collation[1],) if f'"{collation[1]}"' in text else tuple(collation[1].split(".", 1))
            name = sql.Identifier(*parts)
            session.execute(sql.SQL('CREATE COLLATION IF NOT EXISTS {} FROM "C"').format(name))
            return text
        if isinstance(error, errors.UndefinedObject) and message.startswith("tablespace "):
            self._notes.leave_out("TABLESPACE", path, part.line, "there is one tablespace here", "none needed")
            return _TABLESPACE.sub("", text)
        if isinstance(error, errors.QueryCanceled):
            reason = f"it ran for {_SECONDS} s on our server, and was stopped"
            self._notes.leave_out(_words(bare), path, part.line, reason, "review the running database")
            self._lacking.append(f"what {_place(path, part)} should have done")
            return None
        if _BOOKKEEPING.search(message) and isinstance(error, errors.UndefinedTable):
            reason = "the tool that runs the migrations makes this table"
            self._notes.leave_out(_words(bare), path, part.line, reason, "review the running database to have it checked")
            return None
        if (made := _MADE_COLLATION.match(bare)) and _BUILT_WITHOUT.search(message):
            reason = "our server was built without ICU: a collation of that name that sorts as C stands in"
            self._notes.leave_out(f"collation {made['name']}", path, part.line, reason, "review the running database")
            return f'CREATE COLLATION IF NOT EXISTS {made["name"]} FROM "C"'
        if (found := _EXTENSION.match(bare)) and isinstance(
            error, errors.FeatureNotSupported | errors.UndefinedFile | errors.UndefinedObject | errors.InvalidParameterValue
        ):
            return self._stand_in(session, path, part, found["quoted"] or found["plain"].lower(), text)
        if re.match(r"create\s+role|create\s+user\b", bare, re.IGNORECASE) and isinstance(error, errors.DuplicateObject):
            return None
        if re.match(r"create\s+schema\s+\"?public\"?\s*\Z", bare, re.IGNORECASE) and isinstance(error, errors.DuplicateSchema):
            return None
        if re.match(r"create\s+(or\s+replace\s+)?(trusted\s+)?(procedural\s+)?language\b", bare, re.IGNORECASE):
            return None
        if re.match(r"drop\s", bare, re.IGNORECASE) and isinstance(error, _TOO_EARLY):
            return None
        if re.match(r"set\s", bare, re.IGNORECASE) and isinstance(error, errors.UndefinedObject):
            return None
        if _BUILT_WITHOUT.search(message):
            self._notes.leave_out(_words(bare), path, part.line, f"our server cannot: {message}", "review the running database")
            self._lacking.append(f"what {_place(path, part)} makes")
            return None
        if self._lacking and isinstance(error, _LACKING):
            reason = f"{message}; our server lacks {', '.join(self._lacking)}"
            self._notes.leave_out(_words(bare), path, part.line, reason, "review the running database")
            return None
        raise _refused(path, part, error) from error

    def _stand_in(self, session: psycopg.Connection[Any], path: Path, part: ScriptPart, name: str, text: str) -> str | None:
        if name in self._lacking:
            return None
        row = session.execute("SELECT count(*) FROM pg_available_extensions WHERE name = %s", (name,)).fetchone()
        if row and row[0]:  # there, but not in that version
            return _VERSION.sub("", text) if _VERSION.search(text) else None
        folder = self._server.socket_folder / "stand_ins"
        known = write_stand_in(folder, name)
        session.execute(sql.SQL("SET extension_control_path = {}").format(f"$system:{folder}"))
        self._lacking.append(name)
        reason = f"our server lacks it: {'its types and functions are stand-ins' if known else 'nothing stands in for it'}"
        self._notes.leave_out(
            f"extension {name}", path, part.line, reason, "review the running database to have its objects checked"
        )
        return _VERSION.sub("", text)


def _start(text: str) -> str:
    """The statement without comments before its first word."""
    position = 0
    while found := _COMMENTS.match(text, position):
        position = found.end()
    return text[position:]


def _words(bare: str) -> str:
    """What the statement is, for people: its first words."""
    return " ".join(bare.split()[:3])


def _place(path: Path, part: ScriptPart) -> str:
    return f"{path.name}:{part.line}"


def _refused(path: Path, part: ScriptPart, error: psycopg.Error) -> NotParsed:
    """The server's message, at the line in the file where the server saw it."""
    diagnosis = error.diag
    line = part.line
    if diagnosis.statement_position:
        line += part.text.count("\n", 0, int(diagnosis.statement_position) - 1)
    message = diagnosis.message_primary or str(error).strip()
    detail = f" ({diagnosis.message_detail})" if diagnosis.message_detail else ""
    step = diagnosis.message_hint or "correct the statement, then try again"
    return NotParsed(f"PostgreSQL refuses this: {message}{detail}", step, file=str(path), line=line, statement=part.text[:200])
