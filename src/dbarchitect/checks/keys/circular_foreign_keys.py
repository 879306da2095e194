"""Tables that require each other.

Each has a NOT NULL reference to the other and none of the checks can wait, so that no first row can be inserted, none of the last
deleted, and a data-only restore has no order that works.

Ignore it when the rows are made by a statement that inserts into both tables at once (WITH … INSERT).
"""

from collections.abc import Iterator
from dataclasses import replace

from dbarchitect.checks._names import listed
from dbarchitect.checks._weigh import share_of_database
from dbarchitect.checks.keys._remedies import allow_null
from dbarchitect.model.catalog import ForeignKey, Table
from dbarchitect.model.change import Change
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, QualifiedName, constraint_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.constraint_changes import set_deferrable

CODES = ("SCH-17",)
ENGINES = RELATIONAL
Edges = dict[QualifiedName, list[tuple[Table, ForeignKey]]]


def _required(snapshot: Snapshot) -> Edges:
    """References that a row cannot do without and whose check cannot wait, from child to parent."""
    edges: Edges = {}
    for table, key in snapshot.catalog.references():
        columns = [table.column(c) for c in key.columns]
        needed = all(c is not None and not c.nullable for c in columns) and not key.deferrable and key.enforced
        if needed and not key.inherited and key.target != table.name:
            edges.setdefault(table.name, []).append((table, key))
    return edges


def _core(edges: Edges) -> Edges:
    """The references between tables that both lead on and are led to: what can be in a circle."""
    while True:
        reached = {key.target for pairs in edges.values() for _, key in pairs}
        kept = {
            name: inner
            for name, pairs in edges.items()
            if name in reached and (inner := [(t, k) for t, k in pairs if k.target in edges])
        }
        if sum(map(len, kept.values())) == sum(map(len, edges.values())):
            return kept
        edges = kept


def _back(edges: Edges, start: QualifiedName, goal: QualifiedName) -> list[QualifiedName] | None:
    """The shortest path of required references from one table to another."""
    paths = [[start]]
    seen = {start}
    while paths:
        path = paths.pop(0)
        if path[-1] == goal:
            return path
        for _, key in edges.get(path[-1], []):
            if key.target not in seen:
                seen.add(key.target)
                paths.append([*path, key.target])
    return None


def _change(snapshot: Snapshot, table: Table, key: ForeignKey) -> Change:
    """PostgreSQL can let the check wait; MySQL and MariaDB cannot, so that one reference must do without a row at first."""
    if snapshot.engine is Engine.POSTGRESQL:
        return set_deferrable(table, key)
    change = allow_null(snapshot, table, tuple(c for c in table.columns if c.name in key.columns))
    return replace(change, hazards=(*change.hazards, "readers of the column must reckon with NULL from then on"))


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each circle, at the reference that closes it."""
    edges = _core(_required(snapshot))
    told: set[frozenset[QualifiedName]] = set()
    for name in sorted(edges):
        for table, key in edges[name]:
            path = _back(edges, key.target, name)
            if path is None or frozenset(path) in told:
                continue
            told.add(frozenset(path))
            circle = listed([str(n) for n in path])
            yield Finding(
                subject=constraint_subject(table.name, key.name),
                title=f"{key.name} closes a circle of required references",
                claim=f"{circle} each require a row of the next through NOT NULL foreign keys that cannot wait: no first row can be inserted.",
                evidence=(Evidence(EvidenceKind.OBSERVED, f"{key.name}: {key.definition}"),),
                change=_change(snapshot, table, key),
                severity=Severity.NOTICE,
                weight=share_of_database(snapshot, table),
                benefit="SET CONSTRAINTS … DEFERRED lets one transaction insert both rows"
                if snapshot.engine is Engine.POSTGRESQL
                else "the first row of the circle can be inserted and linked afterwards",
            )


EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE a (id int PRIMARY KEY, b_id int NOT NULL);
CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a (id));
ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id);
""",
        good="""
CREATE TABLE a (id int PRIMARY KEY, b_id int);
CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a (id));
ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id);
CREATE TABLE c (id int PRIMARY KEY, d_id int NOT NULL);
CREATE TABLE d (id int PRIMARY KEY, c_id int NOT NULL REFERENCES c (id), parent int NOT NULL REFERENCES d (id));
ALTER TABLE c ADD FOREIGN KEY (d_id) REFERENCES d (id) DEFERRABLE;
""",
        yields=("constraint public.a.a_b_id_fkey",),
    ),
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE a (id int PRIMARY KEY, b_id int NOT NULL COMMENT 'NOT NULL');
CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL, CONSTRAINT of_a FOREIGN KEY (a_id) REFERENCES a (id));
ALTER TABLE a ADD CONSTRAINT of_b FOREIGN KEY (b_id) REFERENCES b (id);
""",
        good="""
CREATE TABLE a (id int PRIMARY KEY, b_id int);
CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL, FOREIGN KEY (a_id) REFERENCES a (id));
ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id);
""",
        yields=("constraint {database}.a.of_b",),
    ),
)
