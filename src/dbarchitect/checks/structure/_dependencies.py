"""Columns that may repeat what another, non-key column already says: suspects of a missing table (second and third normal form)."""

from dbarchitect.checks._tables import distinct_values, null_share, own_tables, unique_columns
from dbarchitect.checks._weigh import is_small
from dbarchitect.model.catalog import TEXTUAL, Column, Table, TypeFamily
from dbarchitect.model.limits import Limits
from dbarchitect.model.questions import DependencyQuestion
from dbarchitect.model.snapshot import Snapshot

_KEY_ENDINGS = ("_id", "_code", "_no", "_number", "_key", "_uuid", "_sku", "_ref")
_ROWS_PER_GROUP = 5
_DETERMINANTS = (*TEXTUAL, TypeFamily.INTEGER, TypeFamily.UUID, TypeFamily.DECIMAL)
_DEPENDENTS = (*TEXTUAL, TypeFamily.DECIMAL, TypeFamily.DATE, TypeFamily.ENUM)
# facts of the row itself that share the word: order_status is no property of order_id's target
_OWN = frozenset("id status state type kind count total amount at on date time quantity".split())
_PLACES = {"zip": ("city", "town"), "zip_code": ("city", "town"), "zipcode": ("city", "town"), "postal_code": ("city", "town"),
           "postcode": ("city", "town"), "country_code": ("country",), "currency_code": ("currency",)}  # fmt: skip


def _stem(name: str) -> str | None:
    lowered = name.lower()
    return next((lowered[: -len(e)] for e in _KEY_ENDINGS if lowered.endswith(e) and len(lowered) > len(e)), None)


def _dependents(snapshot: Snapshot, table: Table, determinant: Column, groups: float) -> tuple[str, ...]:
    stem, places = _stem(determinant.name), _PLACES.get(determinant.name.lower(), ())
    names = []
    for column in table.columns:
        lowered = column.name.lower()
        rest = lowered.removeprefix(f"{stem}_") if stem else lowered
        named = (rest != lowered and rest not in _OWN) or lowered in places
        if not named or column is determinant or column.type.family not in _DEPENDENTS or column.generated:
            continue
        # as many values as groups at most, and more than one, else it says nothing
        values = distinct_values(snapshot, table, column)
        if values is not None and 1 < values <= 1.2 * groups + 5:
            names.append(column.name)
    return tuple(names)


def dependency_questions(snapshot: Snapshot, limits: Limits) -> list[DependencyQuestion]:
    """For each column that names something by a key and repeats often: do the columns of the same word depend on it?"""
    found = []
    for table in sorted(own_tables(snapshot), key=lambda t: -(snapshot.rows(t) or 0)):
        rows = snapshot.rows(table) or 0
        if is_small(snapshot, table, limits) or rows < limits.small_table_rows:
            continue
        unique = {columns[0] for columns in unique_columns(table) if len(columns) == 1}
        for column in table.columns:
            groups = distinct_values(snapshot, table, column)
            if groups is None or column.name in unique or column.type.family not in _DETERMINANTS:
                continue
            if not 2 <= groups <= rows / _ROWS_PER_GROUP or (null_share(snapshot, table, column) or 0) > 0.5:
                continue
            dependents = _dependents(snapshot, table, column, groups)
            if dependents:
                found.append(DependencyQuestion(table.name, column.name, dependents))
    return found
