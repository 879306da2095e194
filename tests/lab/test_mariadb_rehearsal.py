"""The same on MariaDB: the schema comes back, changes are done, verified and undone on the copy."""

from collections.abc import Iterator

import pytest

from dbarchitect.engines.mysql import open_source
from dbarchitect.errors import LabError
from dbarchitect.lab.compare import differences
from dbarchitect.lab.mariadb import PrivateMariaDB
from dbarchitect.lab.mariadb_stage import clone_mysql_schema, drop_clone
from dbarchitect.lab.rehearsal import rehearse
from dbarchitect.model.change import Change, ChangeKind, Step, Strategy, Verification
from dbarchitect.model.finding import Finding, Severity, Trial
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, QualifiedName, table_subject
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import create_index, drop_index

DATABASE = "rich shop"
RICH = (
    """CREATE TABLE child (id int unsigned AUTO_INCREMENT PRIMARY KEY, parent_id bigint NOT NULL,
      note varchar(40) COLLATE utf8mb4_bin DEFAULT 'it''s', KEY ix_note (note(10) DESC),
      CONSTRAINT own FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE)""",
    """CREATE TABLE parent (id bigint PRIMARY KEY, state enum('new', 'it''s gone') NOT NULL, tags set('a', 'b'),
      price decimal(10,2) CHECK (price > 0), doubled decimal(12,2) AS (price * 2) PERSISTENT,
      made timestamp DEFAULT current_timestamp() ON UPDATE current_timestamp(), doc longtext CHECK (json_valid(doc)),
      UNIQUE KEY u (state, price), FULLTEXT KEY ft (doc)) COMMENT='who''s'""",
    "CREATE TABLE `odd ``table` (`select` int PRIMARY KEY, `ünï ☃` text) ENGINE=MyISAM",
    """CREATE TABLE parted (id int, at date) PARTITION BY RANGE (year(at))
      (PARTITION p0 VALUES LESS THAN (2025), PARTITION p1 VALUES LESS THAN MAXVALUE)""",
    "CREATE SEQUENCE numbers START WITH 5 INCREMENT BY 5 MAXVALUE 1000 CACHE 10 CYCLE",
    "CREATE VIEW a_view AS SELECT c.id, p.state FROM child c JOIN parent p ON p.id = c.parent_id",
    "CREATE VIEW a_first AS SELECT id FROM a_view",
    "CREATE TRIGGER trim_note BEFORE INSERT ON child FOR EACH ROW SET NEW.note = trim(NEW.note)",
    "CREATE FUNCTION plus_one(n int) RETURNS int DETERMINISTIC NO SQL RETURN n + 1",
    "CREATE PROCEDURE tidy(IN days int, OUT n int) BEGIN SELECT count(*) INTO n FROM child; END",
    "INSERT INTO parent (id, state, price, doc) VALUES (7, 'new', 3, '{}')",
    "INSERT INTO child (parent_id) VALUES (7), (7)",
)


def read(server: PrivateMariaDB) -> Snapshot:
    with open_source(server.url(DATABASE), limits=Limits()) as source:
        return source.snapshot()


@pytest.fixture(scope="module")
def snapshot(mariadb: PrivateMariaDB) -> Iterator[Snapshot]:
    mariadb.create_database(DATABASE)
    mariadb.execute("SET foreign_key_checks = 0", *RICH, database=DATABASE)
    yield read(mariadb)
    mariadb.drop_database(DATABASE)


@pytest.fixture(scope="module")
def lab() -> Iterator[PrivateMariaDB]:
    """A second server, as a review has one beside the source."""
    with PrivateMariaDB() as server:
        yield server


def change(do: str, undo: str = "", verify: str = "", expected: str = "1") -> Change:
    steps, back = (tuple(Step(s.strip()) for s in text.split(";") if s) for text in (do, undo))
    proof = Verification(verify, expected) if verify else None
    return Change(ChangeKind.SCHEMA, Strategy.STANDARD, steps, back, "none", "none", proof)


def trials(lab: PrivateMariaDB, snapshot: Snapshot, *changes: Change) -> list[Trial]:
    subject = table_subject(QualifiedName(DATABASE, "child"))
    findings = [Finding(subject, "t", "c", (), c, Severity.WARNING) for c in changes]
    return [f.trial for f in rehearse(lab, snapshot, findings, "") if f.trial]


def test_a_rich_schema_comes_back_equal(lab: PrivateMariaDB, snapshot: Snapshot) -> None:
    assert clone_mysql_schema(lab, snapshot) == ()
    after = read(lab)
    drop_clone(lab, snapshot)
    # the servers differ in the folders that their variables name
    assert [d for d in differences(snapshot, after) if not d.startswith("mysql.variables")] == []
    assert len(after.catalog.tables) == 4 and after.catalog.triggers and after.catalog.routines and after.catalog.sequences


def test_a_database_that_is_there_is_never_replaced(mariadb: PrivateMariaDB, snapshot: Snapshot) -> None:
    with pytest.raises(LabError, match="database exists"):
        clone_mysql_schema(mariadb, snapshot)
    assert differences(snapshot, read(mariadb)) == ()


def test_done_verified_and_undone(lab: PrivateMariaDB, snapshot: Snapshot) -> None:
    child = snapshot.table(QualifiedName(DATABASE, "child"))
    assert child
    note = next(i for i in child.indexes if i.name.name == "ix_note")
    for trial in trials(
        lab,
        snapshot,
        create_index(Engine.MARIADB, child, "ix_new", ("parent_id", "note")),
        drop_index(Engine.MARIADB, child, note),
        change("SET GLOBAL max_connections = 77", "SET GLOBAL max_connections = 66", "SELECT @@global.max_connections", "77"),
    ):
        assert (trial.done, trial.verified, trial.undone, trial.failures) == (True, True, True, ())
        assert trial.server == f"MariaDB {lab.version}, an empty copy of the schema"


def test_refused_and_incomplete_changes_leave_the_copy_as_it_was(lab: PrivateMariaDB, snapshot: Snapshot) -> None:
    table = f"`{DATABASE}`.child"
    refused, incomplete, clean, accounts, live = trials(
        lab,
        snapshot,
        change(f"ALTER TABLE {table} ADD COLUMN x int; ALTER TABLE {table} DROP COLUMN nowhere"),
        change(f"ALTER TABLE {table} ADD COLUMN x int, ADD COLUMN y int", f"ALTER TABLE {table} DROP COLUMN x"),
        change(f"ALTER TABLE {table} ADD COLUMN x int", f"ALTER TABLE {table} DROP COLUMN x"),
        change("DROP USER somebody"),
        change("KILL 5"),
    )
    assert (refused.done, refused.failures[0].error) == (False, "Can't DROP COLUMN `nowhere`; check that it exists")
    assert (incomplete.done, incomplete.undone) == (True, False)
    assert incomplete.failures[0].error == f"the catalogue is not as it was: table {DATABASE}.child differs"
    assert (clean.done, clean.undone, clean.failures) == (True, True, ())
    assert accounts.not_run and live.not_run
