"""Column statistics: MariaDB's engine-independent ones, MySQL's histograms, else the indexes' cardinality."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence

from dbarchitect.engines.mysql.session import Row
from dbarchitect.model.catalog import Table
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.statistics import ColumnStatistics


def _text(value: object) -> str:
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)


def _mariadb_histogram(text: str) -> tuple[tuple[str, ...], tuple[tuple[str, float], ...]]:
    """Bounds and single values with their shares of a JSON_HB histogram; `start_hex` holds what is not valid text. Values that have
    a bucket of their own are no bounds, as in PostgreSQL."""
    buckets = json.loads(text).get("histogram_hb", [])
    ranges = [b for b in buckets if b.get("ndv") != 1]
    bounds = [str(b["start"]) for b in ranges if "start" in b] + [str(b["end"]) for b in ranges[-1:] if "end" in b]
    single = [(str(b["start"]), float(b["size"])) for b in buckets if b.get("ndv") == 1 and "start" in b]
    return tuple(bounds), tuple(sorted(single, key=lambda pair: -pair[1]))


def _mariadb_row(schema: str, row: Row) -> ColumnStatistics:
    nulls, frequency, rows = float(row["null_share"] or 0), float(row["average_frequency"] or 0), float(row["row_count"] or 0)
    share = (1 - nulls) / frequency if frequency else 0.0
    bounds: tuple[str, ...] = tuple(_text(v) for v in (row["minimum"], row["maximum"]) if v is not None)
    common: tuple[tuple[str, float], ...] = ()
    if row["histogram"]:
        bounds, common = _mariadb_histogram(_text(row["histogram"]))
    # of two values at most the smallest and the largest are all; their shares are not known
    few = tuple(dict.fromkeys(bounds)) if not row["histogram"] and bounds and round(share * rows) == len(set(bounds)) else ()
    return ColumnStatistics(
        table=QualifiedName(schema, str(row["table_name"])),
        column=str(row["name"]),
        null_fraction=nulls,
        # as PostgreSQL does: a share of the rows where it grows with them
        distinct=-share if share > 0.1 else round(share * rows),
        average_bytes=round(float(row["average_bytes"] or 0)),
        common_values=few or tuple(value for value, _ in common),
        common_frequencies=tuple(share for _, share in common),
        histogram_bounds=() if few else bounds,
    )


def _mysql_value(value: object) -> str:
    """A value of a histogram; strings come as `base64:type254:…`."""
    if isinstance(value, str) and value.startswith("base64:"):
        return base64.b64decode(value.rpartition(":")[2]).decode("utf-8", errors="replace")
    return str(value)


def _mysql_row(schema: str, row: Row) -> ColumnStatistics:
    histogram = json.loads(row["histogram"]) if isinstance(row["histogram"], str) else row["histogram"]
    buckets, nulls = histogram["buckets"], float(histogram.get("null-values", 0))
    common: list[tuple[str, float]] = []
    bounds: tuple[str, ...] = ()
    if histogram["histogram-type"] == "singleton":
        before = 0.0
        for value, cumulative in buckets:
            common.append((_mysql_value(value), cumulative - before))
            before = cumulative
        distinct = len(buckets)
    else:
        bounds = tuple(_mysql_value(b[0]) for b in buckets) + tuple(_mysql_value(b[1]) for b in buckets[-1:])
        distinct = sum(int(b[3]) for b in buckets)
    common.sort(key=lambda pair: -pair[1])
    return ColumnStatistics(
        table=QualifiedName(schema, str(row["table_name"])),
        column=str(row["name"]),
        null_fraction=nulls,
        distinct=float(distinct),
        average_bytes=0,
        common_values=tuple(value for value, _ in common),
        common_frequencies=tuple(share for _, share in common),
        histogram_bounds=bounds,
    )


def _from_cardinality(tables: Iterable[Table], rows: Sequence[Row]) -> dict[tuple[str, str], ColumnStatistics]:
    """Distinct values of leading index columns; of a nullable column the share of nulls is not known, so it is left out."""
    found: dict[tuple[str, str], ColumnStatistics] = {}
    by_name = {table.name.name: table for table in tables}
    for row in rows:
        table = by_name.get(str(row["table_name"]))
        column = table.column(str(row["column_name"])) if table else None
        if not table or not column or column.nullable or row["position"] != 1 or row["cardinality"] is None or row["prefix_length"]:
            continue
        count, whole = float(row["cardinality"]), table.rows or 0.0
        alone = any(key.columns == (column.name,) for key in table.keys)
        distinct = -1.0 if alone else min(count, whole) if whole else count
        found[table.name.name, column.name] = ColumnStatistics(table.name, column.name, 0.0, distinct, column.type.bytes or 0)
    return found


def build_statistics(
    engine: Engine, schema: str, tables: Sequence[Table], index_rows: Sequence[Row], own_rows: Sequence[Row]
) -> tuple[ColumnStatistics, ...]:
    """One row per column of which anything is known, the server's own column statistics first."""
    convert = _mariadb_row if engine is Engine.MARIADB else _mysql_row
    found: Mapping[tuple[str, str], ColumnStatistics] = {
        **_from_cardinality(tables, index_rows),
        **{(str(row["table_name"]), str(row["name"])): convert(schema, row) for row in own_rows},
    }
    return tuple(found[key] for key in sorted(found))
