"""Rules of pg_hba.conf."""

from dbarchitect.model.postgres import HbaRule

_LOOPBACK = ("127.", "::1", "localhost", "samehost")


def is_remote(rule: HbaRule) -> bool:
    """True for a rule that other machines can meet."""
    return rule.kind.startswith("host") and not (rule.address or "").lower().startswith(_LOOPBACK)


def rule_text(rule: HbaRule) -> str:
    """`line 12: host all all 10.0.0.0/8 trust`."""
    parts = (rule.kind, ",".join(rule.databases), ",".join(rule.users), rule.address or "", rule.method)
    return f"line {rule.line}: {' '.join(p for p in parts if p)}"
