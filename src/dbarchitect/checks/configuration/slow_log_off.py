"""Slow statements are not logged.

The slow log is where a statement stands with its values, its plan's cost and its time of day; digests in performance_schema have
sums only. Without either of them nobody can say afterwards what made the server slow.

Ignore it when another tool records slow statements (a proxy, an agent that reads performance_schema's history).
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

CODES = ("CMY-14", "OPS-27")
ENGINES = MYSQL_FAMILY
NEEDS_LIVE = True


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when the slow log is off and the database is not a toy."""
    if variable(snapshot, "slow_query_log") != "OFF" or (snapshot.catalog.size_bytes or 0) < limits.development_bytes:
        return
    digests = variable(snapshot, "performance_schema") == "ON"
    rest = "performance_schema keeps sums by statement" if digests else "performance_schema is off too"
    seconds = variable(snapshot, "long_query_time")
    yield Finding(
        subject=variable_subject("slow_query_log"),
        title="the slow log is off",
        claim=f"slow_query_log is OFF; {rest}.",
        evidence=(Evidence(EvidenceKind.OBSERVED, "slow_query_log = OFF", show_variable("slow_query_log")),),
        change=replace(
            set_variable(snapshot.engine, "slow_query_log", "ON", "OFF", shown="1"),
            hazards=("the log grows: rotate it; its lines hold values of the statements",),
            assumptions=(
                *set_variable(snapshot.engine, "slow_query_log", "ON", "OFF").assumptions,
                f"statements of more than {seconds} s (long_query_time) are logged; 1 s or less tells more",
            ),
        ),
        severity=Severity.NOTICE if digests else Severity.WARNING,
        weight=0.4,
        benefit="slow statements can be found with their values and times",
    )


EXAMPLES = (
    Example(
        Engine.MARIADB,
        bad="SET GLOBAL slow_query_log = OFF; CREATE TABLE t (id int PRIMARY KEY);",
        good="SET GLOBAL slow_query_log = ON; CREATE TABLE t (id int PRIMARY KEY);",
        yields=("setting slow_query_log",),
        limits=Limits(development_bytes=1),
    ),
)
