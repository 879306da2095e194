"""The sums and words that checks of types and structure rest on."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dbarchitect import checks
from dbarchitect.checks._counts import counted, is_are
from dbarchitect.checks._names import listed, mentions, singular, words
from dbarchitect.checks.structure._ranges import Ranges
from dbarchitect.checks.structure.alignment_padding import row_bytes
from dbarchitect.model.catalog import Column, DataType, TypeFamily
from dbarchitect.model.names import QualifiedName
from dbarchitect.model.wording import plural
from dbarchitect.sql.columns import Retype, bare_literal, retype_statement


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("order_total2", ("order", "total", "2")),
        ("orderTotal", ("order", "total")),
        ("HTTPStatus", ("http", "status")),
        ("ip4_addr", ("ip", "4", "addr")),
        ("größe", ("größe",)),
    ],
)
def test_words_of_a_name(name: str, expected: tuple[str, ...]) -> None:
    assert words(name) == expected


def test_a_name_is_mentioned_as_a_whole_word() -> None:
    assert mentions('SELECT t."at" FROM t', "at")
    assert not mentions("SELECT created_at, date FROM t", "at")
    assert not mentions(None, "at")


@pytest.mark.parametrize(("plural", "one"), [("categories", "category"), ("boxes", "box"), ("users", "user"), ("status", "status")])
def test_singular(plural: str, one: str) -> None:
    assert singular(plural) == one


def test_lists_in_words() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed([str(n) for n in range(10)]) == "0, 1, 2, 3, 4, 5, 6, 7 and 2 more"


def test_counts_in_sentences() -> None:
    assert [counted(n, "policy") for n in (0, 1, 2, 3_000)] == ["0 policies", "1 policy", "2 policies", "3,000 policies"]
    assert [plural(n, "index", "indexes") for n in (0, 1, 1_200)] == ["0 indexes", "1 index", "1,200 indexes"]
    assert (counted(1, "session"), is_are(1), counted(2, "session"), is_are(2)) == ("1 session", "is", "2 sessions", "are")


def test_no_sentence_says_one_things() -> None:
    """A number written before a plural in a claim goes through `counted`, unless the check asks for at least two of them."""
    at_least_two = {"cloned_tables", "deeply_nested_views", "many_superusers", "mostly_nullable_table", "numbered_columns"}
    at_least_two |= {
        "_conventions",
        "missing_audit_columns",
        "table_without_comment",
        "timestamp_without_zone",
        "unindexed_foreign_key",
        "too_many_indexes",
    }
    folder = Path(checks.__file__).parent
    left = {
        p.stem for p in folder.rglob("*.py") if re.search(r"(?<!of )\{len\([^{}]*\)\} (?!bytes)[a-z]+s\b", p.read_text("utf-8"))
    }
    assert left <= at_least_two


def test_padding_of_a_row() -> None:
    # boolean, bigint, boolean, bigint: 1 + 7 unused + 8 + 1 + 7 unused + 8
    assert row_bytes([(1, 1), (8, 8), (1, 1), (8, 8)]) == 32
    assert row_bytes([(8, 8), (8, 8), (1, 1), (1, 1)]) == 24
    assert row_bytes([]) == 0


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_next_range_keeps_months_and_days() -> None:
    months = Ranges("day", _moment("2026-10-01"), _moment("2026-12-01"), default=False, is_date=True)
    assert months.next_end(_moment("2026-12-01")) == _moment("2027-02-01")
    weeks = Ranges("day", _moment("2026-10-05"), _moment("2026-10-12"), default=False, is_date=True)
    assert weeks.next_end(_moment("2026-12-28")) == _moment("2027-01-04")


@pytest.mark.parametrize(
    ("default", "literal"),
    [
        ("'it''s'::text", "'it''s'"),
        ("'0'::double precision", "'0'"),
        ("0", "0"),
        ("NULL::character varying", "NULL"),
        ("now()", None),
        ("nextval('s'::regclass)", None),
        ("('a'::text || 'b'::text)", None),
    ],
)
def test_literal_of_a_default(default: str, literal: str | None) -> None:
    assert bare_literal(default) == literal


def test_a_type_change_takes_the_default_along_and_back() -> None:
    column = Column("Price", 1, DataType("real", "float4", TypeFamily.FLOAT, bytes=4), False, default="'0'::real")
    retype = Retype(column, "numeric", "{}::numeric", "{}::real", "'0'")
    table = QualifiedName("public", "t")
    assert retype_statement(table, (retype,)) == (
        'ALTER TABLE public.t ALTER COLUMN "Price" DROP DEFAULT, ALTER COLUMN "Price" TYPE numeric USING "Price"::numeric, '
        "ALTER COLUMN \"Price\" SET DEFAULT '0'"
    )
    assert retype_statement(table, (retype,), forward=False) == (
        'ALTER TABLE public.t ALTER COLUMN "Price" DROP DEFAULT, ALTER COLUMN "Price" TYPE real USING "Price"::real, '
        "ALTER COLUMN \"Price\" SET DEFAULT '0'::real"
    )
