"""Column types of MySQL and MariaDB as neutral ones."""

import re
from typing import Any

from dbarchitect.model.catalog import DataType, TypeFamily

_FAMILIES = {
    "tinyint": TypeFamily.INTEGER, "smallint": TypeFamily.INTEGER, "mediumint": TypeFamily.INTEGER, "int": TypeFamily.INTEGER,
    "bigint": TypeFamily.INTEGER, "decimal": TypeFamily.DECIMAL, "float": TypeFamily.FLOAT, "double": TypeFamily.FLOAT,
    "bit": TypeFamily.BIT, "char": TypeFamily.CHAR, "varchar": TypeFamily.VARCHAR, "tinytext": TypeFamily.TEXT,
    "text": TypeFamily.TEXT, "mediumtext": TypeFamily.TEXT, "longtext": TypeFamily.TEXT, "binary": TypeFamily.BINARY,
    "varbinary": TypeFamily.BINARY, "tinyblob": TypeFamily.BINARY, "blob": TypeFamily.BINARY, "mediumblob": TypeFamily.BINARY,
    "longblob": TypeFamily.BINARY, "date": TypeFamily.DATE, "time": TypeFamily.TIME, "datetime": TypeFamily.TIMESTAMP,
    # a timestamp is kept in UTC and shown in the session's zone: an instant, as PostgreSQL's timestamptz
    "timestamp": TypeFamily.TIMESTAMP_TZ, "year": TypeFamily.YEAR, "enum": TypeFamily.ENUM, "set": TypeFamily.SET,
    "json": TypeFamily.JSON, "uuid": TypeFamily.UUID, "inet4": TypeFamily.NETWORK, "inet6": TypeFamily.NETWORK,
    "geometry": TypeFamily.GEOMETRY, "point": TypeFamily.GEOMETRY, "linestring": TypeFamily.GEOMETRY,
    "polygon": TypeFamily.GEOMETRY, "multipoint": TypeFamily.GEOMETRY, "multilinestring": TypeFamily.GEOMETRY,
    "multipolygon": TypeFamily.GEOMETRY, "geometrycollection": TypeFamily.GEOMETRY, "geomcollection": TypeFamily.GEOMETRY,
    "vector": TypeFamily.VECTOR,
}  # fmt: skip
_WIDTHS = {
    "tinyint": 1, "smallint": 2, "mediumint": 3, "int": 4, "bigint": 8, "float": 4, "double": 8, "date": 3, "year": 1,
    "uuid": 16, "inet4": 4, "inet6": 16,
}  # fmt: skip
_TIMES = {"time": 3, "datetime": 5, "timestamp": 4}  # and half a byte for each digit of the second, rounded up
_CHARACTERS = frozenset({TypeFamily.CHAR, TypeFamily.VARCHAR, TypeFamily.TEXT, TypeFamily.BINARY})


def _width(name: str, time_digits: int | None) -> int | None:
    if name in _TIMES:
        return _TIMES[name] + ((time_digits or 0) + 1) // 2
    return _WIDTHS.get(name)


def data_type(
    column_type: str, name: str, *, length: Any, precision: Any, scale: Any, time_digits: Any, numbered: bool, json: bool
) -> DataType:
    """The neutral type. `numbered`: auto_increment; `json`: MariaDB's longtext with json_valid() is its JSON type.

    tinyint(1) is how both servers keep BOOLEAN, unless it numbers rows.
    """
    name = "json" if json else name.lower()
    family = _FAMILIES.get(name, TypeFamily.OTHER)
    if re.match(r"tinyint\(1\)(?! unsigned)", column_type) and not numbered:
        family = TypeFamily.BOOLEAN
    bits = re.fullmatch(r"bit\((\d+)\)", column_type)
    return DataType(
        text=column_type,
        name=name,
        family=family,
        length=int(length) if length is not None and family in _CHARACTERS else (int(bits[1]) if bits else None),
        precision=int(precision) if precision is not None and family is TypeFamily.DECIMAL else time_digits,
        scale=int(scale) if scale is not None and family is TypeFamily.DECIMAL else None,
        bytes=_width(name, time_digits),
        unsigned=" unsigned" in column_type and family not in (TypeFamily.ENUM, TypeFamily.SET),
    )
