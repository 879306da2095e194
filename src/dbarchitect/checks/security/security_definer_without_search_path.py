"""A SECURITY DEFINER function resolves names along the caller's search_path.

Such a function runs with its owner's rights. A caller who may create objects in any schema that comes first in the path (a temporary one
is enough) can put a table or function of his own in place of the one that was meant, and have it used with the owner's rights.

Ignore it when only trusted roles may execute the function. Functions in C and with a body parsed at creation (BEGIN ATOMIC) are left out.
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.model.catalog import Routine
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, QualifiedName, SubjectKind, object_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import literal, set_routine_search_path

CODES = ("SEC-12", "SEC-13")
ENGINES = (Engine.POSTGRESQL,)


def _exposed(routine: Routine) -> bool:
    fixed = any(s.lower().startswith("search_path=") for s in routine.settings)
    atomic = "BEGIN ATOMIC" in routine.definition.upper()
    return routine.security_definer and not fixed and not atomic and routine.language.lower() not in ("c", "internal")


def _path(routine: Routine) -> tuple[str, ...]:
    """The function's own schema, with the temporary schema last, where it cannot hide anything."""
    return tuple(dict.fromkeys(("pg_catalog", routine.name.schema, "pg_temp")))


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each such routine."""
    roles = {r.name: r for r in (snapshot.postgres.roles if snapshot.postgres else ())}
    for routine in (r for r in snapshot.catalog.routines if _exposed(r)):
        owner = roles.get(routine.owner)
        superuser = snapshot.live and owner is not None and owner.superuser
        who = "every role may execute it" if routine.public_execute else "roles with EXECUTE may call it"
        rights = f"{routine.owner}, a superuser" if superuser else routine.owner
        path = _path(routine)
        yield Finding(
            subject=object_subject(
                SubjectKind.ROUTINE, QualifiedName(routine.name.schema, f"{routine.name.name}({routine.arguments})")
            ),
            title=f"SECURITY DEFINER {routine.kind.value} {routine.name.name} without search_path",
            claim=f"{routine.signature} runs with the rights of {rights}, {who}, and it looks names up along the caller's search_path: the caller chooses "
            "which objects it touches.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"pg_proc.prosecdef is true and proconfig sets no search_path; {who}",
                    "SELECT oid::regprocedure, proconfig, proacl FROM pg_proc WHERE prosecdef "
                    f"AND pronamespace = {literal(routine.name.schema)}::regnamespace",
                ),
            ),
            change=replace(
                set_routine_search_path(routine, path),
                assumptions=(
                    f"the {routine.kind.value} uses objects of {routine.name.schema} only, or names the schema of others; add theirs if not",
                ),
            ),
            severity=Severity.CRITICAL
            if superuser and routine.public_execute
            else (Severity.WARNING if routine.public_execute else Severity.NOTICE),
            benefit="names resolve the same for every caller",
        )


_GOOD = """
CREATE TABLE secrets (id int PRIMARY KEY);
CREATE FUNCTION fixed() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'SELECT count(*) FROM secrets';
CREATE FUNCTION atomic() RETURNS bigint LANGUAGE sql SECURITY DEFINER BEGIN ATOMIC SELECT count(*) FROM secrets; END;
CREATE FUNCTION invoker() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM secrets';
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_GOOD
        + """CREATE FUNCTION total(lowest integer) RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM secrets WHERE id >= lowest';
CREATE PROCEDURE clean() LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN DELETE FROM secrets; END';
REVOKE EXECUTE ON PROCEDURE clean FROM PUBLIC;""",
        good=_GOOD,
        yields=("routine public.total(lowest integer)", "routine public.clean()"),
    ),
)
