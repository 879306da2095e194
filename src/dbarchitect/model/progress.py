"""Progress: how a long job tells how far it is."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with what is done, how many are done and how many there are (0: unknown)."""


def silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""
