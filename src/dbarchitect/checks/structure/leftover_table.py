"""Table that a copy, a test or a migration left behind.

Its name says old, backup or temporary, no query uses its indexes and nothing changes its rows: it takes room in every backup and replica, keeps
personal data past its time, and one day somebody writes to the wrong one.

Ignore it when it is kept on purpose; then move it to a schema of archives.
"""

import re
from collections.abc import Iterator

from dbarchitect.checks._counts import counted
from dbarchitect.checks._names import mentions
from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import in_bytes, share_of_database, table_facts
from dbarchitect.model.catalog import Table, TableKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.columns import RENAMED_ASIDE, rename_table
from dbarchitect.sql.identifiers import shorten_name

CODES = ("SCH-22", "SCH-21")
ENGINES = RELATIONAL
NEEDS_LIVE = True
_LEFT = re.compile(
    r"(?:^|_)(?:old|bak|bkp|backup|copy|tmp|deleteme|unused|obsolete|deprecated)_?\d*$|^(?:tmp|old|bak|backup|copy_of|zz|xx)_"
    r"|_(?:bak|backup|old|copy)_?(?:19|20)?\d{2,8}$|_(?:19|20)\d\d(?:0[1-9]|1[0-2])[0-3]\d$",
    re.I,
)
_FEW_SCANS = 3


def _is_used(snapshot: Snapshot, table: Table) -> bool:
    """True when counters show index reads, changes or more than a backup's scans, or when other objects depend on it."""
    usage, name = table.usage, table.name
    if usage is None or (usage.index_scans or 0) or (usage.rows_updated or 0) or (usage.rows_deleted or 0):
        return True
    # where rows are counted instead of scans: reads of a few whole tables are a backup's
    rows = max(1.0, snapshot.rows(table) or 0)
    if usage.sequential_scans is None and (usage.sequential_rows or 0) > _FEW_SCANS * rows:
        return True
    if usage.index_scans is None and any(i.usage.scans > _FEW_SCANS * rows for i in table.indexes if i.usage):
        return True
    # a load that filled it once is no use; more inserts than rows are
    if (usage.sequential_scans or 0) > _FEW_SCANS or (usage.rows_inserted or 0) > max(
        usage.live_rows or 0, snapshot.rows(table) or 0
    ):
        return True
    catalog = snapshot.catalog
    referred = any(k.target == name and t.name != name for t, k in catalog.references())
    viewed = bool(snapshot.views_over(name))
    coded = any(mentions(r.definition, name.name) for r in catalog.routines)
    return referred or viewed or coded or bool(snapshot.triggers_on(name))


def leftovers(snapshot: Snapshot) -> Iterator[Table]:
    """The tables named like a leftover that nothing in the counting window used."""
    for table in own_tables(snapshot):
        named = _LEFT.search(table.name.name) and not table.name.name.startswith(RENAMED_ASIDE)
        if named and table.kind is TableKind.TABLE and not _is_used(snapshot, table):
            yield table


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table named like a leftover that nothing in the counting window used."""
    age = snapshot.counters_age
    window = f"in {counted(age.days, 'day')}" if age and age.days else "since the counters began"
    for table in leftovers(snapshot):
        scanned = table.usage.sequential_scans if table.usage else None
        seen = f"it was scanned {counted(scanned, 'time')}" if scanned is not None else "hardly a row was read"
        old = age is not None and age.days >= limits.counters_age_days
        yield Finding(
            subject=table_subject(table.name),
            title="looks left behind",
            claim=(
                f"{table.name} ({table_facts(snapshot, table)}) is named like a leftover; {window} its indexes were not read, no row was "
                f"changed, and {seen}."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"counters {window}; no view, foreign key, trigger or function names it"),),
            change=rename_table(table, shorten_name(snapshot.engine, f"{RENAMED_ASIDE}{table.name.name}"), engine=snapshot.engine),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY if old else Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table),
            benefit=f"{in_bytes(snapshot.bytes(table) or 0)} less, once it has been dropped some weeks after nobody missed it",
            retires=table.name,
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE users_backup_20240131 (id bigint, email text); INSERT INTO users_backup_20240131 SELECT i, 'x' FROM generate_series(1, 200) i;",
        good="""
CREATE TABLE threshold (id bigint PRIMARY KEY); CREATE TABLE household (id bigint PRIMARY KEY); CREATE TABLE hardcopy (id bigint PRIMARY KEY);
CREATE TABLE prices_old (id bigint PRIMARY KEY, n int); INSERT INTO prices_old SELECT i, i FROM generate_series(1, 50) i;
UPDATE prices_old SET n = 2 WHERE id = 3; SELECT pg_stat_force_next_flush();
CREATE TABLE users_bak (id bigint PRIMARY KEY); CREATE VIEW everybody AS SELECT id FROM users_bak;
""",
        yields=("table public.users_backup_20240131",),
    ),
    Example(
        Engine.MARIADB,
        bad="""CREATE TABLE users_backup_20240131 (id bigint, email varchar(80));
INSERT INTO users_backup_20240131 SELECT seq, 'x' FROM seq_1_to_200; ANALYZE TABLE users_backup_20240131;""",
        good="""
CREATE TABLE threshold (id bigint PRIMARY KEY); CREATE TABLE household (id bigint PRIMARY KEY);
CREATE TABLE prices_old (id bigint PRIMARY KEY, n int); INSERT INTO prices_old SELECT seq, seq FROM seq_1_to_50;
UPDATE prices_old SET n = 2 WHERE id = 3;
CREATE TABLE users_bak (id bigint PRIMARY KEY); CREATE VIEW everybody AS SELECT id FROM users_bak;
""",
        yields=("table {database}.users_backup_20240131",),
    ),
)
