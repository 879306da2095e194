"""What the server is doing: sessions, locks, replication, vacuum, and the counters of database and server."""

from datetime import datetime

from dbarchitect.engines.postgres.session import ReadSession
from dbarchitect.engines.postgres.texts import without_literals
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.postgres import (
    DatabaseActivity,
    HeldLock,
    IoActivity,
    PreparedTransaction,
    Replica,
    ReplicationSlot,
    ServerActivity,
    Session,
    VacuumProgress,
)
from dbarchitect.model.snapshot import Gap
from dbarchitect.model.wording import plural
from dbarchitect.sql.identifiers import quote_name

_SINCE = "since when the usage counters count"
_MASKED = "<insufficient privilege>"
_UNCOUNTED_13 = Gap(
    "how many sessions there were, how long they lasted, and how much WAL was written",
    "PostgreSQL 13 does not count them",
    "Upgrade to PostgreSQL 14 or newer.",
    ("short_lived_connections", "uncompressed_wal"),
)
_SESSION_CHECKS = ("idle_in_transaction", "blocked_session", "long_running_query")


def _hidden(sessions: int) -> str:
    return f"what {plural(sessions, 'session')} of other roles {'is' if sessions == 1 else 'are'} doing"


class ActivityReader:
    """Reads activity for one role; everything here can be missed, so what fails becomes a gap with the GRANT."""

    def __init__(self, session: ReadSession, reader: str) -> None:
        self._session = session
        self._grant = f"GRANT pg_monitor TO {quote_name(Engine.POSTGRESQL, reader)};"
        self._reader = reader

    def sessions(self) -> tuple[Session, ...]:
        """Client sessions but our own."""
        rows = self._session.ask_if_possible("sessions", "client sessions", self._grant)
        hidden = sum(row.query == _MASKED for row in rows)
        if hidden:
            self._session.gaps.append(Gap(_hidden(hidden), f"{self._reader} may not see them", self._grant, _SESSION_CHECKS))
        return tuple(
            Session(
                pid=row.pid,
                user=row.user_name,
                database=row.database,
                application=row.application or "",
                state=row.state,
                backend_type=row.backend_type,
                backend_start=row.backend_start,
                transaction_start=row.transaction_start,
                query_start=row.query_start,
                state_change=row.state_change,
                wait_event_type=row.wait_event_type,
                wait_event=row.wait_event,
                blocked_by=tuple(row.blocked_by or ()),
                horizon_age=row.horizon_age,
                query=without_literals(row.query) if row.query and row.query != _MASKED else None,
                ssl=row.ssl,
                local=row.is_local,
            )
            for row in rows
        )

    def locks(self) -> tuple[HeldLock, ...]:
        """Relation locks of other sessions."""
        rows = self._session.ask_if_possible("locks", "locks", self._grant)
        return tuple(HeldLock(row.pid, QualifiedName(row.schema, row.name), row.mode, row.granted) for row in rows)

    def prepared_transactions(self) -> tuple[PreparedTransaction, ...]:
        """Two-phase transactions left open, on the whole server."""
        rows = self._session.ask_if_possible("prepared_transactions", "prepared transactions", self._grant)
        return tuple(PreparedTransaction(row.identity, row.prepared, row.owner, row.database, row.age) for row in rows)

    def slots(self) -> tuple[ReplicationSlot, ...]:
        """Replication slots."""
        return tuple(
            ReplicationSlot(
                name=row.name,
                kind=row.kind,
                active=row.active,
                temporary=row.temporary,
                database=row.database,
                plugin=row.plugin,
                retained_bytes=row.retained_bytes,
                wal_status=row.wal_status,
                xmin_age=row.xmin_age,
                inactive_since=row.inactive_since,
            )
            for row in self._session.ask_if_possible("slots", "replication slots", self._grant)
        )

    def replicas(self) -> tuple[Replica, ...]:
        """Standbys that stream from here."""
        return tuple(
            Replica(row.application or "", row.state or "", row.sync_state or "", row.replay_lag_bytes, row.replay_lag_ms)
            for row in self._session.ask_if_possible("replicas", "standbys", self._grant)
        )

    def database(self) -> DatabaseActivity | None:
        """pg_stat_database of this database."""
        for row in self._session.ask_if_possible("database_activity", "counters of the database", self._grant):
            return DatabaseActivity(
                commits=row.commits,
                rollbacks=row.rollbacks,
                blocks_read=row.blocks_read,
                blocks_hit=row.blocks_hit,
                temporary_files=row.temporary_files,
                temporary_bytes=row.temporary_bytes,
                deadlocks=row.deadlocks,
                conflicts=row.conflicts,
                checksum_failures=row.checksum_failures,
                sessions=row.sessions,
                session_ms=row.session_ms,
                statistics_reset=row.statistics_reset,
                frozen_xid_age=row.frozen_xid_age,
                multixact_age=row.multixact_age,
            )
        return None

    def counters_since(self, database: DatabaseActivity | None, may_stat_files: bool) -> datetime | None:
        """When the usage counters began: their last reset, or else the database's creation.

        From 15 on `stats_reset` is null until somebody resets, also after a crash, which empties all counters; the counters of
        the server as a whole do get the time of the crash. So without a reset the counters began at the later of the server's
        and the database's own beginning. Only who may call pg_stat_file learns the latter; for others it is unknown (None).
        """
        if database is None or database.statistics_reset is not None:
            return database.statistics_reset if database else None
        if not may_stat_files:
            self._session.gaps.append(
                Gap(
                    _SINCE,
                    "they were never reset, and the database's creation may not be read",
                    "Run once as a superuser.",
                )
            )
            return None
        for row in self._session.ask_if_possible("database_created", _SINCE, "Run once as a superuser."):
            if row.created and row.server_counters_since:
                since: datetime = max(row.created, row.server_counters_since)
                return since
        return None

    def server(self) -> ServerActivity | None:
        """Checkpoints, background writer, archiver, WAL."""
        if self._session.version < 14:
            self._session.gaps.append(_UNCOUNTED_13)
        for row in self._session.ask_if_possible("server_activity", "counters of the server", self._grant):
            return ServerActivity(
                timed_checkpoints=row.timed_checkpoints,
                requested_checkpoints=row.requested_checkpoints,
                checkpoint_write_ms=row.checkpoint_write_ms,
                checkpoint_buffers=row.checkpoint_buffers,
                backend_buffers=row.backend_buffers,
                clean_buffers=row.clean_buffers,
                max_written_clean=row.max_written_clean,
                checkpoint_reset=row.checkpoint_reset,
                wal_bytes=row.wal_bytes,
                wal_buffers_full=row.wal_buffers_full,
                wal_reset=row.wal_reset,
                archived_count=row.archived_count,
                archive_failed_count=row.archive_failed_count,
                last_archived=row.last_archived,
                last_archive_failed=row.last_archive_failed,
            )
        return None

    def io(self) -> tuple[IoActivity, ...]:
        """pg_stat_io, from 16 on."""
        return tuple(
            IoActivity(
                backend_type=row.backend_type,
                object=row.object,
                context=row.context,
                reads=row.reads,
                writes=row.writes,
                extends=row.extends,
                hits=row.hits,
                evictions=row.evictions,
                fsyncs=row.fsyncs,
                read_ms=row.read_ms,
                write_ms=row.write_ms,
            )
            for row in self._session.ask_if_possible("io", "input and output by kind", self._grant)
        )

    def vacuums(self) -> tuple[VacuumProgress, ...]:
        """Vacuums that are running in this database."""
        return tuple(
            VacuumProgress(
                row.pid,
                QualifiedName(row.schema, row.name),
                row.phase or "",
                row.heap_blocks_total or 0,
                row.heap_blocks_scanned or 0,
                row.index_vacuum_count or 0,
            )
            for row in self._session.ask_if_possible("vacuums", "running vacuums", self._grant)
        )
