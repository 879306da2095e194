"""Default that is the word NULL instead of no value.

`DEFAULT 'NULL'` stores four letters. `IS NULL` does not find them, joins and counts take them for a value, and reports show them.

Ignore it when the word is really meant.
"""

import re
from collections.abc import Iterator

from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import TEXTUAL
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_name, quote_qualified
from dbarchitect.sql.key_changes import set_default

CODES = ("KEY-10",)
ENGINES = RELATIONAL
_WORD = re.compile(r"'\s*(''|\")?\(?null\)?(''|\")?\s*'(::[\w \"().]+)?", re.IGNORECASE)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each text column whose default spells NULL."""
    for table, column in snapshot.columns():
        if column.generated or column.type.family not in TEXTUAL or not _WORD.fullmatch((column.default or "").strip()):
            continue
        name, target = quote_name(snapshot.engine, column.name), quote_qualified(snapshot.engine, table.name)
        yield Finding(
            subject=column_subject(table.name, column.name),
            title=f"default of {column.name} is the word NULL",
            claim=f"{table.name}.{column.name} ({table_facts(snapshot, table)}) defaults to the text {column.default}, which IS NULL does not find.",
            evidence=(
                Evidence(
                    EvidenceKind.OBSERVED,
                    f"DEFAULT {column.default}",
                    f"SELECT count(*) FROM {target} WHERE lower({name}) LIKE '%null%'",
                ),
            ),
            change=set_default(table, column, None, engine=snapshot.engine),
            severity=Severity.WARNING,
            weight=share_of_database(snapshot, table),
            benefit="rows without a value hold NULL",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE t (id int PRIMARY KEY, a text DEFAULT 'NULL', b varchar(9) DEFAULT 'null', \"C d\" text DEFAULT '''NULL''');",
        good="CREATE TABLE t (id int PRIMARY KEY, a text DEFAULT NULL, b text DEFAULT 'nullable', c text);",
        yields=("column public.t.a", "column public.t.b", "column public.t.C d"),
    ),
    Example(
        Engine.MARIADB,
        bad="CREATE TABLE t (id int PRIMARY KEY, a varchar(9) DEFAULT 'NULL', b char(4) NOT NULL DEFAULT 'null');",
        good="CREATE TABLE t (id int PRIMARY KEY, a varchar(9) DEFAULT NULL, b varchar(9) DEFAULT 'nullable', c text);",
        yields=("column {database}.t.a", "column {database}.t.b"),
    ),
)
