"""Tables to come are granted to everybody.

ALTER DEFAULT PRIVILEGES … TO PUBLIC gives every role rights on each table, sequence or schema that is created from now on, without anybody
deciding it for that table.

Ignore it when every role of the server is meant to have them. EXECUTE on functions and USAGE on types, which PUBLIC has anyway, are left out.
"""

from collections.abc import Iterator

from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, SubjectKind, global_subject
from dbarchitect.model.postgres import Grant
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import literal, name

CODES = ("SEC-18",)
ENGINES = (Engine.POSTGRESQL,)
_CLASSES = {"table": "TABLES", "sequence": "SEQUENCES", "schema": "SCHEMAS"}
_WRITES = {"INSERT", "UPDATE", "DELETE", "TRUNCATE", "CREATE"}


def _change(grant: Grant) -> Change:
    schema = grant.object_name.schema
    head = f"ALTER DEFAULT PRIVILEGES FOR ROLE {name(grant.grantor)}" + (f" IN SCHEMA {name(schema)}" if schema else "")
    words = f"{', '.join(grant.privileges)} ON {_CLASSES[grant.column or '']}"
    where = f"n.nspname = {literal(schema)}" if schema else "d.defaclnamespace = 0"
    letter = {"table": "r", "sequence": "S", "schema": "n"}[grant.column or ""]
    verify = (
        "SELECT NOT EXISTS (SELECT FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace, aclexplode(d.defaclacl) a "
        f"WHERE {where} AND d.defaclrole = (SELECT oid FROM pg_roles WHERE rolname = {literal(grant.grantor)}) "
        f"AND d.defaclobjtype = '{letter}' AND a.grantee = 0)"
    )
    return Change(
        ChangeKind.SECURITY, Strategy.STANDARD, (Step(f"{head} REVOKE {words} FROM PUBLIC"),), (Step(f"{head} GRANT {words} TO PUBLIC"),),
        "none", "milliseconds; objects that exist keep what they have", Verification(verify, "t"), risk=Risk.MEDIUM,
    )  # fmt: skip


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each such default."""
    for grant in snapshot.postgres.grants if snapshot.postgres else ():
        if grant.object_kind != "default" or grant.grantee != "PUBLIC" or grant.column not in _CLASSES:
            continue
        kind, words = _CLASSES[grant.column].lower(), ", ".join(grant.privileges)
        where = f" in schema {grant.object_name.schema}" if grant.object_name.schema else ""
        yield Finding(
            subject=global_subject(SubjectKind.ROLE, f"{grant.grantor} default {kind}{where}"),
            title=f"{kind} to come are granted to PUBLIC",
            claim=f"Default privileges of {grant.grantor}{where} give {words} on new {kind} to PUBLIC: every role that can connect gets them.",
            evidence=(Evidence(EvidenceKind.OBSERVED, f"pg_default_acl grants {words} to PUBLIC", "SELECT * FROM pg_default_acl"),),
            change=_change(grant),
            severity=Severity.WARNING if _WRITES & set(grant.privileges) else Severity.NOTICE,
            benefit="who may use a new object is decided when it is made",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE SCHEMA shop; ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT, INSERT ON TABLES TO PUBLIC;",
        good="CREATE SCHEMA shop; ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO pg_monitor;",
        yields=("role postgres default tables in schema shop",),
    ),
)
