"""Updates that cannot stay on their page.

An update that changes no indexed column and finds room on the row's page writes no index at all (heap-only tuple, HOT). Pages
filled to the brim leave no such room. A fill factor below 100 keeps some, for pages written from then on.

Ignore it when the updates change indexed columns: then only fewer indexes help. The counters do not tell the two apart;
PostgreSQL 16 counts updates that left their page (n_tup_newpage_upd).
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._weigh import is_small, share_of_database, table_facts
from dbarchitect.checks._window import mature, window
from dbarchitect.model.catalog import Table, TableKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import set_storage_parameters, storage_parameters

CODES = ("IDX-20", "OPS-08")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_FEW_HOT = 0.5
_FILL = "85"


def _hot_share(table: Table, limits: Limits) -> float | None:
    """The share of heap-only updates of a full-page table that is updated often; None when it does not matter."""
    usage = table.usage
    if usage is None or table.kind is not TableKind.TABLE or "fillfactor" in storage_parameters(table) or len(table.indexes) < 2:
        return None
    updated, hot = usage.rows_updated or 0, usage.rows_hot_updated
    often = updated >= limits.dead_rows and updated >= (table.rows or 0) / 10
    return hot / updated if often and hot is not None else None


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each much updated table with full pages and few heap-only updates."""
    if not mature(snapshot, limits):
        return
    for table in snapshot.catalog.tables:
        share = _hot_share(table, limits)
        if share is None or share >= _FEW_HOT or is_small(snapshot, table, limits) or table.usage is None:
            continue
        change = set_storage_parameters(table, (("fillfactor", _FILL),))
        yield Finding(
            subject=table_subject(table.name),
            title=f"updates of {table.name.name} write every index",
            claim=(
                f"{share:.0%} of the {table.usage.rows_updated or 0:,} updates of {table.name} ({table_facts(snapshot, table)}) were "
                f"heap-only {window(snapshot)}; the others wrote every index ({len(table.indexes)} in all). Its fill factor is 100, so that full "
                "pages leave no room for a new row version."
            ),
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"{table.usage.rows_hot_updated or 0:,} of {table.usage.rows_updated or 0:,} updates were HOT",
                ),
            ),
            change=replace(
                change,
                assumptions=("most of these updates change no indexed column",),
                hazards=("only pages written from then on keep room; the table grows by up to a sixth",),
            ),
            severity=Severity.NOTICE,
            confidence=Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table),
            benefit="updates that change no indexed column write no index",
        )


_TABLE = """
CREATE TABLE accounts (id bigint PRIMARY KEY, owner text NOT NULL, balance int NOT NULL DEFAULT 0) WITH (fillfactor = {fill});
INSERT INTO accounts SELECT i, 'o' || i FROM generate_series(1, 20000) i;
CREATE INDEX owner ON accounts (owner);
"""
_UPDATE = "UPDATE accounts SET balance = 1; ANALYZE; SELECT pg_stat_force_next_flush();"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE.replace(" WITH (fillfactor = {fill})", "") + _UPDATE,
        good=_TABLE.format(fill=45) + _UPDATE,
        yields=("table public.accounts",),
        limits=Limits(counters_age_days=0),
    ),
    Example(
        Engine.POSTGRESQL,
        name="most updates are heap-only already",
        bad=_TABLE.replace(" WITH (fillfactor = {fill})", "") + _UPDATE,
        good=_TABLE.replace(" WITH (fillfactor = {fill})", "")
        + "UPDATE accounts SET balance = 1 WHERE id < 100; VACUUM accounts; UPDATE accounts SET balance = balance + 1 WHERE id = 5;"
        + "ANALYZE; SELECT pg_stat_force_next_flush();",
        yields=("table public.accounts",),
        limits=Limits(counters_age_days=0),
    ),
)
