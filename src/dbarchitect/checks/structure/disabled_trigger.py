"""Trigger that is switched off.

What it kept true (an audit row, a derived column, a rule) is not kept since somebody disabled it, most often for a bulk load that ended long ago.

Ignore it when it is off on purpose; then drop it, so that nobody trusts it.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import share_of_database, table_facts
from dbarchitect.model.catalog import Table, Trigger
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, Subject, SubjectKind
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.identifiers import quote_literal, quote_name, quote_qualified

CODES = ("SCH-24",)
ENGINES = (Engine.POSTGRESQL,)
PG = Engine.POSTGRESQL


def _change(table: Table, trigger: Trigger) -> Change:
    target, name = quote_qualified(PG, table.name), quote_name(PG, trigger.name)
    verify = (
        f"SELECT tgenabled <> 'D' FROM pg_trigger WHERE tgrelid = to_regclass({quote_literal(PG, target)}) "
        f"AND tgname = {quote_literal(PG, trigger.name)}"
    )
    return Change(
        ChangeKind.SCHEMA, Strategy.STANDARD, (Step(f"ALTER TABLE {target} ENABLE TRIGGER {name}"),),
        (Step(f"ALTER TABLE {target} DISABLE TRIGGER {name}"),), "SHARE ROW EXCLUSIVE on the table: writes wait, reads go on",
        "milliseconds", Verification(verify, "t"), risk=Risk.MEDIUM,
        hazards=("it acts on rows written from then on; what it missed must be made up for",),
        assumptions=("nobody wants it off: ask who disabled it",),
    )  # fmt: skip


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each disabled trigger of a table."""
    for trigger in snapshot.catalog.triggers:
        table = snapshot.table(trigger.table)
        if trigger.enabled or table is None or trigger.inherited:
            continue
        yield Finding(
            subject=Subject(SubjectKind.TRIGGER, table.name.schema, table.name.name, trigger.name),
            title=f"trigger {trigger.name} is switched off",
            claim=(
                f"{trigger.name} on {table.name} ({table_facts(snapshot, table)}) should run {trigger.timing} {' or '.join(trigger.events)} "
                "and is disabled: what it keeps true is not kept."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"disabled; {trigger.definition}"),),
            change=_change(table, trigger),
            severity=Severity.WARNING,
            weight=share_of_database(snapshot, table),
            benefit="what the trigger is for happens again",
        )


_TRIGGER = """
CREATE TABLE prices (id bigint PRIMARY KEY, price numeric, changed timestamptz);
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changed := now(); RETURN NEW; END $$;
CREATE TRIGGER stamp_prices BEFORE UPDATE ON prices FOR EACH ROW EXECUTE FUNCTION stamp();
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TRIGGER + "ALTER TABLE prices DISABLE TRIGGER stamp_prices;",
        good=_TRIGGER
        + "CREATE TRIGGER on_replica AFTER INSERT ON prices EXECUTE FUNCTION stamp(); ALTER TABLE prices ENABLE REPLICA TRIGGER on_replica;",
        yields=("trigger public.prices.stamp_prices",),
    ),
)
