"""Connections from other machines are let in without a password.

A `trust` rule of pg_hba.conf lets anybody who can reach the port become any role that the rule names, superusers included.

Ignore it for a network to which nobody else has access. Rules for Unix sockets and for the machine itself are left out: who can reach those
is decided by the operating system.
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
_RULES = "FROM pg_hba_file_rules WHERE auth_method = 'trust' AND type LIKE 'host%' AND address IS DISTINCT FROM '127.0.0.1' AND address IS DISTINCT FROM '::1'"


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for all such rules."""
    rules = [r for r in (snapshot.postgres.hba_rules if snapshot.postgres else ()) if r.method == "trust" and is_remote(r)]
    if not rules:
        return
    listed = "; ".join(rule_text(r) for r in rules[:5])
    yield Finding(
        subject=server_subject("pg_hba.conf trust"),
        title="pg_hba.conf trusts other machines",
        claim=f"pg_hba.conf lets other machines in, by {counted(len(rules), 'rule')}, without a password: {listed}.",
        evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_hba_file_rules: {listed}", f"SELECT * {_RULES}"),),
        change=advice(
            ChangeKind.SECURITY,
            f"In pg_hba.conf change trust to scram-sha-256 (hostssl where the line leaves the machine) in line {', '.join(str(r.line) for r in rules)}, "
            "give the roles passwords first, then SELECT pg_reload_conf().",
            risk=Risk.MEDIUM,
            verify=Verification(f"SELECT NOT EXISTS (SELECT {_RULES})", "t"),
        ),
        severity=Severity.CRITICAL,
        benefit="a password is needed to connect from another machine",
    )


# the server reads the file for the view, but obeys it only after a reload; the last line takes the rule away again
_ADD = "COPY (SELECT 'host all all 192.0.2.0/24 {method} # dbarchitect example') TO PROGRAM 'cat >> pg_hba.conf';"
_REMOVE = "COPY (SELECT 1) TO PROGRAM 'sed -i \"/# dbarchitect example/d\" pg_hba.conf';"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_REMOVE + _ADD.format(method="trust"),
        good=_REMOVE,
        yields=("server pg_hba.conf trust",),
        rehearse=False,
        why_not="the remedy is an edit of pg_hba.conf on the server",
    ),
)
