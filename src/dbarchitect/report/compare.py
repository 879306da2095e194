"""How one sequence of short texts came out of another: exact for insertions, and quick for long sequences."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

Opcode = tuple[str, int, int, int, int]


def opcodes(before: Sequence[str], now: Sequence[str]) -> list[Opcode]:
    """How `now` came out of `before`: tag, start and end in `before`, start and end in `now`, as difflib tells it.

    When nothing of `before` is missing, all of it is found again, which difflib does not promise. Else texts that stand once in
    both are matched first ("patience"), and difflib's quadratic search sees only what lies between them.
    """
    places = _subsequence(before, now)
    if places is not None:
        return _insertions(places, len(now))
    codes: list[Opcode] = []
    left = right = 0
    for anchor, place in [*_anchors(before, now), (len(before), len(now))]:
        codes += _between(before, now, (left, anchor), (right, place))
        if anchor < len(before):
            codes.append(("equal", anchor, anchor + 1, place, place + 1))
        left, right = anchor + 1, place + 1
    return codes


def _between(before: Sequence[str], now: Sequence[str], old: tuple[int, int], new: tuple[int, int]) -> Iterator[Opcode]:
    matcher = SequenceMatcher(None, before[old[0] : old[1]], now[new[0] : new[1]], autojunk=False)
    for tag, start, end, low, high in matcher.get_opcodes():
        yield tag, start + old[0], end + old[0], low + new[0], high + new[0]


def _anchors(before: Sequence[str], now: Sequence[str]) -> list[tuple[int, int]]:
    """The longest rising run of places of texts that stand once in both."""
    once_before = {text for text, count in Counter(before).items() if count == 1}
    once_now = {text for text, count in Counter(now).items() if count == 1}
    places = {text: place for place, text in enumerate(now) if text in once_now}
    pairs = [(place, places[text]) for place, text in enumerate(before) if text in once_before and text in places]
    ends: list[int] = []
    holders: list[int] = []
    earlier: list[int] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        earlier.append(holders[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        holders[length : length + 1] = [number]
    chain: list[tuple[int, int]] = []
    at = holders[-1] if holders else -1
    while at >= 0:
        chain.append(pairs[at])
        at = earlier[at]
    return chain[::-1]


def _subsequence(before: Sequence[str], now: Sequence[str]) -> list[int] | None:
    """The places in `now` of all of `before`, in order; None when something is missing."""
    places, at = [], 0
    for wanted in before:
        while at < len(now) and now[at] != wanted:
            at += 1
        if at == len(now):
            return None
        places.append(at)
        at += 1
    return places


def _insertions(places: Sequence[int], length: int) -> list[Opcode]:
    codes: list[Opcode] = []
    low = 0
    for position, place in enumerate(places):
        if place > low:
            codes.append(("insert", position, position, low, place))
        codes.append(("equal", position, position + 1, place, place + 1))
        low = place + 1
    if low < length:
        codes.append(("insert", len(places), len(places), low, length))
    return codes
