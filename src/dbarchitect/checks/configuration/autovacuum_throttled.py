"""Autovacuum is slowed down as for a small database.

By default all autovacuum workers together pause so often that they read and write a few tens of megabytes a second. In a database of hundreds
of gigabytes that is changed all day a vacuum of the large tables then takes hours, and dead rows grow faster than they go.

Ignore it when vacuums end in time: see dead rows and ages of the tables. Databases without very large, changing tables are left out.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._counts import counted
from dbarchitect.checks._settings import known, number, setting_subject
from dbarchitect.checks._weigh import in_bytes
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import change_setting

CODES = ("CPG-14", "OPS-03")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_SLOW_PER_MS = 100.0  # cost units; the defaults of version 12 and later give 200 per 2 ms
_LARGE = 50


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when the cost limit per millisecond is at most the default and very large tables are changed."""
    facts = snapshot.postgres
    setting, general = known(facts, "autovacuum_vacuum_cost_limit"), number(known(facts, "vacuum_cost_limit"))
    limit, delay = number(setting), number(known(facts, "autovacuum_vacuum_cost_delay"))
    limit = general if limit == -1 else limit
    delay = number(known(facts, "vacuum_cost_delay")) if delay == -1 else delay
    if setting is None or not limit or not delay or limit / delay > _SLOW_PER_MS:
        return
    large = [
        t
        for t in snapshot.catalog.tables
        if t.size
        and t.usage
        and t.size.total_bytes >= _LARGE * limits.large_table_bytes
        and (t.usage.rows_updated or 0) + (t.usage.rows_deleted or 0) > 0
    ]
    if not large:
        return
    largest = max(large, key=lambda t: t.size.total_bytes if t.size else 0)
    size = in_bytes(largest.size.total_bytes if largest.size else 0)
    yield Finding(
        subject=setting_subject(setting.name),
        title="autovacuum is slowed down as for a small database",
        claim=f"All autovacuum workers together may spend {limit:.0f} cost units per {delay:g} ms; the largest of {counted(len(large), 'very large, changing table')} is "
        f"{largest.name} with {size}.",
        evidence=(
            Evidence(
                EvidenceKind.OBSERVED,
                f"pg_settings: cost limit {limit:.0f}, delay {delay:g} ms",
                "SELECT name, setting FROM pg_settings WHERE name LIKE '%vacuum_cost_%'",
            ),
        ),
        change=replace(change_setting(setting, "1000"), hazards=("vacuum reads and writes more per second",)),
        severity=Severity.NOTICE,
        confidence=Confidence.POSSIBLE,
        weight=0.6,
        benefit="vacuums of large tables end sooner",
    )


_TABLE = """
CREATE TABLE carts (id bigint PRIMARY KEY, state int);
INSERT INTO carts SELECT i, 0 FROM generate_series(1, 20000) i;
{change}
ANALYZE; SELECT pg_stat_force_next_flush();
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TABLE.format(change="UPDATE carts SET state = 1;"),
        good=_TABLE.format(change=""),
        yields=("setting autovacuum_vacuum_cost_limit",),
        limits=Limits(large_table_bytes=10_000),
    ),
)
