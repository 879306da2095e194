"""The planner's statistics, and what the reading role may not see of them."""

from dbarchitect.engines.postgres.catalog import CatalogReading
from dbarchitect.engines.postgres.rights import denied_gap, filtered_gap, sequences_gap
from dbarchitect.engines.postgres.session import ReadSession
from dbarchitect.model.names import QualifiedName
from dbarchitect.model.snapshot import Gap
from dbarchitect.model.statistics import ColumnStatistics, ExtendedStatistics


def read_statistics(session: ReadSession, reading: CatalogReading) -> tuple[ColumnStatistics, ...]:
    """Every row of pg_stats of the user's own tables and views."""
    names = reading.relations.names
    own = {name: name for oid, name in names.items() if reading.relations.own(oid)}
    session.gaps.extend(_unreadable(reading))
    found = []
    for row in session.ask_if_possible("statistics", "the planner's statistics", "GRANT SELECT ON pg_stats to the reading role."):
        table = own.get(QualifiedName(row.schema, row.table_name))
        if table is not None:
            found.append(
                ColumnStatistics(
                    table=table,
                    column=row.column_name,
                    null_fraction=row.null_fraction,
                    distinct=row.distinct_values,
                    average_bytes=row.average_bytes,
                    correlation=row.correlation,
                    common_values=_texts(row.common_values),
                    common_frequencies=tuple(row.common_frequencies or ()),
                    histogram_bounds=_texts(row.histogram_bounds),
                    common_elements=_texts(row.common_elements),
                    common_element_frequencies=tuple(row.common_element_frequencies or ()),
                    element_count_histogram=tuple(row.element_count_histogram or ()),
                    inherited=row.inherited,
                )
            )
    return tuple(found)


def _texts(values: list[str | None] | None) -> tuple[str, ...]:
    return tuple(value or "" for value in values or ())


def read_extended_statistics(session: ReadSession, reading: CatalogReading) -> tuple[ExtendedStatistics, ...]:
    """CREATE STATISTICS objects with what ANALYZE found for them."""
    relations = reading.relations
    kinds = {"d": "ndistinct", "f": "dependencies", "m": "mcv", "e": "expressions"}
    rows = session.ask_if_possible(
        "extended_statistics",
        "extended statistics",
        "GRANT SELECT ON pg_stats_ext to the reading role.",
        locked=relations.locked,
    )
    return tuple(
        ExtendedStatistics(
            name=QualifiedName(row.schema, row.name),
            table=relations.names[row.relation],
            columns=relations.columns_of(row.relation, row.columns),
            kinds=tuple(kinds[kind] for kind in row.kinds if kind in kinds),
            definition=row.definition,
            ndistinct=row.ndistinct,
            dependencies=row.dependencies,
        )
        for row in rows
        if relations.own(row.relation)
    )


def _unreadable(reading: CatalogReading) -> list[Gap]:
    """What the role may not read: one gap for tables without SELECT, one for row security, one for sequences."""
    rows = [r for r in reading.relations.rows.values() if r.kind in "rpmf" and not r.of_extension]
    denied = [QualifiedName(r.schema, r.name) for r in rows if not r.readable]
    filtered = [QualifiedName(r.schema, r.name) for r in rows if r.readable and r.row_security_active]
    what, reader = "statistics and values of", reading.database.reader
    sequences = [s.name for s in reading.catalog.sequences if not s.readable]
    gaps = [denied_gap(what, denied, reader)] if denied else []
    gaps += [filtered_gap(what, filtered, reader)] if filtered else []
    return gaps + ([sequences_gap(sequences, reader)] if sequences else [])
