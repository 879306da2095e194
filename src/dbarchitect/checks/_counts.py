"""Counts in sentences."""


def counted(number: int, noun: str) -> str:
    """`1 session`, `3,000 sessions`, `2 policies`, `2 keys`."""
    plural = (
        f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeou" else f"{noun}es" if noun.endswith("x") else f"{noun}s"
    )
    return f"{number:,} {noun if number == 1 else plural}"


def is_are(number: int) -> str:
    """`is` for one, else `are`."""
    return "is" if number == 1 else "are"
