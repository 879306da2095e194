"""PostgreSQL's data types in the neutral model's terms."""

from typing import Any

from dbarchitect.engines.postgres.session import Rows
from dbarchitect.model.catalog import DataType, TypeFamily
from dbarchitect.model.names import QualifiedName

_FAMILIES = {
    name: family
    for family, names in {
        TypeFamily.INTEGER: "int2 int4 int8",
        TypeFamily.DECIMAL: "numeric",
        TypeFamily.FLOAT: "float4 float8",
        TypeFamily.MONEY: "money",
        TypeFamily.BOOLEAN: "bool",
        TypeFamily.TEXT: "text citext name",
        TypeFamily.VARCHAR: "varchar",
        TypeFamily.CHAR: "bpchar char",
        TypeFamily.BINARY: "bytea",
        TypeFamily.BIT: "bit varbit",
        TypeFamily.DATE: "date",
        TypeFamily.TIME: "time",
        TypeFamily.TIME_TZ: "timetz",
        TypeFamily.TIMESTAMP: "timestamp",
        TypeFamily.TIMESTAMP_TZ: "timestamptz",
        TypeFamily.INTERVAL: "interval",
        TypeFamily.UUID: "uuid",
        TypeFamily.JSON: "json",
        TypeFamily.JSONB: "jsonb",
        TypeFamily.XML: "xml",
        TypeFamily.NETWORK: "inet cidr macaddr macaddr8",
        TypeFamily.GEOMETRY: "point line lseg box path polygon circle geometry geography raster box2d box3d",
        TypeFamily.TEXT_SEARCH: "tsvector tsquery",
        TypeFamily.VECTOR: "vector halfvec sparsevec",
        TypeFamily.OBJECT_ID: (
            "oid regproc regprocedure regoper regoperator regclass regtype regconfig regdictionary regnamespace regrole "
            "regcollation xid xid8 cid tid"
        ),
    }.items()
    for name in names.split()
}
_KINDS = {"e": TypeFamily.ENUM, "r": TypeFamily.RANGE, "m": TypeFamily.RANGE, "c": TypeFamily.COMPOSITE}


class DataTypes:
    """Makes data types out of pg_type's rows; equal ones are one object, which keeps large catalogues small."""

    def __init__(self, rows: Rows) -> None:
        self._types: dict[int, Any] = {row.oid: row for row in rows}
        self._made: dict[tuple[int, int], DataType] = {}

    def data_type(self, oid: int, modifier: int, text: str) -> DataType:
        """The type of pg_attribute's atttypid and atttypmod; `text` is format_type's."""
        key = (oid, modifier)
        if key not in self._made:
            self._made[key] = self._make(oid, modifier, text)
        return self._made[key]

    def _make(self, oid: int, modifier: int, text: str) -> DataType:
        row = declared = self._types[oid]
        while row.kind == "d":
            modifier = row.modifier if modifier == -1 else modifier
            row = self._types[row.base]
        family = self._family(row)
        named = self._types.get(row.element, row) if family is TypeFamily.ARRAY else row
        length, precision, scale = _modified(named.name, modifier)
        return DataType(
            text=text,
            name=named.name,
            family=family,
            length=length,
            precision=precision,
            scale=scale,
            bytes=row.length if row.length > 0 else None,
            domain=QualifiedName(declared.schema, declared.name) if declared.kind == "d" else None,
            user_defined=QualifiedName(named.schema, named.name) if named.schema != "pg_catalog" else None,
        )

    def _family(self, row: Any) -> TypeFamily:
        if row.category == "A" and row.element:
            return TypeFamily.ARRAY
        if row.kind in _KINDS:
            return _KINDS[row.kind]
        return _FAMILIES.get(row.name, TypeFamily.OTHER)


def _modified(name: str, modifier: int) -> tuple[int | None, int | None, int | None]:
    """Length, precision and scale out of a type modifier (src/backend/utils/adt: varchar.c, numeric.c, varbit.c, timestamp.c)."""
    if modifier < 0:
        return None, None, None
    if name in ("varchar", "bpchar"):
        return modifier - 4, None, None
    if name in ("bit", "varbit"):
        return modifier, None, None
    if name == "numeric":
        packed = modifier - 4
        return None, (packed >> 16) & 0xFFFF, ((packed & 0x7FF) ^ 1024) - 1024  # 11 bits, signed from 15 on
    if name in ("time", "timetz", "timestamp", "timestamptz"):
        return None, modifier, None
    return None, None, None
