"""Which text columns may hold something else, and what the rows say about it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dbarchitect.checks._names import has_word, words
from dbarchitect.checks._tables import known_values, null_share, own_tables
from dbarchitect.checks._weigh import is_small
from dbarchitect.model.catalog import TEXTUAL, Column, Table
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence
from dbarchitect.model.limits import Limits
from dbarchitect.model.questions import ShapeAnswer, ShapeQuestion, TextShape
from dbarchitect.model.snapshot import Snapshot

LEAST_VALUES = 100
# numbers that nobody adds up: their spelling is the value
CODES_BY_NAME = frozenset(
    """phone mobile fax tel telephone zip zipcode postal postcode plz code account iban bic number no nr num sku isbn ean gtin upc barcode
    ref reference serial card cvv vat ssn tin passport license licence external version pin key token hash digest signature extension name
    title description comment note notes body content message text label password secret plate vin imei""".split()
)
QUANTITIES = frozenset(
    """amount price cost total subtotal quantity qty count balance fee tax weight height width length size age score rating rate percent
    percentage points stock volume duration seconds minutes hours days year month latitude longitude lat lon lng salary budget discount
    units""".split()
)
MOMENTS = frozenset(
    "date day at on time timestamp datetime since until birthday dob born expires expiry created updated deadline due".split()
)
ADDRESSES = frozenset("ip ipaddr ipv4 ipv6 ipaddress cidr host remote client".split())
LISTS = frozenset(
    "ids tags categories roles permissions emails keywords labels options features list csv skills interests languages".split()
)
FLAGS = frozenset(
    """is has can was should active enabled disabled deleted flag visible hidden public private verified confirmed approved locked archived
    paid published primary default subscribed blocked banned""".split()
)
_LOOKS = {
    TextShape.INTEGER: re.compile(r"\s*[+-]?\d{1,18}\s*\Z"),
    TextShape.DECIMAL: re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)\s*\Z"),
    TextShape.DATE: re.compile(r"\s*\d{4}-\d\d-\d\d\s*\Z"),
    TextShape.TIMESTAMP: re.compile(r"\s*\d{4}-\d\d-\d\d[ T]\d\d:\d\d"),
    TextShape.BOOLEAN: re.compile(r"\s*(t|f|true|false|y|n|yes|no|on|off|0|1)\s*\Z", re.I),
    TextShape.UUID: re.compile(r"\s*\{?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?\s*\Z", re.I),
    TextShape.IP_ADDRESS: re.compile(r"\s*(\d{1,3}(\.\d{1,3}){3}|[0-9a-f]*(:[0-9a-f.]*){2,7})(/\d+)?\s*\Z", re.I),
    TextShape.JSON: re.compile(r"\s*(\{.*\}|\[.*\])\s*\Z", re.S),
    TextShape.SEPARATED_LIST: re.compile(r"[^,;|]+([,;|][^,;|]+)+\Z"),
}
_WORDS = {
    TextShape.INTEGER: QUANTITIES,
    TextShape.DATE: MOMENTS,
    TextShape.BOOLEAN: FLAGS,
    TextShape.UUID: frozenset({"uuid", "guid"}),
    TextShape.IP_ADDRESS: ADDRESSES,
    TextShape.SEPARATED_LIST: LISTS,
}


def _looks_like_more(values: tuple[str, ...]) -> bool:
    # lists may be of one element here and there
    lists = sum(bool(_LOOKS[TextShape.SEPARATED_LIST].match(v)) for v in values)
    return lists >= 0.5 * len(values) or any(all(look.match(v) for v in values) for look in _LOOKS.values())


def is_suspect(snapshot: Snapshot, table: Table, column: Column) -> bool:
    """True when a text column's known values all have one other shape; where none are known, when its name says so."""
    if column.type.family not in TEXTUAL or column.generated or null_share(snapshot, table, column) == 1.0:
        return False
    values = known_values(snapshot, table, column)
    if values:
        return _looks_like_more(values)
    return any(has_word(column.name, wanted) for wanted in _WORDS.values())


def shape_questions(snapshot: Snapshot, limits: Limits) -> list[ShapeQuestion]:
    """What is worth asking about text columns, of the largest tables first."""
    tables = [t for t in own_tables(snapshot) if not is_small(snapshot, t, limits)]
    tables.sort(key=lambda t: -(snapshot.rows(t) or 0))
    return [ShapeQuestion(t.name, c.name) for t in tables for c in t.columns if is_suspect(snapshot, t, c)]


@dataclass(frozen=True, slots=True)
class Shaped:
    """A text column and what its values were found to be."""

    table: Table
    column: Column
    answer: ShapeAnswer

    def all_are(self, *shapes: TextShape) -> bool:
        """True when there are enough values and every one has one of these shapes (shapes that exclude each other)."""
        return self.answer.values >= LEAST_VALUES and sum(self.answer.count(s) for s in shapes) == self.answer.values

    @property
    def evidence(self) -> Evidence:
        """How many values were read, and whether these are all."""
        reach = self.answer.reach
        read = "all rows were read" if reach.complete else f"a sample of {reach.rows_read:,} rows was read"
        counts = ", ".join(f"{c.values:,} {c.shape.value}" for c in self.answer.counts if c.values)
        return Evidence(EvidenceKind.OBSERVED, f"{read}: of {self.answer.values:,} values {counts}")

    @property
    def confidence(self) -> Confidence:
        """Proven when every row was read."""
        return Confidence.PROVEN if self.answer.reach.complete else Confidence.LIKELY

    @property
    def hazards(self) -> tuple[str, ...]:
        """What a sample cannot exclude, and what later writes can do."""
        if self.answer.reach.complete:
            return ("values written since then may not convert: the change then fails and leaves the table as it was",)
        return ("only a sample was read: a value that does not convert makes the change fail and leaves the table as it was",)


def shaped_columns(snapshot: Snapshot, limits: Limits) -> Iterator[Shaped]:
    """The text columns of tables that are not small whose values have been looked at."""
    for table in own_tables(snapshot):
        if is_small(snapshot, table, limits):
            continue
        for column in table.columns:
            answer = snapshot.answer(ShapeQuestion(table.name, column.name)) if column.type.family in TEXTUAL else None
            if isinstance(answer, ShapeAnswer):
                yield Shaped(table, column, answer)


def is_quantity(column: Column) -> bool:
    """True when the last word of the name is one of amounts and measures: account_balance is, year_code is not."""
    return words(column.name)[-1:] != () and words(column.name)[-1] in QUANTITIES


def is_code(column: Column) -> bool:
    """True when the name says that the spelling matters: a code, a number that names something, an outside key."""
    parts = words(column.name)
    return bool(CODES_BY_NAME.intersection(parts)) or parts[-1:] in (("id",), ("ids",))
