"""Passwords or keys are stored as they are.

Whoever reads the table, a backup, a replica or a log has them, and people use the same password elsewhere. A password belongs in the table
as the output of a slow hash with a salt (Argon2id, scrypt, bcrypt); a token that is only compared, as a SHA-256 digest.

Ignore it when the column holds encrypted text, or a key that must be used in clear and is kept apart from the rest. Values are counted by
their shape in the server and are never shown.
"""

from collections.abc import Iterator

from dbarchitect.checks._weigh import share_of_database
from dbarchitect.checks.security._secrets import is_key, is_password
from dbarchitect.model.catalog import TEXTUAL, Column, Table
from dbarchitect.model.change import ChangeKind, Risk
from dbarchitect.model.check import Example
from dbarchitect.model.evidence import Evidence, EvidenceKind
from dbarchitect.model.finding import Confidence, Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import RELATIONAL, Engine, column_subject
from dbarchitect.model.questions import ShapeAnswer, ShapeQuestion, TextShape
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.sql.changes import advice

CODES = ("SEC-20",)
ENGINES = RELATIONAL
NEEDS_LIVE = True
_SHORTEST_HASH = 32  # an MD5 digest in hexadecimal, the shortest that is met


def _proof(snapshot: Snapshot, table: Table, column: Column) -> tuple[Evidence, Confidence] | None:
    """What the values look like; None when nothing speaks for clear text."""
    answer = snapshot.answer(ShapeQuestion(table.name, column.name))
    if isinstance(answer, ShapeAnswer) and answer.values:
        hashes = answer.count(TextShape.PASSWORD_HASH)
        if hashes * 2 > answer.values:
            return None
        text = f"{answer.values - hashes:,} of {answer.values:,} values read do not have the form of a known hash"
        return Evidence(EvidenceKind.OBSERVED, text), Confidence.LIKELY
    statistics = snapshot.column_statistics(table.name, column.name)
    if statistics is None or not 0 < statistics.average_bytes < _SHORTEST_HASH or statistics.null_fraction >= 1:
        return None
    text = f"values are {statistics.average_bytes} bytes long on average by the planner's statistics, a hash has at least {_SHORTEST_HASH}"
    return Evidence(EvidenceKind.ESTIMATED, text), Confidence.POSSIBLE


def find(snapshot: Snapshot, limits: Limits) -> Iterator[Finding]:
    """One finding for each text column named like a password or key whose values do not look hashed."""
    for table, column in snapshot.columns():
        password = is_password(column.name)
        if column.type.family not in TEXTUAL or not (password or is_key(column.name)):
            continue
        proof = _proof(snapshot, table, column)
        if proof is None:
            continue
        evidence, confidence = proof
        kind = "passwords" if password else "keys or tokens"
        remedy = (
            "Store the output of Argon2id, scrypt or bcrypt instead: add a column for it, fill it at the next login or by a reset, then drop this one."
            if password
            else "Store a SHA-256 digest when the value is only compared, or encrypt it with a key that is not in the database."
        )
        yield Finding(
            subject=column_subject(table.name, column.name),
            title=f"{table.name.name}.{column.name} holds {kind} in clear text",
            claim=f"{table.name}.{column.name} seems to hold {kind} that are not hashed: {evidence.text}. Whoever reads the table or a backup has them.",
            evidence=(evidence,),
            change=advice(ChangeKind.SECURITY, remedy, risk=Risk.HIGH),
            severity=Severity.CRITICAL if password else Severity.NOTICE,
            confidence=confidence if password else Confidence.POSSIBLE,
            weight=share_of_database(snapshot, table),
            benefit="a stolen backup gives away no usable secret",
        )


_HASH = "'$2b$12$' || substr(md5(i::text) || md5((i + 1)::text), 1, 53)"
EXAMPLES = (
    Example(
        Engine.POSTGRESQL,
        bad="""
CREATE TABLE users (id bigint PRIMARY KEY, password text NOT NULL);
INSERT INTO users SELECT i, 'horse' || i FROM generate_series(1, 2000) i;
ANALYZE;
""",
        good=f"""
CREATE TABLE users (id bigint PRIMARY KEY, password text NOT NULL, password_hint text, password_changed date);
INSERT INTO users SELECT i, {_HASH}, 'your horse' FROM generate_series(1, 2000) i;
CREATE TABLE empty (id bigint PRIMARY KEY, password text);
ANALYZE;
""",
        yields=("column public.users.password",),
    ),
    Example(
        Engine.POSTGRESQL,
        name="long phrases, told by their shape",
        bad="""
CREATE TABLE users (id bigint PRIMARY KEY, password text NOT NULL);
INSERT INTO users SELECT i, 'correct horse battery staple number ' || i FROM generate_series(1, 2000) i;
ANALYZE;
""",
        good=f"""
CREATE TABLE users (id bigint PRIMARY KEY, password text);
INSERT INTO users SELECT i, {_HASH} FROM generate_series(1, 2000) i;
ANALYZE;
""",
        yields=("column public.users.password",),
    ),
    Example(
        Engine.MARIADB,
        bad="""
CREATE TABLE users (id bigint PRIMARY KEY, password varchar(80) NOT NULL);
INSERT INTO users SELECT seq, concat('horse', seq) FROM seq_1_to_2000;
ANALYZE TABLE users PERSISTENT FOR ALL;
""",
        good="""
CREATE TABLE users (id bigint PRIMARY KEY, password varchar(80) NOT NULL, password_hint varchar(80));
INSERT INTO users SELECT seq, concat('$2b$12$', substr(sha2(seq, 256), 1, 53)), 'your horse' FROM seq_1_to_2000;
ANALYZE TABLE users PERSISTENT FOR ALL;
""",
        yields=("column {database}.users.password",),
    ),
)
