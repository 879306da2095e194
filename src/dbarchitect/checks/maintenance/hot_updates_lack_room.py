"""Updated rows find no room on their page.

An update that changes no indexed column can stay on its page and leave the indexes alone (HOT), if there is room. In a table that is filled to
the brim the new version goes elsewhere, and every index gets a new entry.

Ignore it when the updates change an indexed column: then room does not help (see the columns of its indexes). It takes effect for pages
written from now on.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._counts import counted
from dbarchitect.checks._weigh import is_small, share_of_database, table_facts
from dbarchitect.model.catalog import TableKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import literal, qualified, set_storage_parameters, storage_parameters

CODES = ("OPS-08",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_HOT_SHARE = 0.5
_OFTEN = 1.0  # updates per row in the counting window


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each full, often updated table whose updates seldom stay on their page."""
    for table in snapshot.catalog.tables:
        usage = table.usage
        if table.kind is not TableKind.TABLE or usage is None or not table.rows or is_small(snapshot, table, limits):
            continue
        updated, hot = usage.rows_updated or 0, usage.rows_hot_updated or 0
        if updated < _OFTEN * table.rows or updated < limits.dead_rows or hot >= _HOT_SHARE * updated:
            continue
        if "fillfactor" in storage_parameters(table) or not table.indexes:
            continue
        yield Finding(
            subject=table_subject(table.name),
            title=f"{hot / updated:.0%} of the updates of {table.name.name} stay on their page",
            claim=f"Of {updated:,} updates of {table.name} ({table_facts(snapshot, table)}) {hot:,} were HOT: each of the others wrote a new entry into "
            f"{counted(len(table.indexes), 'index')}.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"n_tup_upd {updated:,}, n_tup_hot_upd {hot:,}, fillfactor 100",
                    f"SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_all_tables WHERE relid = to_regclass({literal(qualified(table.name))})",
                ),
            ),
            change=replace(
                set_storage_parameters(table, (("fillfactor", "85"),)),
                assumptions=("the updates do not change an indexed column",),
                hazards=("pages that are full already stay full until they are rewritten",),
            ),
            severity=Severity.NOTICE,
            confidence=Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table),
            benefit="updates find room on their page and leave the indexes alone",
        )


_TABLE = """
CREATE TABLE carts (id bigint PRIMARY KEY, state int, note text) {options};
INSERT INTO carts SELECT i, 0, repeat('x', 50) FROM generate_series(1, 20000) i;
UPDATE carts SET state = 1;
ANALYZE carts;
SELECT pg_stat_force_next_flush();
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE.format(options=""),
        good=_TABLE.format(options="WITH (fillfactor = 45)"),
        yields=("table public.carts",),
    ),
)
