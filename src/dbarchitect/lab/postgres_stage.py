"""The copy of a PostgreSQL schema as a stage: two sessions, one that changes it as a user would, one that watches."""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8

from dbarchitect.errors import LabError
from dbarchitect.lab.clone import clone_schema, restore_roles
from dbarchitect.lab.embedded import EmbeddedPostgres, connect
from dbarchitect.lab.fingerprint import differences, take_fingerprint
from dbarchitect.lab.stage import StatementFailed
from dbarchitect.model.change import Change, Step
from dbarchitect.model.snapshot import Gap, Snapshot

Connection = psycopg.Connection[tuple[Any, ...]]

# what takes longer than this on a copy without rows hangs
_LIMITS = ("SET statement_timeout = '15s'", "SET lock_timeout = '5s'", "SET client_min_messages = error")
_OF_THE_LIVE_SERVER = re.compile(
    r"\bpg_(?:terminate|cancel)_backend\b|\bpg_(?:drop_replication_slot|replication_slot_advance|promote|switch_wal)\b"
    r"|\b(?:commit|rollback)\s+prepared\b|\b(?:create|alter|drop)\s+subscription\b",
    re.IGNORECASE,
)
_CREATE_EXTENSION = re.compile(r'\s*create\s+extension\s+(?:if\s+not\s+exists\s+)?("(?:[^"]|"")+"|[\w$]+)', re.IGNORECASE)
_SETS_A_SETTING = re.compile(r"\s*alter\s+(?:system|role|user|database)\b.*?\bset\b", re.IGNORECASE | re.DOTALL)
# settings of roles and of this database that were written since a transaction, as the statements that drop them
_SETTINGS_SINCE = """
SELECT 'ALTER ' || CASE WHEN setrole = 0 THEN 'DATABASE ' || quote_ident(current_database()) ELSE 'ROLE ' || setrole::regrole
  || CASE WHEN setdatabase = 0 THEN '' ELSE ' IN DATABASE ' || quote_ident(current_database()) END END || ' RESET ALL'
FROM pg_db_role_setting
WHERE xmin::text::bigint >= %s AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
"""


class PostgresStage:
    """An empty copy of the snapshot's schema in `database` of a server of our own."""

    def __init__(self, server: EmbeddedPostgres, snapshot: Snapshot, database: str) -> None:
        self._server, self._snapshot, self._database = server, snapshot, database
        self._open()
        self._extensions = frozenset(str(r[0]) for r in self._watcher.execute("SELECT name FROM pg_available_extensions"))
        self._roles = self._role_names()
        self._source_start = self._start = take_fingerprint(self._watcher)

    @property
    def server(self) -> str:
        """`PostgreSQL 18.3, an empty copy of the schema`."""
        return f"PostgreSQL {self._server.version}, an empty copy of the schema"

    @property
    def missing(self) -> tuple[Gap, ...]:
        """None: the copy was there before the stage."""
        return ()

    def why_not(self, change: Change) -> str | None:
        """Sessions, slots and prepared transactions are not there, nor are extensions that the server has no files of."""
        for step in (*change.steps, *change.undo):
            if _OF_THE_LIVE_SERVER.search(step.sql):
                return "it acts on sessions, replication or prepared transactions, which only the live server has"
            wanted = _CREATE_EXTENSION.match(step.sql)
            if wanted and wanted[1].strip('"') not in self._extensions:
                return f"the lab's server has no extension {wanted[1]}"
        return None

    def prepare(self, change: Change) -> None:
        """Settings are not copied with the schema: those that undo would set again are set first."""
        settings = [step for step in change.undo if _SETS_A_SETTING.match(step.sql)]
        self._start = self._source_start
        if change.verify and "pg_stat" in change.verify.sql:
            # an earlier trial may have analysed or vacuumed the same table
            self._watcher.execute("SELECT pg_stat_reset()")
        if settings:
            self.run(settings)
            self._start = take_fingerprint(self._watcher)

    def run(self, steps: Sequence[Step]) -> None:
        """Neighbouring steps share a transaction unless they must stand alone. StatementFailed at the first refusal."""
        for alone, group in groupby(steps, key=lambda step: step.alone):
            if alone:
                for step in group:
                    self._execute(step.sql)
            else:
                self._together(list(group))

    def run_without_keeping(self, steps: Sequence[Step]) -> bool:
        """In a transaction that stays open until the trial is settled, with what a COMMIT would check checked."""
        if any(step.alone for step in steps):
            return False
        self._execute("BEGIN")
        try:
            for step in steps:
                self._execute(step.sql)
            self._execute("SET CONSTRAINTS ALL IMMEDIATE")
        except StatementFailed:
            self._roll_back()
            raise
        return True

    def answer(self, sql: str) -> str:
        """The query's one value in PostgreSQL's own text form, read in a read-only transaction (inside one that is open:
        a read-only subtransaction)."""
        inside = self._worker.info.transaction_status is TransactionStatus.INTRANS
        self._execute("SAVEPOINT asking; SET TRANSACTION READ ONLY" if inside else "BEGIN READ ONLY")
        try:
            result = self._execute(sql).pgresult
        finally:
            self._roll_back("ROLLBACK TO SAVEPOINT asking; RELEASE SAVEPOINT asking" if inside else "ROLLBACK")
        value = result.get_value(0, 0) if result and result.ntuples and result.nfields else None
        return value.decode() if value is not None else ""

    def differences(self) -> tuple[str, ...]:
        """What of the catalogue is not as it was."""
        return differences(self._watcher, self._start)

    def settle(self, *, clean: bool) -> None:
        """Cheap when the trial undid what it did, or never committed it."""
        self._roll_back()
        if self._start is not self._source_start or (not clean and self.differences()):
            self.restore()

    def restore(self) -> None:
        """Settings and roles back as they were; the database made anew when its catalogue differs."""
        self._start = self._source_start
        self._run_quietly("ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()")
        self._run_quietly(*(str(row[0]) for row in self._watcher.execute(_SETTINGS_SINCE, [Int8(self._start.since)])))
        self._restore_roles()
        if self.differences():
            self._rebuild()

    def close(self) -> None:
        """End both sessions; the copy stays."""
        self._worker.close()
        self._watcher.close()

    def _open(self) -> None:
        self._worker, self._watcher = connect(self._server, self._database), connect(self._server, self._database)
        for limit in _LIMITS:
            self._worker.execute(limit.encode())
        self._watcher.execute("SET search_path = ''")

    def _together(self, steps: Sequence[Step]) -> None:
        self._execute("BEGIN")
        try:
            for step in steps:
                self._execute(step.sql)
            self._execute("COMMIT")
        finally:
            self._roll_back()

    def _roll_back(self, sql: str = "ROLLBACK") -> None:
        if not self._worker.closed and self._worker.info.transaction_status is not TransactionStatus.IDLE:
            self._worker.execute(sql.encode())

    def _execute(self, sql: str) -> psycopg.Cursor[tuple[Any, ...]]:
        try:
            return self._worker.execute(sql.encode())
        except psycopg.Error as error:
            if self._worker.closed:
                raise LabError(f"the private server was lost at: {sql[:200]}: {str(error).strip()}") from error
            raise StatementFailed(sql, _message(error)) from error

    def _rebuild(self) -> None:
        # CREATE DATABASE … TEMPLATE takes as long: of a schema of 1,000 tables both make 10,000 files
        self.close()
        clone_schema(self._server, self._snapshot, self._database)
        self._open()
        self._source_start = self._start = take_fingerprint(self._watcher)

    def _role_names(self) -> frozenset[str]:
        return frozenset(str(row[0]) for row in self._watcher.execute("SELECT rolname FROM pg_roles"))

    def _restore_roles(self) -> None:
        if any("role" in text or "membership" in text for text in self.differences()):
            for role in self._role_names() - self._roles:
                quoted = '"' + role.replace('"', '""') + '"'
                self._run_quietly(f"DROP OWNED BY {quoted}", f"DROP ROLE {quoted}")
            restore_roles(self._watcher, self._snapshot, self._database)

    def _run_quietly(self, *statements: str) -> None:
        for statement in statements:
            self._watcher.execute(statement.encode())


def _message(error: psycopg.Error) -> str:
    parts = (error.diag.message_primary or str(error).strip(), error.diag.message_detail)
    return ": ".join(part for part in parts if part)
