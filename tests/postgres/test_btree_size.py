"""The predicted size of a fresh B-tree against the real one."""

import psycopg
import pytest

from dbarchitect.checks._btree import fresh_index_bytes
from dbarchitect.engines.postgres import open_source
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import QualifiedName

ROWS = 200_000
TABLE = f"""
CREATE TABLE t (id bigint, small int, few int, many text, wide text, price numeric(12, 2), at timestamptz, maybe bigint,
    flag boolean);
INSERT INTO t SELECT i, i % 30000, i % 7, md5((i / 3)::text), repeat('x', 60) || i, i * 1.25, now() + i * interval '1 s',
    CASE WHEN i % 10 = 0 THEN i END, i % 2 = 0 FROM generate_series(1, {ROWS}) i;
"""
INDEXES = {
    "unique_bigint": "UNIQUE INDEX {} ON t (id)",
    "bigint": "INDEX {} ON t (id)",
    "repeated_int": "INDEX {} ON t (small)",
    "seven_values": "INDEX {} ON t (few)",
    "threefold_text": "INDEX {} ON t (many)",
    "wide_text": "INDEX {} ON t (wide)",
    "numeric": "INDEX {} ON t (price)",
    "two_columns": "INDEX {} ON t (few, id)",
    "text_and_time": "INDEX {} ON t (many, at)",
    "mostly_null": "INDEX {} ON t (maybe)",
    "boolean": "INDEX {} ON t (flag)",
    "included": "INDEX {} ON t (small) INCLUDE (at)",
    "loose": "INDEX {} ON t (id) WITH (fillfactor = 60)",
    "partial": "INDEX {} ON t (id) WHERE flag",
}


@pytest.fixture
def sizes(fresh_database: str) -> dict[str, tuple[int, int]]:
    with psycopg.connect(fresh_database, autocommit=True) as session:
        session.execute(TABLE.encode())
        for name, words in INDEXES.items():
            session.execute(f"CREATE {words.format(name)}".encode())
        session.execute("VACUUM ANALYZE t")
    with open_source(fresh_database, limits=Limits()) as source:
        snapshot = source.snapshot()
    table = snapshot.table(QualifiedName("public", "t"))
    assert table is not None
    return {i.name.name: (fresh_index_bytes(snapshot, table, i) or 0, i.bytes or 0) for i in table.indexes}


def test_prediction_is_within_fifteen_percent_below_and_on_the_large_side(sizes: dict[str, tuple[int, int]]) -> None:
    ratios = {name: predicted / real for name, (predicted, real) in sizes.items()}
    assert ratios.keys() == INDEXES.keys()
    assert {name: ratio for name, ratio in ratios.items() if not 0.85 <= ratio <= 1.6} == {}
