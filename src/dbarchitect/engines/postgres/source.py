"""A live PostgreSQL database as a source of snapshots and answers."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Self

import psycopg

from dbarchitect import __version__
from dbarchitect.engines.postgres.access import read_settings
from dbarchitect.engines.postgres.activity import ActivityReader
from dbarchitect.engines.postgres.answers import Answerer
from dbarchitect.engines.postgres.catalog import CatalogReading, read_catalog
from dbarchitect.engines.postgres.connection import NEWEST, Connection, check_server, connect, read_error, shown_source
from dbarchitect.engines.postgres.facts import read_facts
from dbarchitect.engines.postgres.session import CatalogChanged, ReadSession
from dbarchitect.engines.postgres.statistics import read_statistics
from dbarchitect.engines.postgres.workload import read_workload
from dbarchitect.errors import ConnectionLost
from dbarchitect.model.limits import Limits
from dbarchitect.model.postgres import Setting
from dbarchitect.model.progress import Progress, silent
from dbarchitect.model.questions import Answer, Question
from dbarchitect.model.snapshot import Gap, Origin, Snapshot
from dbarchitect.model.unmeasured import without_measures

_ATTEMPTS = 3


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No garbage collections: they would walk the growing catalogue, of which nothing is garbage, again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class PostgresSource:
    """An open, read-only connection. Use it as a context manager; it closes the connection."""

    def __init__(self, connection: Connection, limits: Limits, progress: Progress) -> None:
        self._connection = connection
        self._limits = limits
        self._progress = progress

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def snapshot(self, origin: Origin = Origin.LIVE) -> Snapshot:
        """Everything but answers. Raises SourceError's kinds."""
        for attempt in range(1, _ATTEMPTS + 1):
            session = ReadSession(self._connection, self._progress)
            try:
                settings = read_settings(session)
                session.begin()
                with _collector_paused():
                    return self._snapshot(session, read_catalog(session), settings, origin)
            except CatalogChanged as change:
                if attempt == _ATTEMPTS:
                    raise ConnectionLost(
                        f"Objects kept being dropped or altered while they were read: {change}",
                        "Run again when the migration has ended.",
                    ) from change
            except psycopg.Error as error:
                raise read_error(error, "the catalogue") from error
            finally:
                session.end()
        raise AssertionError("the last attempt returns or raises")

    def answers(self, questions: Sequence[Question]) -> tuple[tuple[Answer, ...], tuple[Gap, ...]]:
        """Answers by bounded queries, and gaps for questions without one. Raises SourceError's kinds."""
        session = ReadSession(self._connection, silent, int(1000 * self._limits.probe_seconds))
        try:
            session.begin()
            return Answerer(session, self._limits, self._progress, self._connection.info.user).answer(questions)
        except CatalogChanged as change:
            raise ConnectionLost(f"Tables were altered while they were read: {change}", "Run again.") from change
        except psycopg.Error as error:
            raise read_error(error, "answers") from error
        finally:
            session.end()

    def _snapshot(self, session: ReadSession, reading: CatalogReading, settings: tuple[Setting, ...], origin: Origin) -> Snapshot:
        activity = ActivityReader(session, reading.database.reader)
        database = activity.database()
        facts = read_facts(session, reading, settings, activity, database)
        if session.version > NEWEST:
            session.gaps.append(
                Gap(
                    f"what is new in PostgreSQL {session.version}",
                    f"this version reads PostgreSQL {NEWEST} and older; its newest queries were used",
                    "Upgrade dbarchitect.",
                )
            )
        live = origin is Origin.LIVE
        snapshot = Snapshot(
            catalog=reading.catalog,
            origin=origin,
            source=shown_source(self._connection),
            taken_at=reading.database.now,
            tool_version=__version__,
            statistics=read_statistics(session, reading),
            workload=read_workload(session, facts) if live else None,
            postgres=facts,
            counters_since=activity.counters_since(database, reading.database.stats_files),
        )
        snapshot = replace(snapshot, gaps=tuple(session.gaps))
        return snapshot if live else without_measures(snapshot)


def open_source(url: str, *, limits: Limits, progress: Progress = silent) -> PostgresSource:
    """Connect read only to a URL or libpq connection string. Raises SourceError's kinds."""
    connection = connect(url)
    try:
        check_server(connection)
    except BaseException:
        connection.close()
        raise
    return PostgresSource(connection, limits, progress)
