"""Table linked to nothing.

No foreign key leads in or out, in a schema where most tables are linked: either references are missing, or the table belongs elsewhere.

Ignore it for settings, queues and logs, which stand alone by nature.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import has_word
from dbarchitect.checks._tables import own_tables
from dbarchitect.checks._weigh import share_of_database
from dbarchitect.model.catalog import Table
from dbarchitect.model.change import ChangeKind
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SCH-18",)
ENGINES = RELATIONAL
STYLE = True
_ALONE = frozenset(
    "setting settings config configuration queue job jobs log logs audit migration migrations version versions outbox cache lock locks".split()
)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table without foreign keys in or out, in schemas of which most tables have some."""
    linked = {t.name for t, _ in snapshot.catalog.references()} | {k.target for _, k in snapshot.catalog.references()}
    by_schema: dict[str, list[Table]] = {}
    for table in own_tables(snapshot):
        by_schema.setdefault(table.name.schema, []).append(table)
    for tables in by_schema.values():
        alone = [t for t in tables if t.name not in linked and not has_word(t.name.name, _ALONE)]
        for table in alone if len(alone) * 2 < len(tables) else []:
            yield Finding(
                subject=table_subject(table.name),
                title="linked to nothing",
                claim=f"No foreign key leads from or to {table.name}, while most tables of its schema are linked.",
                evidence=(Evidence(EvidenceKind.OBSERVED, "no foreign key in or out"),),
                change=advice(ChangeKind.SCHEMA, "What its rows belong to is yours to say; add the reference, or leave it alone."),
                severity=Severity.STYLE,
                confidence=Confidence.POSSIBLE,
                weight=share_of_database(snapshot, table) / 4,
            )


_LINKED = "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint REFERENCES a);"
_MARIADB = "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint, FOREIGN KEY (a_id) REFERENCES a (id));"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_LINKED + "CREATE TABLE island (id bigint PRIMARY KEY);",
        good=_LINKED + "CREATE TABLE app_settings (id bigint PRIMARY KEY);",
        yields=("table public.island",),
    ),
    Example(
        Engine.MARIADB,
        bad=_MARIADB + "CREATE TABLE island (id bigint PRIMARY KEY);",
        good=_MARIADB + "CREATE TABLE app_settings (id bigint PRIMARY KEY);",
        yields=("table {database}.island",),
    ),
)
