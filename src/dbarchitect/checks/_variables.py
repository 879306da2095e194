"""Global variables of MySQL and MariaDB: shared by the checks of their configuration."""

from dbarchitect.model.names import Subject, SubjectKind, global_subject
from dbarchitect.model.snapshot import Snapshot


def variable(snapshot: Snapshot, name: str) -> str | None:
    """The variable's value as SHOW GLOBAL VARIABLES prints it; None when the server has none of that name."""
    return snapshot.mysql.variable(name) if snapshot.mysql else None


def variable_number(snapshot: Snapshot, name: str) -> int | None:
    """The variable as a whole number."""
    value = variable(snapshot, name)
    return int(value) if value is not None and value.isdigit() else None


def status_number(snapshot: Snapshot, name: str) -> int:
    """A status counter; 0 when it is not there."""
    found = next((s.value for s in snapshot.mysql.status if s.name == name), "") if snapshot.mysql else ""
    return int(found) if found.isdigit() else 0


def variable_subject(name: str) -> Subject:
    """A variable as a finding's subject."""
    return global_subject(SubjectKind.SETTING, name)


def show_variable(name: str) -> str:
    """The statement that repeats the reading."""
    return f"SHOW GLOBAL VARIABLES LIKE '{name}'"
