"""Counts in sentences, for every room that writes some."""


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 table`, `12 tables`, `1,200 indexes`: `many` is given where it is not `one` with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
