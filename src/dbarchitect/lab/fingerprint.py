"""Whether a database's catalogue is as it was: digests of what transactions wrote since, and counts of what is there."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.numeric import Int8

_QUERY = (Path(__file__).parent / "queries" / "postgres_fingerprint.sql").read_bytes()

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A catalogue as it was at one moment. `entries` are hashes, in this process, of each entry's kind, name and digest;
    `counts` how many of each kind; `since` the first transaction that it does not know."""

    since: int
    counts: frozenset[tuple[str, int]]
    entries: frozenset[int] = field(repr=False)


def take_fingerprint(connection: Connection) -> Fingerprint:
    """All of the catalogue. The session must be a superuser's with an empty search_path, as in `differences`."""
    rows = _read(connection, 0)
    entries = frozenset(hash((kind, entry)) for kind, _, changed in rows for entry in changed or ())
    return Fingerprint(_next_transaction(connection), _counts(rows), entries)


def differences(connection: Connection, start: Fingerprint) -> tuple[str, ...]:
    """What is not as it was at the start, in words: `index public.ix differs`, `1 constraint fewer`; empty when all is the same."""
    rows = _read(connection, start.since)
    found = [
        f"{kind} {entry.partition(chr(9))[0]} is new or differs"
        for kind, _, changed in rows
        for entry in changed or ()
        if hash((kind, entry)) not in start.entries
    ]
    before = dict(start.counts)
    for kind, count in sorted(_counts(rows)):
        missing = before.get(kind, 0) - count
        if missing > 0:
            found.append(f"{missing} {kind} fewer than before")
    return tuple(found)


def _counts(rows: list[tuple[str, int, list[str] | None]]) -> frozenset[tuple[str, int]]:
    return frozenset((kind, count) for kind, count, _ in rows)


def _read(connection: Connection, since: int) -> list[tuple[str, int, list[str] | None]]:
    return [(kind, count, changed) for kind, count, changed in connection.execute(_QUERY, {"since": Int8(since)}, prepare=True)]


def _next_transaction(connection: Connection) -> int:
    row = connection.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()
    return int(row[0]) if row else 0
