"""Passwords cross the network in clear text.

The method `password` of pg_hba.conf asks for the password itself. Without TLS (a `host` or `hostnossl` rule) everybody on the way can read it.

Ignore it when every such connection comes through an encrypted tunnel.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted
from dbarchitect.checks.security._hba import is_remote, rule_text
from dbarchitect.model.change import ChangeKind, Risk, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, server_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SEC-24",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_RULES = "FROM pg_hba_file_rules WHERE auth_method = 'password' AND type IN ('host', 'hostnossl')"


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for all such rules."""
    rules = [
        r
        for r in (snapshot.postgres.hba_rules if snapshot.postgres else ())
        if r.method == "password" and r.kind in ("host", "hostnossl") and is_remote(r)
    ]
    if not rules:
        return
    listed = "; ".join(rule_text(r) for r in rules[:5])
    yield Finding(
        subject=server_subject("pg_hba.conf password"),
        title="pg_hba.conf asks for passwords in clear text",
        claim=f"pg_hba.conf asks for the password itself, in {counted(len(rules), 'rule')}, over connections that need not be encrypted: {listed}.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_hba_file_rules: {listed}", f"SELECT * {_RULES}"),),
        change=advice(
            ChangeKind.SECURITY,
            f"In pg_hba.conf change password to scram-sha-256 in line {', '.join(str(r.line) for r in rules)}, then SELECT pg_reload_conf().",
            risk=Risk.MEDIUM,
            verify=Verification(f"SELECT NOT EXISTS (SELECT {_RULES})", "t"),
        ),
        severity=Severity.CRITICAL,
        benefit="the password is never sent",
    )


_ADD = "COPY (SELECT 'host all all 192.0.2.0/24 {method} # dbarchitect example') TO PROGRAM 'cat >> pg_hba.conf';"
_REMOVE = "COPY (SELECT 1) TO PROGRAM 'sed -i \"/# dbarchitect example/d\" pg_hba.conf';"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_REMOVE + _ADD.format(method="password"),
        good=_REMOVE,
        yields=("server pg_hba.conf password",),
        rehearse=False,
        why_not="the remedy is an edit of pg_hba.conf on the server",
    ),
)
