"""Questions about the data that the catalogue cannot answer, and their answers.

A pure function decides what is worth asking; the engine answers by bounded, read-only queries of its own; answers are
part of the snapshot, so that every judgement can be repeated from the file alone.
"""

from dataclasses import dataclass
from enum import Enum

from dbarchitect.model.names import QualifiedName


@dataclass(frozen=True, slots=True, order=True)
class InclusionQuestion:
    """Is every non-null value of the child columns found in the parent columns?"""

    child: QualifiedName
    child_columns: tuple[str, ...]
    parent: QualifiedName
    parent_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class UniquenessQuestion:
    """Do any two rows agree in all of these columns (nulls apart)? With `where`, only among rows that satisfy it."""

    table: QualifiedName
    columns: tuple[str, ...]
    where: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class NullQuestion:
    """How many rows hold NULL in this column?"""

    table: QualifiedName
    column: str


class TextShape(Enum):
    """Shapes that text values can have. A value is counted under every shape it has."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    UUID = "uuid"
    IP_ADDRESS = "ip address"
    JSON = "json"
    SEPARATED_LIST = "separated list"
    EMAIL = "email"
    LEADING_ZERO = "leading zero"
    PASSWORD_HASH = "password hash"


@dataclass(frozen=True, slots=True, order=True)
class ShapeQuestion:
    """Which shapes do the non-null values of this text column have?"""

    table: QualifiedName
    column: str


@dataclass(frozen=True, slots=True, order=True)
class DependencyQuestion:
    """Does every value of `determinant` go with one value of each column of `dependents`?"""

    table: QualifiedName
    determinant: str
    dependents: tuple[str, ...]


Question = InclusionQuestion | UniquenessQuestion | NullQuestion | ShapeQuestion | DependencyQuestion


@dataclass(frozen=True, slots=True)
class Reach:
    """How much an answer has looked at. `complete`: every row was read."""

    rows_read: int
    complete: bool


@dataclass(frozen=True, slots=True)
class InclusionAnswer:
    """`values` non-null child rows were looked up, `orphans` of them have no parent."""

    question: InclusionQuestion
    reach: Reach
    values: int
    orphans: int


@dataclass(frozen=True, slots=True)
class UniquenessAnswer:
    """`duplicates`: rows beyond the first of each repeated value; `values`: rows without nulls that were read."""

    question: UniquenessQuestion
    reach: Reach
    values: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class NullAnswer:
    """`nulls` rows of those read hold NULL."""

    question: NullQuestion
    reach: Reach
    nulls: int


@dataclass(frozen=True, slots=True)
class ShapeCount:
    """How many of the values have a shape."""

    shape: TextShape
    values: int


@dataclass(frozen=True, slots=True)
class ShapeAnswer:
    """`values` non-null values were read; `counts` of each shape that was met."""

    question: ShapeQuestion
    reach: Reach
    values: int
    counts: tuple[ShapeCount, ...]

    def count(self, shape: TextShape) -> int:
        """How many values have this shape."""
        return next((c.values for c in self.counts if c.shape is shape), 0)


@dataclass(frozen=True, slots=True)
class DependencyAnswer:
    """`groups` distinct determinants in `values` rows; `violations` groups with more than one dependent value, per dependent."""

    question: DependencyQuestion
    reach: Reach
    values: int
    groups: int
    violations: tuple[int, ...]


Answer = InclusionAnswer | UniquenessAnswer | NullAnswer | ShapeAnswer | DependencyAnswer
