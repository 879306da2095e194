"""What only PostgreSQL has: typed facts beside the neutral catalogue. Sizes are bytes, times milliseconds, ages transactions."""

from dataclasses import dataclass
from datetime import datetime

from dbarchitect.model.names import QualifiedName
from dbarchitect.model.statistics import ExtendedStatistics


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of pg_settings. `value`, `boot_value` are in `unit`; `source` is default, configuration file, database …

    `source_file` is pg_settings.sourcefile (pg_read_all_settings only): it tells postgresql.auto.conf, where ALTER SYSTEM
    writes, from postgresql.conf.
    """

    name: str
    value: str
    unit: str | None
    source: str
    boot_value: str | None
    context: str
    pending_restart: bool = False
    source_file: str | None = None


@dataclass(frozen=True, slots=True)
class ScopedSetting:
    """ALTER DATABASE/ROLE … SET: `database` or `role` is None for all."""

    database: str | None
    role: str | None
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Role:
    """A role. `sessions` are its client sessions of the moment; `password_kind` scram-sha-256, md5, none or None (unreadable)."""

    name: str
    superuser: bool
    login: bool
    create_role: bool
    create_database: bool
    replication: bool
    bypass_rls: bool
    connection_limit: int
    valid_until: datetime | None = None
    member_of: tuple[str, ...] = ()
    sessions: int = 0
    password_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """One grantee's privileges on one object. `grantee` is PUBLIC for everybody; `object_kind` table, column, schema,
    sequence, function, type, database, default (then `object_name` names the schema, `column` the object class)."""

    object_kind: str
    object_name: QualifiedName
    grantee: str
    grantor: str
    privileges: tuple[str, ...]
    grantable: bool = False
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A row-security policy. `command` is ALL, SELECT, INSERT, UPDATE or DELETE; `roles` PUBLIC or names."""

    name: str
    table: QualifiedName
    permissive: bool
    command: str
    roles: tuple[str, ...]
    using: str | None
    with_check: str | None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """An installed extension; `available_version` is the newest that the server's files offer."""

    name: str
    version: str
    schema: str
    available_version: str | None = None


@dataclass(frozen=True, slots=True)
class SchemaFacts:
    """A schema's owner and who may create in it."""

    name: str
    owner: str
    public_create: bool
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class PostgresTable:
    """PostgreSQL's own facts of a table. `replica_identity` is default, nothing, full or index."""

    name: QualifiedName
    row_security: bool = False
    row_security_forced: bool = False
    replica_identity: str = "default"
    frozen_xid_age: int | None = None
    multixact_age: int | None = None
    all_visible_pages: int | None = None
    all_frozen_pages: int | None = None
    toast_frozen_xid_age: int | None = None
    rows_inserted_since_vacuum: int | None = None
    vacuum_count: int | None = None
    autovacuum_count: int | None = None
    readable: bool = True


@dataclass(frozen=True, slots=True)
class Session:
    """A client session of pg_stat_activity at the moment of reading. `query` is normalised; ages are at `Snapshot.taken_at`."""

    pid: int
    user: str | None
    database: str | None
    application: str
    state: str | None
    backend_type: str
    backend_start: datetime | None = None
    transaction_start: datetime | None = None
    query_start: datetime | None = None
    state_change: datetime | None = None
    wait_event_type: str | None = None
    wait_event: str | None = None
    blocked_by: tuple[int, ...] = ()
    horizon_age: int | None = None
    query: str | None = None
    ssl: bool | None = None
    local: bool = True


@dataclass(frozen=True, slots=True)
class HeldLock:
    """A relation lock held or awaited by a session: mode as pg_locks spells it (`AccessExclusiveLock`)."""

    pid: int
    relation: QualifiedName
    mode: str
    granted: bool


@dataclass(frozen=True, slots=True)
class PreparedTransaction:
    """A two-phase transaction left open."""

    identity: str
    prepared: datetime
    owner: str
    database: str
    age: int


@dataclass(frozen=True, slots=True)
class ReplicationSlot:
    """A slot and the WAL that it keeps. `wal_status` reserved, extended, unreserved or lost; `xmin_age` also of catalog_xmin."""

    name: str
    kind: str
    active: bool
    temporary: bool
    database: str | None
    plugin: str | None
    retained_bytes: int | None
    wal_status: str | None
    xmin_age: int | None
    inactive_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Replica:
    """A standby as its primary sees it; lags in bytes of WAL and ms."""

    application: str
    state: str
    sync_state: str
    replay_lag_bytes: int | None
    replay_lag_ms: float | None


@dataclass(frozen=True, slots=True)
class DatabaseActivity:
    """pg_stat_database of the inspected database, and its transaction age."""

    commits: int
    rollbacks: int
    blocks_read: int
    blocks_hit: int
    temporary_files: int
    temporary_bytes: int
    deadlocks: int
    conflicts: int
    checksum_failures: int | None
    sessions: int | None
    session_ms: float | None
    statistics_reset: datetime | None
    frozen_xid_age: int
    multixact_age: int


@dataclass(frozen=True, slots=True)
class ServerActivity:
    """Counters of the whole server: checkpoints, background writer, archiver, WAL."""

    timed_checkpoints: int | None = None
    requested_checkpoints: int | None = None
    checkpoint_write_ms: float | None = None
    checkpoint_buffers: int | None = None
    backend_buffers: int | None = None
    clean_buffers: int | None = None
    max_written_clean: int | None = None
    checkpoint_reset: datetime | None = None
    wal_bytes: int | None = None
    wal_buffers_full: int | None = None
    wal_reset: datetime | None = None
    archived_count: int | None = None
    archive_failed_count: int | None = None
    last_archived: datetime | None = None
    last_archive_failed: datetime | None = None


@dataclass(frozen=True, slots=True)
class IoActivity:
    """A row of pg_stat_io (16+) with any reads, writes or extends."""

    backend_type: str
    object: str
    context: str
    reads: int | None
    writes: int | None
    extends: int | None
    hits: int | None
    evictions: int | None
    fsyncs: int | None
    read_ms: float | None
    write_ms: float | None


@dataclass(frozen=True, slots=True)
class VacuumProgress:
    """A vacuum that is running."""

    pid: int
    table: QualifiedName
    phase: str
    heap_blocks_total: int
    heap_blocks_scanned: int
    index_vacuum_count: int


@dataclass(frozen=True, slots=True)
class HbaRule:
    """A rule of pg_hba_file_rules (superusers only)."""

    line: int
    kind: str
    databases: tuple[str, ...]
    users: tuple[str, ...]
    address: str | None
    method: str


@dataclass(frozen=True, slots=True)
class HostFacts:
    """The machine under the server, when it can be read. Bytes."""

    memory_bytes: int | None = None
    processors: int | None = None
    huge_pages_total: int | None = None
    huge_page_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """A logical publication: which tables and which changes; empty `tables` with `all_tables` means every one."""

    name: str
    all_tables: bool
    tables: tuple[QualifiedName, ...]
    updates: bool
    deletes: bool


@dataclass(frozen=True, slots=True)
class ForeignServer:
    """A foreign server and its wrapper; options never hold secrets (those stand in user mappings, which are not read)."""

    name: str
    wrapper: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BloatMeasure:
    """Dead and free space of a table or index as pgstattuple counted it; only where the extension is installed and readable."""

    relation: QualifiedName
    bytes: int
    free_bytes: int
    dead_bytes: int


@dataclass(frozen=True, slots=True)
class PostgresFacts:
    """All of the above for one server and database."""

    settings: tuple[Setting, ...] = ()
    scoped_settings: tuple[ScopedSetting, ...] = ()
    roles: tuple[Role, ...] = ()
    grants: tuple[Grant, ...] = ()
    policies: tuple[Policy, ...] = ()
    extensions: tuple[Extension, ...] = ()
    schemas: tuple[SchemaFacts, ...] = ()
    tables: tuple[PostgresTable, ...] = ()
    extended_statistics: tuple[ExtendedStatistics, ...] = ()
    sessions: tuple[Session, ...] = ()
    locks: tuple[HeldLock, ...] = ()
    prepared_transactions: tuple[PreparedTransaction, ...] = ()
    slots: tuple[ReplicationSlot, ...] = ()
    replicas: tuple[Replica, ...] = ()
    database: DatabaseActivity | None = None
    server: ServerActivity | None = None
    io: tuple[IoActivity, ...] = ()
    vacuums: tuple[VacuumProgress, ...] = ()
    hba_rules: tuple[HbaRule, ...] = ()
    publications: tuple[Publication, ...] = ()
    foreign_servers: tuple[ForeignServer, ...] = ()
    host: HostFacts | None = None
    in_recovery: bool = False
    current_user: str = ""
    current_user_superuser: bool = False
    started_at: datetime | None = None

    def setting(self, name: str) -> Setting | None:
        """The setting of that name."""
        return next((s for s in self.settings if s.name == name), None)
