"""Entity-attribute-value table.

Rows of (entity, attribute name, value as text) turn every column into a join: a record of ten attributes takes ten rows, values have no type
and no constraint, a required attribute cannot be stated, and the planner knows nothing of how attributes relate.

Ignore it for sparse attributes that users invent themselves and that are only shown, never searched; a jsonb column serves these better still.
Tables with a column for each type of value (value_str, value_int) are left out: their values have types.
"""

from collections.abc import Iterator

from dbarchitect.checks._names import has_word, words
from dbarchitect.checks._tables import distinct_values, own_tables
from dbarchitect.checks._weigh import is_small, share_of_database, table_facts, weigh
from dbarchitect.model.catalog import TEXTUAL, Column, Table, TypeFamily
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SCH-15",)
ENGINES = RELATIONAL
_ATTRIBUTE = frozenset("attribute attr property prop field meta param parameter".split())
_KEYS = frozenset({("key",), ("name",), ("attribute",), ("property",), ("field",)})
_BY_DESIGN = frozenset(
    "setting settings config configuration preference preferences option options translation translations i18n label header headers cache".split()
)
_MOST_COLUMNS = 9


def _attribute(table: Table) -> Column | None:
    value_like = [c for c in table.columns if words(c.name)[:1] == ("value",) or words(c.name)[-1:] == ("value",)]
    if not value_like:
        return None
    if len({c.type.family in TEXTUAL for c in value_like}) > 1:
        return None  # a column for each type of value: the attributes are the users', and the values do have types
    named = [c for c in table.columns if c not in value_like and (_ATTRIBUTE.intersection(words(c.name)) or words(c.name) in _KEYS)]
    return named[0] if named else None


def _value(table: Table) -> Column | None:
    textual = (c for c in table.columns if c.type.family in TEXTUAL and "value" in words(c.name))
    return next(textual, None)


def _entity(table: Table, attribute: Column) -> Column | None:
    keys = (TypeFamily.INTEGER, TypeFamily.UUID, *TEXTUAL)
    named = (c for c in table.columns if c is not attribute and words(c.name)[-1:] == ("id",) and len(words(c.name)) > 1)
    return next((c for c in named if c.type.family in keys), None)


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each table of few columns that holds an entity's key, an attribute and a textual value."""
    for table in own_tables(snapshot):
        attribute, value = _attribute(table), _value(table)
        entity = _entity(table, attribute) if attribute else None
        if attribute is None or value is None or entity is None or len(table.columns) > _MOST_COLUMNS:
            continue
        if has_word(table.name.name, _BY_DESIGN) or is_small(snapshot, table, limits):
            continue
        kinds = distinct_values(snapshot, table, attribute)
        if kinds is not None and kinds < 2:
            continue
        several = f", {kinds:,.0f} different attributes" if kinds else ""
        yield Finding(
            subject=table_subject(table.name),
            title="entity-attribute-value table",
            claim=(
                f"{table.name} ({table_facts(snapshot, table)}{several}) stores ({entity.name}, {attribute.name}, {value.name}) for each "
                "value: one record takes many rows and joins, and no value has a type or a constraint."
            ),
            evidence=(Evidence(EvidenceKind.OBSERVED, f"{value.name} is {value.type.text} for every attribute{several}"),),
            change=advice(
                ChangeKind.MIGRATION,
                f"The application reads these rows. List the attributes that are in use: SELECT {attribute.name}, count(*) FROM {table.name} "
                "GROUP BY 1 ORDER BY 2 DESC. Give those that most entities have a typed column each on the entity's table, put the rest into one "
                "JSON column there, write to both, copy in batches by entity, switch the readers, then drop this table.",
                risk=Risk.MEDIUM,
            ),
            severity=min(Severity.WARNING, weigh(snapshot, table, limits), key=lambda s: s.value),
            confidence=Confidence.LIKELY,
            weight=share_of_database(snapshot, table),
            benefit="one row for each record, with types, constraints and indexes on what is searched",
        )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE product_attributes (product_id bigint NOT NULL, attribute_name text NOT NULL, value text, PRIMARY KEY (product_id, attribute_name));
INSERT INTO product_attributes SELECT i / 5, 'attribute ' || i % 5, i FROM generate_series(1, 5000) i;
ANALYZE;
""",
        good="""
CREATE TABLE user_settings (user_id bigint NOT NULL, key text NOT NULL, value text, PRIMARY KEY (user_id, key));
INSERT INTO user_settings SELECT i / 5, 'key ' || i % 5, i FROM generate_series(1, 5000) i;
CREATE TABLE readings (sensor_id bigint NOT NULL, at timestamptz NOT NULL, value double precision, PRIMARY KEY (sensor_id, at));
INSERT INTO readings SELECT i, now(), i FROM generate_series(1, 5000) i;
CREATE TABLE step_results (step_id bigint NOT NULL, key text NOT NULL, value_str text, value_int int, PRIMARY KEY (step_id, key));
INSERT INTO step_results SELECT i / 5, 'key ' || i % 5, i FROM generate_series(1, 5000) i;
ANALYZE;
""",
        yields=("table public.product_attributes",),
    ),
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE product_attributes (product_id bigint NOT NULL, attribute_name varchar(40) NOT NULL, value text, PRIMARY KEY (product_id, attribute_name));
INSERT INTO product_attributes SELECT seq DIV 5, CONCAT('attribute ', seq % 5), seq FROM seq_1_to_5000;
ANALYZE TABLE product_attributes;
""",
        good="CREATE TABLE readings (sensor_id bigint NOT NULL, at datetime NOT NULL, value double, PRIMARY KEY (sensor_id, at));",
        yields=("table {database}.product_attributes",),
    ),
)
