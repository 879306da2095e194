"""A setting made for repairs or for developers is switched on.

These settings let the server overwrite damaged pages with zeros, read on past wrong checksums, doubt its own indexes or let anybody change
the system's catalogues. They are for saving data or for developing the server, not for daily use.

Ignore it while data is being saved from a damaged server.
"""

from collections.abc import Iterator

from dbarchitect.checks._settings import known, setting_subject, show
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.postgres_changes import change_setting

CODES = ("CPG-17",)
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
# what each does when it is on: chapter "Developer Options" of the manual
_EFFECTS = {
    "zero_damaged_pages": "damaged pages are replaced by zeros, and their rows are gone",
    "ignore_checksum_failure": "pages with wrong checksums are used as if they were sound",
    "ignore_invalid_pages": "recovery goes on past references to pages that do not exist",
    "ignore_system_indexes": "system catalogues are read without their indexes",
    "allow_system_table_mods": "superusers may change the structure of system tables",
    "debug_parallel_query": "every plan is forced into a parallel worker",
    "force_parallel_mode": "every plan is forced into a parallel worker",
    "debug_discard_caches": "caches are thrown away all the time",
    "jit_dump_bitcode": "compiled code is written to the data folder",
    "trace_sort": "every sort is written to the log",
}
_HARMLESS = ("off", "0")


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each such setting."""
    for name, effect in _EFFECTS.items():
        setting = known(snapshot.postgres, name)
        if setting is None or setting.value in _HARMLESS or setting.value == setting.boot_value:
            continue
        yield Finding(
            subject=setting_subject(name),
            title=f"{name} is {setting.value}",
            claim=f"{name} is {setting.value}, from {setting.source}: {effect}.",
            evidence=(
                Evidence(EvidenceKind.OBSERVED, f"pg_settings: {setting.value}, by default {setting.boot_value}", show(name)),
            ),
            change=change_setting(setting, setting.boot_value or "off"),
            severity=Severity.CRITICAL if name.startswith(("zero_", "ignore_")) else Severity.WARNING,
            weight=0.8,
            benefit="the server behaves as the manual says",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="ALTER SYSTEM SET zero_damaged_pages = on; ALTER SYSTEM SET ignore_checksum_failure = on;",
        good="ALTER SYSTEM SET zero_damaged_pages = off;",
        yields=("setting zero_damaged_pages", "setting ignore_checksum_failure"),
    ),
)
