"""Commits that a crash can undo.

With innodb_flush_log_at_trx_commit other than 1 the redo log reaches the disk about once a second, not with each commit: a crash
of the server (0) or of the machine (0, 2) loses up to a second of transactions that clients believe to be safe. With sync_binlog other
than 1 the binary log can lack them as well, and replicas then differ from their source.

Ignore it where the last second may be lost: caches, copies that can be loaded again, bulk loads.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._variables import show_variable, variable, variable_subject
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import MYSQL_FAMILY, Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.mysql_changes import set_variable

CODES = ("CMY-03",)
ENGINES = MYSQL_FAMILY
NEEDS_LIVE = True
_REDO, _BINLOG = "innodb_flush_log_at_trx_commit", "sync_binlog"


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each of the two variables that is not 1; the binary log's only where there is one."""
    names = (_REDO, _BINLOG) if variable(snapshot, "log_bin") == "ON" else (_REDO,)
    for name in names:
        value = variable(snapshot, name)
        if value is None or value == "1":
            continue
        lost = "the server or the machine" if value == "0" and name == _REDO else "the machine"
        yield Finding(
            subject=variable_subject(name),
            title=f"{name} is {value}",
            claim=f"{name} is {value}: a crash of {lost} loses transactions that were reported as committed.",
            evidence=(Evidence(EvidenceKind.OBSERVED, f"{name} = {value}", show_variable(name)),),
            change=replace(
                set_variable(snapshot.engine, name, "1", value),
                hazards=("each commit waits for the disk: many small transactions become slower on disks without a safe cache",),
            ),
            severity=Severity.WARNING,
            weight=0.7,
            benefit="what was committed is there after a crash",
        )


EXAMPLES = (
    Example(
        Engine.MARIADB,
        bad="SET GLOBAL innodb_flush_log_at_trx_commit = 2;",
        good="SET GLOBAL innodb_flush_log_at_trx_commit = 1;",
        yields=("setting innodb_flush_log_at_trx_commit",),
    ),
)
