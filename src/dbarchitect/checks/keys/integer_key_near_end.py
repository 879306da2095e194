"""Numbered column that is running out of numbers.

When the next number does not fit the column any more, every INSERT fails, and the way out, a wider type, writes the whole table
anew under a lock that stops reads and writes. What counts is the limit of the column, which often is smaller than that of
its sequence.

Ignore it when the table is about to be emptied or replaced. The forecast takes the rows inserted in the counting window as
the pace; rolled-back inserts and gaps of the sequence use numbers faster.
"""

from collections.abc import Iterator

from dbarchitect.checks._counts import counted, is_are
from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.checks.keys._numbers import NumberUse, number_uses
from dbarchitect.checks.keys._retype_key import narrower_references, retype_keys
from dbarchitect.model.change import Change
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, column_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_name, quote_qualified

CODES = ("KEY-15", "TYP-08")
ENGINES = (Engine.POSTGRESQL,)
NEEDS_LIVE = True
_URGENT_DAYS = 180


def near_end(use: NumberUse, limits: Limits) -> bool:
    """True when more than the limit's share of the column's numbers is used."""
    return use.share >= limits.number_space_share


def widening(snapshot: Snapshot, use: NumberUse) -> Change:
    """The column, its sequence and the columns that reference it as bigint."""
    others = narrower_references(snapshot, use.table, use.column, 8)
    return retype_keys(snapshot, [*others, (use.table, use.column)], "bigint", use.sequence)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each column that has used more than its share of numbers."""
    for use in number_uses(snapshot):
        if not near_end(use, limits):
            continue
        days = use.days_left()
        urgent = use.share >= 0.85 or (days is not None and days < _URGENT_DAYS)
        others = narrower_references(snapshot, use.table, use.column, 8)
        also = f" {counted(len(others), 'referencing column')} {is_are(len(others))} as narrow." if others else ""
        column, table = quote_name(snapshot.engine, use.column.name), quote_qualified(snapshot.engine, use.table.name)
        # a bigint that is near its end has numbers of another origin: there is no wider integer
        if use.column.type.bytes == 8:
            continue
        yield Finding(
            subject=column_subject(use.table.name, use.column.name),
            title=f"{use.column.name} of {use.table.name.name} runs out of numbers",
            claim=(
                f"{use.table.name}.{use.column.name} ({use.column.type.text}) has reached {use.used:,} of {use.limit:,} ({use.share:.0%}; "
                f"{table_facts(snapshot, use.table)}); beyond it every INSERT fails.{use.forecast(snapshot.taken_at.date())}{also}"
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"{use.used:,} is from {use.source}", f"SELECT max({column}) FROM {table}"),),
            change=widening(snapshot, use),
            severity=Severity.CRITICAL if urgent else Severity.WARNING,
            weight=max(share_of_database(snapshot, use.table), use.share),
            benefit="numbers for some 9.2 × 10^18 rows",
            also=tuple(column_subject(t.name, c.name) for t, c in others),
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE a (id serial PRIMARY KEY, note text);
CREATE TABLE b (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a_id int REFERENCES a (id));
CREATE TABLE c (id smallint PRIMARY KEY);
SELECT setval('a_id_seq', 1900000000);
SELECT setval('b_id_seq', 2100000000);
INSERT INTO a (note) SELECT 'x' FROM generate_series(1, 10);
INSERT INTO c SELECT 30000 + i FROM generate_series(1, 1000) i;
ANALYZE;
""",
        good="""
CREATE TABLE a (id bigserial PRIMARY KEY);
CREATE TABLE b (id int PRIMARY KEY DEFAULT 7, n smallint);
CREATE SEQUENCE wide;
CREATE TABLE c (id int PRIMARY KEY DEFAULT nextval('wide'));
SELECT setval('a_id_seq', 1900000000);
SELECT setval('wide', 1000000);
INSERT INTO b SELECT i, 32000 FROM generate_series(1, 10) i;
ANALYZE;
""",
        yields=("column public.a.id", "column public.b.id", "column public.c.id"),
    ),
    Example(
        Engine.POSTGRESQL,
        name="views over it",
        bad="""
CREATE ROLE reader;
CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
CREATE VIEW notes AS SELECT note FROM a;
CREATE VIEW named WITH (security_barrier = true) AS SELECT id, note FROM a;
CREATE VIEW odd AS SELECT id * 2 + 1 AS "Odd id" FROM named;
CREATE MATERIALIZED VIEW kept AS SELECT n.id, count(*) AS odds FROM named n JOIN odd o ON o."Odd id" > n.id GROUP BY n.id;
CREATE UNIQUE INDEX kept_id ON kept (id);
CREATE MATERIALIZED VIEW empty AS SELECT id FROM a WITH NO DATA;
COMMENT ON VIEW named IS 'it''s named';
COMMENT ON COLUMN odd."Odd id" IS 'odd';
COMMENT ON MATERIALIZED VIEW kept IS 'kept';
COMMENT ON INDEX kept_id IS 'its key';
ALTER VIEW odd OWNER TO reader;
GRANT SELECT ON named TO PUBLIC;
GRANT SELECT (odds) ON kept TO reader WITH GRANT OPTION;
INSERT INTO a (note) SELECT 'x' FROM generate_series(1, 10);
REFRESH MATERIALIZED VIEW kept;
SELECT setval('a_id_seq', 1900000000);
ANALYZE;
""",
        good="CREATE TABLE a (id bigserial PRIMARY KEY); CREATE VIEW ids AS SELECT id FROM a; SELECT setval('a_id_seq', 1900000000); ANALYZE;",
        yields=("column public.a.id",),
    ),
)
