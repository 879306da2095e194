"""Reading a large catalogue beside `pg_dump --schema-only` on the same database: min of 3 each, taken in turn.

Usage: python bench/read_catalog.py [TABLES ...]   (default: 1000 and 10000; each table has 3 indexes, a foreign key and a check)
The target: at 1,000 tables at most twice pg_dump's time, and linear from there.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from dbarchitect.engines.postgres import open_source
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.lab.postgres_programs import find_postgres
from dbarchitect.model.limits import Limits

RUNS = 3
BATCH = 200
TABLE = """
CREATE TABLE bench.table_{n} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_id bigint REFERENCES bench.table_{parent},
    name varchar(80) NOT NULL,
    email text,
    amount numeric(12, 2) NOT NULL DEFAULT 0 CHECK (amount >= 0),
    active boolean NOT NULL DEFAULT true,
    details jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz
);
CREATE INDEX ON bench.table_{n} (parent_id, created_at);
CREATE UNIQUE INDEX ON bench.table_{n} (lower(email)) WHERE active;
INSERT INTO bench.table_{n} (name, amount) VALUES ('a row, so that there are files to measure', 1);
"""


def fill(url: str, tables: int) -> None:
    """Make the tables, some hundred per transaction, so that the lock table is large enough."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA bench")
        for first in range(0, tables, BATCH):
            numbers = range(first, min(first + BATCH, tables))
            connection.execute("".join(TABLE.format(n=n, parent=max(0, n - 1)) for n in numbers).encode())
        connection.execute("ANALYZE pg_class, pg_attribute, pg_index, pg_constraint, pg_depend, pg_description, pg_type")


def read(url: str) -> None:
    """In a process of its own: read, and print seconds, peak bytes and what was found."""
    started = time.perf_counter()
    with open_source(url, limits=Limits()) as source:
        snapshot = source.snapshot()
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    counts = [len(snapshot.catalog.tables), sum(len(t.indexes) for t in snapshot.catalog.tables), len(snapshot.gaps)]
    print(json.dumps([seconds, peak, *counts]))


def timed(command: list[str]) -> tuple[float, str]:
    """Seconds and output of a command."""
    started = time.perf_counter()
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return time.perf_counter() - started, output


def measure(server: EmbeddedPostgres, tables: int) -> None:
    """Print one line for this number of tables."""
    name = f"bench_{tables}"
    server.create_database(name)
    url = server.url(name)
    fill(url, tables)
    dump = [str(find_postgres(None).folder / "pg_dump"), "--schema-only", "--file=/dev/null", url]
    dumps, reads, peak, found = [], [], 0, []
    for _ in range(RUNS):
        dumps.append(timed(dump)[0])
        _, output = timed([sys.executable, str(Path(__file__)), "--read", url])
        seconds, peak, *found = json.loads(output)
        reads.append(seconds)
    print(
        f"{found[0]:>6} tables, {found[1]:>6} indexes, {found[2]} gaps: pg_dump {min(dumps):6.2f} s, read {min(reads):6.2f} s, "
        f"ratio {min(reads) / min(dumps):.2f}, peak memory {peak / 1e6:.0f} MB",
        flush=True,
    )
    server.drop_database(name)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        read(sys.argv[2])
    else:
        # pg_dump locks every table in one transaction
        with EmbeddedPostgres(settings=(("max_locks_per_transaction", "1024"),)) as server:
            for count in [int(word) for word in sys.argv[1:]] or [1_000, 10_000]:
                measure(server, count)
