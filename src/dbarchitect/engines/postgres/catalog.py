"""The catalogue of a PostgreSQL database, in a fixed number of round trips whatever its size."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from dbarchitect.engines.postgres.indexes import read_indexes
from dbarchitect.engines.postgres.objects import (
    read_composites,
    read_domains,
    read_enums,
    read_ranges,
    read_routines,
    read_sequences,
    read_triggers,
    read_views,
)
from dbarchitect.engines.postgres.relations import Comments, Relations, read_columns
from dbarchitect.engines.postgres.session import ReadSession, Rows
from dbarchitect.engines.postgres.tables import Storage, make_tables
from dbarchitect.engines.postgres.types import DataTypes
from dbarchitect.model.catalog import Catalog
from dbarchitect.model.names import Engine, QualifiedName, ServerVersion
from dbarchitect.model.snapshot import Gap


@dataclass(frozen=True, slots=True)
class CatalogReading:
    """The catalogue, and the rows that the readers of PostgreSQL's own facts need too."""

    catalog: Catalog
    database: Any
    schemas: Rows
    relations: Relations
    storage: Storage


def read_catalog(session: ReadSession) -> CatalogReading:
    """Read everything that a database is made of. Raises SourceError's kinds; what can be missed becomes a gap."""
    (database,) = session.ask("database")
    relations = _relations(session)
    schemas = session.ask("schemas")
    constraints = session.ask("constraints", locked=relations.locked)
    index_usage = read_indexes(session, relations, constraints)
    storage = Storage(session, relations, index_usage)
    size = session.ask_if_possible("database_size", "size of the database", f"GRANT CONNECT ON DATABASE … TO {database.reader};")
    catalog = Catalog(
        engine=Engine.POSTGRESQL,
        version=ServerVersion(database.version_number // 10_000, database.version_number % 10_000),
        version_text=database.version_text,
        database=database.name,
        schemas=tuple(row.name for row in schemas),
        tables=make_tables(relations, constraints, storage),
        views=read_views(session, relations, storage),
        sequences=read_sequences(session, relations),
        enums=read_enums(session, relations),
        domains=read_domains(session, relations, constraints),
        composites=read_composites(session, relations),
        ranges=read_ranges(session, relations),
        triggers=read_triggers(session, relations),
        routines=read_routines(session, relations),
        collation=database.collation,
        encoding=database.encoding,
        size_bytes=size[0].bytes if size else None,
        comment=database.comment,
    )
    return CatalogReading(catalog, database, schemas, relations, storage)


def _relations(session: ReadSession) -> Relations:
    locked = _locked(session)
    rows = {row.oid: row for row in session.ask("relations", locked=locked)}
    parents: dict[int, list[int]] = defaultdict(list)
    for row in session.ask("parents"):
        parents[row.child].append(row.parent)
    relations = Relations(
        rows=rows,
        types=DataTypes(session.ask("types")),
        comments=Comments(session.ask("comments")),
        locked=locked,
        parents=parents,
        names={oid: QualifiedName(row.schema, row.name) for oid, row in rows.items()},
    )
    read_columns(session, relations)
    return relations


def _locked(session: ReadSession) -> tuple[int, ...]:
    """Relations under another session's ACCESS EXCLUSIVE lock, noted as a gap."""
    rows = session.ask("exclusive_locks")
    own = sorted({f"{row.schema}.{row.name} (session {row.pid})" for row in rows if not row.schema.startswith("pg_")})
    if own:
        session.gaps.append(
            Gap(
                f"sizes, checks, expression indexes and generated columns of locked tables: {', '.join(own[:20])}",
                "another session holds an ACCESS EXCLUSIVE lock on them",
                "Run again when that session has ended its transaction.",
            )
        )
    return tuple(sorted({row.relation for row in rows}))
