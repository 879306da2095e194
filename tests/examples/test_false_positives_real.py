"""Situations met in real schemas where a finding was false, or one convention filled the list, on a real server."""

import psycopg

from dbarchitect.checks import all_checks, run_check
from dbarchitect.engines.postgres import open_source
from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.lab.rehearsal import rehearse
from dbarchitect.lab.scripts import run_script
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.snapshot import Origin, Snapshot
from tests.examples.laboratory import read_answered

CHECKS = {check.slug: check for check in all_checks()}


def _read(url: str, script: str, limits: Limits | None = None) -> Snapshot:
    with run_script(url, script), open_source(url, limits=limits or Limits()) as source:
        return read_answered(source, limits or Limits())


def _from_files(url: str, script: str) -> Snapshot:
    """As a review of SQL files reads them: loaded into a server of our own, whose sizes say nothing."""
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(script.encode())
    with open_source(url, limits=Limits()) as source:
        return source.snapshot(Origin.SQL_FILES)


def _found(snapshot: Snapshot, slug: str, limits: Limits | None = None) -> list[Finding]:
    return run_check(CHECKS[slug], snapshot, limits or Limits())


def _keys(findings: list[Finding]) -> list[str]:
    return [finding.subject.key for finding in findings]


def _tries(postgres18: EmbeddedPostgres, url: str, snapshot: Snapshot, findings: list[Finding]) -> list[bool]:
    database = url.partition("?")[0].rpartition("/")[2]
    tried = rehearse(postgres18, snapshot, findings, database)
    return [bool(f.trial and f.trial.done and f.trial.verified and f.trial.undone and not f.trial.failures) for f in tried]


def test_sizes_of_an_empty_server_are_not_told(fresh_database: str) -> None:
    """A beginning of a longer index may be worth keeping where the longer one is much larger: of files nobody knows."""
    snapshot = _from_files(
        fresh_database,
        """
CREATE TABLE posts (id bigint PRIMARY KEY, url text NOT NULL UNIQUE, author_id bigint, made timestamptz);
CREATE INDEX of_author ON posts (author_id);
CREATE INDEX of_author_latest ON posts (author_id, made DESC, id DESC);
CREATE INDEX of_url ON posts (url);
ANALYZE;
""",
    )
    beginning, same = sorted(_found(snapshot, "redundant_index"), key=lambda f: f.subject.name)
    assert (beginning.severity, same.severity) == (Severity.NOTICE, Severity.WARNING)
    assert "starts with (author_id)" in beginning.claim
    assert "is unique on the same keys (url)" in same.claim
    assert "kB" not in beginning.claim + beginning.benefit
    assert beginning.change.size_bytes is None
    assert all(t.rows is None and t.size is None and t.usage is None for t in snapshot.catalog.tables)
    assert all(i.bytes is None and i.usage is None for _, i in snapshot.catalog.indexes())
    assert snapshot.statistics == ()
    assert not [g for g in snapshot.gaps if "pg_stat_statements" in g.reason]


def test_a_schema_that_leaves_its_look_ups_without_index_on_purpose(fresh_database: str) -> None:
    tables = "".join(f"CREATE TABLE kind_{n} (id int PRIMARY KEY);\n" for n in range(20))
    columns = ", ".join(f"kind_{n} int REFERENCES kind_{n}" for n in range(20))
    snapshot = _from_files(
        fresh_database,
        tables
        + f"CREATE TABLE things (id bigint PRIMARY KEY, {columns});\n"
        + "CREATE TABLE parts (id bigint PRIMARY KEY, thing_id bigint REFERENCES things ON DELETE CASCADE);\n",
    )
    convention, cascading = _found(snapshot, "unindexed_foreign_key")
    assert convention.title == "20 foreign keys have no index"
    assert "20 of 21 foreign keys" in convention.claim
    assert (len(convention.also), convention.change.steps) == (20, ())
    assert cascading.subject.key == "constraint public.parts.parts_thing_id_fkey"
    assert {f.severity for f in (convention, cascading)} == {Severity.NOTICE}


def test_an_index_of_the_parent_whose_parts_come_with_the_partitions(fresh_database: str) -> None:
    script = """
CREATE TABLE runs (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE runs_a PARTITION OF runs FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE INDEX runs_id ON ONLY runs (id);
"""
    assert _found(_from_files(fresh_database, script), "missing_index_on_partitions") == []


def test_partitions_made_like_their_parent_have_no_defaults(fresh_database: str, postgres18: EmbeddedPostgres) -> None:
    """A type change takes the default along, which reaches partitions that have none and does not leave them again."""
    snapshot = _from_files(
        fresh_database,
        """
CREATE TABLE events (id bigint, made timestamp NOT NULL DEFAULT now()) PARTITION BY RANGE (made);
CREATE TABLE events_a (LIKE events INCLUDING INDEXES);
ALTER TABLE events ATTACH PARTITION events_a FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE jobs (id bigint, name text, made timestamp NOT NULL DEFAULT now()) PARTITION BY LIST (name);
CREATE TABLE jobs_a PARTITION OF jobs FOR VALUES IN ('a');
CREATE TABLE tasks (id bigint, name text, made timestamp NOT NULL DEFAULT now()) PARTITION BY LIST (name);
CREATE TABLE tasks_a (LIKE tasks INCLUDING INDEXES);
ALTER TABLE tasks ATTACH PARTITION tasks_a FOR VALUES IN ('a');
""",
    )
    found = {f.subject.table: f for f in _found(snapshot, "timestamp_without_zone")}
    assert {name for name, f in found.items() if f.change.steps} == {"jobs"}
    assert "some partitions have another default" in (found["tasks"].change.advice_only or "")
    assert _tries(postgres18, fresh_database, snapshot, [found["jobs"]]) == [True]


def test_a_convention_of_a_whole_schema_is_one_task_that_runs(fresh_database: str, postgres18: EmbeddedPostgres) -> None:
    columns = 'id serial PRIMARY KEY, name varchar(255), "madeAt" timestamp NOT NULL DEFAULT now()'
    tables = "".join(f"CREATE TABLE t{n} ({columns});\n" for n in range(9))
    snapshot = _from_files(fresh_database, tables)
    found = [
        f for slug in ("timestamp_without_zone", "serial_instead_of_identity", "varchar_limit") for f in _found(snapshot, slug)
    ]
    assert [(f.subject.kind.value, len(f.also)) for f in found] == [("database", 9)] * 3
    assert _tries(postgres18, fresh_database, snapshot, found) == [True] * 3
    (capitals,) = _found(snapshot, "mixed_case_name")
    assert (capitals.change.steps, len(capitals.also)) == ((), 9)


def test_few_of_a_kind_stay_apart(fresh_database: str) -> None:
    tables = "".join(f"CREATE TABLE t{n} (id serial PRIMARY KEY, made_at timestamp);\n" for n in range(7))
    snapshot = _from_files(fresh_database, tables)
    assert len(_found(snapshot, "timestamp_without_zone")) == len(_found(snapshot, "serial_instead_of_identity")) == 7


def test_lists_and_queues_of_one_column(fresh_database: str) -> None:
    """What is unique by an expression does not repeat; a queue gets one finding, not two."""
    snapshot = _from_files(
        fresh_database,
        """
CREATE TABLE former_names (name text NOT NULL);
CREATE UNIQUE INDEX former_names_name ON former_names (lower(name));
CREATE TABLE waiting (release int NOT NULL);
""",
    )
    assert _keys(_found(snapshot, "one_column_table")) == ["table public.waiting"]
    (missing,) = _found(snapshot, "missing_primary_key")
    assert (missing.subject.key, missing.severity) == ("table public.former_names", Severity.NOTICE)
    assert "former_names_name keeps rows apart" in missing.claim


def test_a_unique_index_that_foreign_keys_rest_on_is_not_renamed_into_a_key(fresh_database: str) -> None:
    snapshot = _from_files(
        fresh_database,
        """
CREATE TABLE limits (tenant int NOT NULL, key text NOT NULL);
CREATE UNIQUE INDEX limits_key ON limits (tenant, key);
CREATE TABLE uses (id bigint PRIMARY KEY, tenant int, key text, FOREIGN KEY (tenant, key) REFERENCES limits (tenant, key));
""",
    )
    (finding,) = _found(snapshot, "missing_primary_key")
    assert finding.change.steps == ()
    assert "foreign keys rest on that index" in (finding.change.advice_only or "")


ABBREVIATED = """
CREATE TABLE customer (c_custkey int NOT NULL, c_name text NOT NULL, c_phone text NOT NULL);
CREATE TABLE orders (o_orderkey int NOT NULL, o_custkey int NOT NULL, o_total numeric NOT NULL);
INSERT INTO customer SELECT i, 'c' || i, '1' FROM generate_series(1, 3000) i;
INSERT INTO orders SELECT i, 1 + i % 3000, i FROM generate_series(1, 6000) i;
ANALYZE;
"""


def test_names_that_begin_with_their_tables_abbreviation(fresh_database: str) -> None:
    snapshot = _read(fresh_database, ABBREVIATED)
    found = {f.subject.table: f for f in _found(snapshot, "missing_primary_key")}
    assert "c_custkey has neither a null nor a value twice in any row" in found["customer"].claim
    assert "o_orderkey has neither a null nor a value twice in any row" in found["orders"].claim
    assert _found(snapshot, "inferred_foreign_key") == []  # there is no key yet that it could point at


def test_references_that_begin_with_their_tables_abbreviation(fresh_database: str) -> None:
    keys = "ALTER TABLE customer ADD PRIMARY KEY (c_custkey); ALTER TABLE orders ADD PRIMARY KEY (o_orderkey);"
    snapshot = _read(fresh_database, ABBREVIATED + keys)
    (finding,) = _found(snapshot, "inferred_foreign_key")
    assert finding.subject.key == "column public.orders.o_custkey"
    assert "6,000 of 6,000 values" in finding.claim


def test_a_key_of_which_not_all_rows_were_read(fresh_database: str) -> None:
    """Better the column that looks like the key, built so that a duplicate stops it, than one more number for each row."""
    limits = Limits(sample_rows=1000)
    snapshot = _read(fresh_database, ABBREVIATED, limits)
    found = {f.subject.table: f for f in _found(snapshot, "missing_primary_key", limits)}
    assert found["orders"].confidence is Confidence.LIKELY
    assert "rows that were read and could be it" in found["orders"].claim
    assert "(o_orderkey)" in found["orders"].change.steps[0].sql
    assert any("not read" in a for a in found["orders"].change.assumptions)
