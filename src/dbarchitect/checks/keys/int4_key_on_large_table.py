"""32-bit key that will run out within some years.

It is far from its end, yet at the pace of the counting window it reaches it within three years, or a fifth of the numbers is gone.
The change to bigint writes the table anew; it is cheaper now than when the table is several times as large.

Ignore it for tables whose rows come in one load and no more.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.keys._numbers import NumberUse, number_uses
from dbarchitect.checks.keys.integer_key_near_end import near_end, widening
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.snapshot import Snapshot

CODES = ("TYP-08", "KEY-15")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_EARLY_SHARE = 0.2
_EARLY_DAYS = 3 * 365


def _early(use: NumberUse, limits: Limits) -> bool:
    if (use.column.type.bytes or 8) >= 8 or near_end(use, limits):
        return False
    days = use.days_left()
    # a pace measured over a bulk load says little about a table that is still small
    soon = days is not None and days < _EARLY_DAYS and use.share >= 0.02
    return use.share >= min(_EARLY_SHARE, limits.number_space_share / 2) or soon


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each narrow key that is on its way to the end."""
    for use in number_uses(snapshot):
        if not _early(use, limits):
            continue
        yield Finding(
            subject=column_subject(use.table.name, use.column.name),
            title=f"{use.column.name} of {use.table.name.name} is narrow for its growth",
            claim=(
                f"{use.table.name}.{use.column.name} ({use.column.type.text}) has reached {use.used:,} of {use.limit:,} ({use.share:.0%}; "
                f"{table_facts(snapshot, use.table)}).{use.forecast(snapshot.taken_at.date())}"
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"{use.used:,} is from {use.source}"),),
            change=widening(snapshot, use),
            severity=Severity.NOTICE,
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, use.table),
            benefit="the change is made while the table is small",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="CREATE TABLE a (id serial PRIMARY KEY); SELECT setval('a_id_seq', 600000000);",
        good="""
CREATE TABLE a (id serial PRIMARY KEY);
CREATE TABLE b (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
SELECT setval('a_id_seq', 60000000), setval('b_id_seq', 600000000);
""",
        yields=("column public.a.id",),
    ),
)
