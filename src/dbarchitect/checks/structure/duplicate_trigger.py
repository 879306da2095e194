"""Trigger that does the same as another one of its table.

Both run for each row: the work is done twice, and whatever the function adds up or writes is added and written twice.

Ignore it only when the function counts on being called twice.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import share_of_database
from dbarchitect.model.catalog import Trigger
from dbarchitect.model.change import Change, ChangeKind, Risk, Step, Strategy, Verification
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, Subject, SubjectKind
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import ACCESS_EXCLUSIVE
from dbarchitect.sql.identifiers import quote_literal, quote_name, quote_qualified

CODES = ("SCH-24",)
ENGINES = (Engine.POSTGRESQL,)
PG = Engine.POSTGRESQL


def _without_name(trigger: Trigger) -> str:
    return trigger.definition.replace(f"TRIGGER {quote_name(PG, trigger.name)} ", "TRIGGER ", 1)


def _change(trigger: Trigger) -> Change:
    target, name = quote_qualified(PG, trigger.table), quote_name(PG, trigger.name)
    verify = (
        f"SELECT NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass({quote_literal(PG, target)}) "
        f"AND tgname = {quote_literal(PG, trigger.name)})"
    )
    return Change(
        ChangeKind.SCHEMA, Strategy.STANDARD, (Step(f"DROP TRIGGER {name} ON {target}"),), (Step(trigger.definition),),
        ACCESS_EXCLUSIVE, "milliseconds", Verification(verify, "t"), online=False, risk=Risk.MEDIUM,
    )  # fmt: skip


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each enabled trigger whose definition equals an earlier one's but for its name."""
    first: dict[tuple[str, str], Trigger] = {}
    for trigger in sorted(snapshot.catalog.triggers, key=lambda t: (t.table, t.name)):
        table = snapshot.table(trigger.table)
        if table is None or not trigger.enabled or trigger.inherited:
            continue
        earlier = first.setdefault((str(trigger.table), _without_name(trigger)), trigger)
        if earlier is trigger:
            continue
        yield Finding(
            subject=Subject(SubjectKind.TRIGGER, table.name.schema, table.name.name, trigger.name),
            title=f"trigger {trigger.name} repeats {earlier.name}",
            claim=f"{trigger.name} and {earlier.name} on {table.name} are the same but for their names: {trigger.routine} runs twice for each event.",
            evidence=(Evidence(EvidenceKind.OBSERVED, f"both are {_without_name(trigger)}"),),
            change=_change(trigger),
            severity=Severity.WARNING,
            weight=share_of_database(snapshot, table),
            benefit="the function runs once",
        )


_TRIGGER = """
CREATE TABLE stock (id bigint PRIMARY KEY, n int, seen timestamptz);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER note_a BEFORE UPDATE ON stock FOR EACH ROW EXECUTE FUNCTION note('a');
"""
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad=_TRIGGER + "CREATE TRIGGER note_again BEFORE UPDATE ON stock FOR EACH ROW EXECUTE FUNCTION note('a');",
        good=_TRIGGER
        + "CREATE TRIGGER note_b BEFORE UPDATE ON stock FOR EACH ROW EXECUTE FUNCTION note('b');"
        + "CREATE TRIGGER note_c BEFORE INSERT ON stock FOR EACH ROW EXECUTE FUNCTION note('a');",
        yields=("trigger public.stock.note_again",),
    ),
)
