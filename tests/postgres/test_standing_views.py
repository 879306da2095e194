"""Views over a column that gets another type: which of them go and come back, and what keeps them from coming back."""

import psycopg

from dbarchitect.checks import all_checks, run_check
from dbarchitect.engines.postgres import open_source
from dbarchitect.model.change import Change
from dbarchitect.model.limits import Limits

_NEAR_END = next(c for c in all_checks() if c.slug == "integer_key_near_end")
_VIEWS = next(e.bad for e in _NEAR_END.examples if e.name == "views over it")


def _change(url: str, script: str) -> Change:
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            connection.execute(script.encode())
            with open_source(url, limits=Limits()) as source:
                (finding,) = run_check(_NEAR_END, source.snapshot(), Limits())
        finally:
            connection.execute("DROP OWNED BY reader CASCADE; DROP ROLE reader")
    return finding.change


def _named(change: Change, word: str) -> list[str]:
    return [step.sql.split()[-1] for step in change.steps if step.sql.startswith(word)]


def test_only_the_views_that_use_the_column_go_each_before_what_it_reads(fresh_database: str) -> None:
    change = _change(fresh_database, _VIEWS)
    assert _named(change, "DROP MATERIALIZED VIEW") == ["public.kept", "public.empty"]
    assert _named(change, "DROP VIEW") == ["public.odd", "public.named"]
    assert not any("notes" in step.sql for step in change.steps)
    assert any("public.kept: computed anew" in hazard for hazard in change.hazards)


def test_default_privileges_do_not_stay_on_views_that_come_back(fresh_database: str) -> None:
    script = _VIEWS + "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO reader;"
    assert any(step.sql == "REVOKE ALL ON TABLE public.named FROM reader" for step in _change(fresh_database, script).steps)


def test_what_could_not_come_back_as_it_was_makes_it_advice(fresh_database: str) -> None:
    trigger = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
    trigger += "CREATE TRIGGER t INSTEAD OF DELETE ON named FOR EACH ROW EXECUTE FUNCTION f();"
    default = 'ALTER VIEW odd ALTER COLUMN "Odd id" SET DEFAULT 1;'
    routine = "CREATE FUNCTION g() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM public.kept; END;"
    advice = _change(fresh_database, _VIEWS + trigger + default + routine).advice_only
    assert advice is not None
    for reason in ("view public.named has triggers", "view public.odd has defaults", "function public.g reads view public.kept"):
        assert reason in advice
