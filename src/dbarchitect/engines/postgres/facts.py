"""PostgreSQL's own facts, put together."""

from dbarchitect.engines.postgres.access import (
    make_schemas,
    note_hidden_settings,
    read_extensions,
    read_grants,
    read_hba_rules,
    read_policies,
    read_roles,
    read_scoped_settings,
)
from dbarchitect.engines.postgres.activity import ActivityReader
from dbarchitect.engines.postgres.catalog import CatalogReading
from dbarchitect.engines.postgres.host import read_host
from dbarchitect.engines.postgres.secrets import masked_options
from dbarchitect.engines.postgres.session import ReadSession
from dbarchitect.engines.postgres.statistics import read_extended_statistics
from dbarchitect.model.names import QualifiedName
from dbarchitect.model.postgres import DatabaseActivity, ForeignServer, PostgresFacts, PostgresTable, Publication, Setting

_REPLICA_IDENTITY = {"d": "default", "n": "nothing", "f": "full", "i": "index"}


def read_facts(
    session: ReadSession,
    reading: CatalogReading,
    settings: tuple[Setting, ...],
    activity: ActivityReader,
    database: DatabaseActivity | None,
) -> PostgresFacts:
    """Everything that the neutral catalogue has no place for. `settings` were read before the catalogue."""
    row = reading.database
    if not row.sees_settings:
        note_hidden_settings(session, row.reader)
    return PostgresFacts(
        settings=settings,
        scoped_settings=read_scoped_settings(session),
        roles=read_roles(session, row.superuser),
        grants=read_grants(session),
        policies=read_policies(session, reading),
        extensions=read_extensions(session),
        schemas=make_schemas(reading),
        tables=make_postgres_tables(reading),
        extended_statistics=read_extended_statistics(session, reading),
        sessions=activity.sessions(),
        locks=activity.locks(),
        prepared_transactions=activity.prepared_transactions(),
        slots=activity.slots(),
        replicas=activity.replicas(),
        database=database,
        server=activity.server(),
        io=activity.io(),
        vacuums=activity.vacuums(),
        hba_rules=read_hba_rules(session, row.superuser),
        publications=read_publications(session),
        foreign_servers=read_foreign_servers(session),
        host=read_host(session, row.reader, row.reads_files),
        in_recovery=row.in_recovery,
        current_user=row.reader,
        current_user_superuser=row.superuser,
        started_at=row.started_at,
    )


def make_postgres_tables(reading: CatalogReading) -> tuple[PostgresTable, ...]:
    """Facts of every table of the catalogue."""
    usage = reading.storage.usage
    found = []
    for oid, row in reading.relations.rows.items():
        if row.kind not in "rpf" or row.of_extension:
            continue
        used = usage.get(oid)
        found.append(
            PostgresTable(
                name=reading.relations.names[oid],
                row_security=row.row_security,
                row_security_forced=row.row_security_forced,
                replica_identity=_REPLICA_IDENTITY[row.replica_identity],
                frozen_xid_age=row.frozen_xid_age,
                multixact_age=row.multixact_age,
                all_visible_pages=row.all_visible_pages,
                all_frozen_pages=row.all_frozen_pages,
                toast_frozen_xid_age=row.toast_frozen_xid_age,
                rows_inserted_since_vacuum=used.rows_inserted_since_vacuum if used else None,
                vacuum_count=used.vacuum_count if used else None,
                autovacuum_count=used.autovacuum_count if used else None,
                readable=row.readable,
            )
        )
    return tuple(found)


def read_publications(session: ReadSession) -> tuple[Publication, ...]:
    """Logical publications with their tables."""
    tables: dict[str, list[QualifiedName]] = {}
    for row in session.ask("publication_tables"):
        tables.setdefault(row.publication, []).append(QualifiedName(row.schema, row.name))
    return tuple(
        Publication(row.name, row.all_tables, tuple(tables.get(row.name, ())), row.updates, row.deletes)
        for row in session.ask("publications")
    )


def read_foreign_servers(session: ReadSession) -> tuple[ForeignServer, ...]:
    """Foreign servers; options that look like secrets are hidden."""
    return tuple(ForeignServer(row.name, row.wrapper, masked_options(row.options)) for row in session.ask("foreign_servers"))
