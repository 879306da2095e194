"""The server cuts values to fit instead of refusing them.

Without STRICT_TRANS_TABLES an INSERT of a text that is too long, a number out of range or a wrong date succeeds with a warning
that few programs read, and stores something else than was sent.

Ignore it while an old program relies on it; such a program can set its own session's sql_mode.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._variables import show_variable, variable, variable_subject
from dbarchitect.model.change import Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import MYSQL_FAMILY, Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_literal
from dbarchitect.sql.mysql_changes import set_variable

CODES = ("CMY-13",)
ENGINES = MYSQL_FAMILY
NEEDS_LIVE = True
_STRICT = {"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES", "TRADITIONAL"}


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding when the global sql_mode is not strict."""
    value = variable(snapshot, "sql_mode")
    if value is None or _STRICT & set(value.split(",")):
        return
    # the server prints modes in an order of its own, in which this one comes before those that usually stand beside it
    wanted = ",".join(["STRICT_TRANS_TABLES", *(m for m in value.split(",") if m)])
    change = set_variable(
        snapshot.engine, "sql_mode", quote_literal(snapshot.engine, wanted), quote_literal(snapshot.engine, value), risk=Risk.MEDIUM
    )
    assert change.verify is not None
    strict = replace(change.verify, sql="SELECT FIND_IN_SET('STRICT_TRANS_TABLES', @@GLOBAL.sql_mode) > 0", expected="1")
    yield Finding(
        subject=variable_subject("sql_mode"),
        title="sql_mode is not strict",
        claim=f"sql_mode is '{value}', without STRICT_TRANS_TABLES: values that do not fit are changed and stored.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"sql_mode = {value}", show_variable("sql_mode")),),
        change=replace(
            change,
            verify=strict,
            hazards=("statements that have stored cut values until now fail: try the programs with SET SESSION sql_mode first",),
        ),
        severity=Severity.WARNING,
        weight=0.6,
        benefit="wrong values are refused where they arise",
    )


EXAMPLES = (
    Example(
        Engine.MARIADB,
        bad="SET GLOBAL sql_mode = 'NO_ENGINE_SUBSTITUTION';",
        good="SET GLOBAL sql_mode = 'STRICT_ALL_TABLES';",
        yields=("setting sql_mode",),
    ),
    Example(
        Engine.MARIADB,
        name="no mode at all",
        bad="SET GLOBAL sql_mode = '';",
        good="SET GLOBAL sql_mode = 'TRADITIONAL';",
        yields=("setting sql_mode",),
    ),
)
