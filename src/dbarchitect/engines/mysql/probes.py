"""Answers to questions about the data, by bounded read-only queries.

Each query reads at most `limits.sample_rows` rows of a table, in the order of its primary key, and is stopped by the server
after `limits.probe_seconds`; all of them together after `limits.probe_total_seconds`. Every query is a transaction of its own,
so that no metadata lock outlives it and holds up an ALTER TABLE.
"""

import time
from collections.abc import Sequence

import pymysql

from dbarchitect.engines.mysql.errors import DENIED, TIMEOUTS, code_of, mapped_error, text_of
from dbarchitect.engines.mysql.session import STATEMENT_SECONDS, TAG, Row, Session
from dbarchitect.engines.mysql.usage import grantee
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import QualifiedName
from dbarchitect.model.progress import Progress
from dbarchitect.model.questions import (
    Answer,
    DependencyAnswer,
    DependencyQuestion,
    InclusionAnswer,
    InclusionQuestion,
    NullAnswer,
    NullQuestion,
    Question,
    Reach,
    ShapeAnswer,
    ShapeCount,
    ShapeQuestion,
    TextShape,
    UniquenessAnswer,
    UniquenessQuestion,
)
from dbarchitect.model.snapshot import Gap
from dbarchitect.sql.identifiers import quote_name, quote_qualified

# no backslashes: both PCRE (MariaDB) and ICU (MySQL) read these, whatever the server thinks of escapes
_DATE = "(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?( ?(Z|[+-][0-9]{2}(:?[0-9]{2})?))?"
_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_PATTERNS = {
    TextShape.INTEGER: "^[+-]?[0-9]{1,18}$",
    TextShape.DECIMAL: "^[+-]?[0-9]+([.][0-9]+)?$",
    TextShape.BOOLEAN: "^([tfyn01]|true|false|yes|no|on|off)$",
    TextShape.DATE: f"^{_DATE}$",
    TextShape.TIMESTAMP: f"^{_DATE}[T ]{_TIME}$",
    TextShape.UUID: "^[{]?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}[}]?$",
    TextShape.IP_ADDRESS: f"^({_OCTET}([.]{_OCTET}){{3}}|[0-9a-f]{{0,4}}(:[0-9a-f]{{0,4}}){{2,7}})(/[0-9]{{1,3}})?$",
    TextShape.SEPARATED_LIST: "^[^,;|[:space:]]+([,;|] ?[^,;|[:space:]]+)+$",
    TextShape.EMAIL: "^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+$",
    TextShape.LEADING_ZERO: "^0[0-9]+$",
    TextShape.PASSWORD_HASH: "^([$](2[abxy]|argon2(i|d|id)|scrypt|pbkdf2.*|[1567]|y|p)[$].+"
    "|[*][0-9a-f]{40}|[{](ssha|sha|md5|crypt)[}].+)$",
}
_TYPED = "the two sides cannot be compared as they are typed"


def _sample(session: Session, table: QualifiedName, columns: Sequence[str], rows: int, where: str | None = None) -> str:
    """A derived table of the first rows, its columns named k0, k1 …"""
    chosen = ", ".join(f"{quote_name(session.engine, column)} AS k{i}" for i, column in enumerate(columns))
    condition = f" WHERE {where}" if where else ""
    return f"(SELECT {chosen} FROM {quote_qualified(session.engine, table)}{condition} LIMIT {rows}) s"


def _not_null(columns: Sequence[str]) -> str:
    return " AND ".join(f"s.k{i} IS NOT NULL" for i in range(len(columns)))


class Prober:
    """Asks within limits of time and rows."""

    def __init__(self, session: Session, limits: Limits, progress: Progress) -> None:
        self._session, self._limits, self._progress = session, limits, progress
        self._until = time.monotonic() + limits.probe_total_seconds

    def answers(self, questions: Sequence[Question]) -> tuple[tuple[Answer, ...], tuple[Gap, ...]]:
        """Answers in the order of the questions, and what could not be answered."""
        answers: list[Answer] = []
        gaps: list[Gap] = []
        try:
            for done, question in enumerate(questions):
                self._progress("questions about the data", done, len(questions))
                left = self._until - time.monotonic()
                if left <= 0:
                    gaps.append(self._out_of_time(len(questions) - done))
                    break
                self._session.limit_statements(min(left, self._limits.probe_seconds))
                self._ask(question, answers, gaps)
        finally:
            if self._session.usable:
                self._session.limit_statements(STATEMENT_SECONDS)
        return tuple(answers), tuple(gaps)

    def _out_of_time(self, open_questions: int) -> Gap:
        return Gap(
            f"{open_questions} questions about the data",
            f"the time for all of them together ({self._limits.probe_total_seconds:g} s) is over",
            "raise probe_total_seconds under [limits] in dbarchitect.toml",
        )

    def _ask(self, question: Question, answers: list[Answer], gaps: list[Gap]) -> None:
        try:
            answers.append(self._answer(question))
        except pymysql.MySQLError as error:
            gap = self._gap(question, error)
            if gap is None:
                raise mapped_error(self._session.address, error) from error
            gaps.append(gap)

    def _answer(self, question: Question) -> Answer:
        match question:
            case InclusionQuestion():
                return self._inclusion(question)
            case UniquenessQuestion():
                return self._uniqueness(question)
            case NullQuestion():
                return self._nulls(question)
            case ShapeQuestion():
                return self._shapes(question)
            case DependencyQuestion():
                return self._dependency(question)

    def _gap(self, question: Question, error: pymysql.MySQLError) -> Gap | None:
        table = question.child if isinstance(question, InclusionQuestion) else question.table
        code, what = code_of(error), f"data of {table}: {type(question).__name__.removesuffix('Question').lower()}"
        if code in TIMEOUTS:
            reason = f"the query was stopped after {self._limits.probe_seconds:g} s"
            return Gap(what, reason, "raise probe_seconds or lower sample_rows under [limits] in dbarchitect.toml")
        if code in DENIED:
            tables = {table, question.parent} if isinstance(question, InclusionQuestion) else {table}
            names = sorted(quote_qualified(self._session.engine, name) for name in tables)
            account = grantee(self._session.account)
            return Gap(what, text_of(error), "; ".join(f"GRANT SELECT ON {name} TO {account}" for name in names))
        # 1146, 1054: dropped since; 1267, 4078: collations or types that do not compare; 1932, 1194: damaged
        if code in (1146, 1054, 1267, 4078, 1932, 1194):
            return Gap(what, _TYPED if code in (1267, 4078) else text_of(error), "review again once that is settled")
        return None

    def _row(self, select: str) -> Row:
        return self._session.rows_of(f"SELECT {TAG} {select}")[0]

    def _reach(self, rows: int, asked: int | None = None) -> Reach:
        return Reach(rows, rows < (asked or self._limits.sample_rows))

    def _inclusion(self, question: InclusionQuestion) -> InclusionAnswer:
        """A handful of rows first: when most of them have no parent, more would tell nothing new."""
        few = self._included(question, min(self._limits.inclusion_sample_rows, self._limits.sample_rows))
        if few.reach.complete or few.orphans * 2 > few.values:
            return few
        return self._included(question, self._limits.sample_rows)

    def _included(self, question: InclusionQuestion, rows: int) -> InclusionAnswer:
        engine, present = self._session.engine, _not_null(question.child_columns)
        same = " AND ".join(f"p.{quote_name(engine, c)} = s.k{i}" for i, c in enumerate(question.parent_columns))
        found = f"EXISTS (SELECT 1 FROM {quote_qualified(engine, question.parent)} p WHERE {same})"
        row = self._row(
            f"count(*) AS n, coalesce(sum({present}), 0) AS filled, coalesce(sum(({present}) AND NOT {found}), 0) AS orphans "
            f"FROM {_sample(self._session, question.child, question.child_columns, rows)}"
        )
        return InclusionAnswer(question, self._reach(int(row["n"]), rows), int(row["filled"]), int(row["orphans"]))

    def _uniqueness(self, question: UniquenessQuestion) -> UniquenessAnswer:
        present, keys = _not_null(question.columns), ", ".join(f"s.k{i}" for i in range(len(question.columns)))
        sample = _sample(self._session, question.table, question.columns, self._limits.sample_rows, question.where)
        # COUNT(DISTINCT a, b) leaves out rows with a null in any of them
        row = self._row(f"count(*) AS n, coalesce(sum({present}), 0) AS filled, count(DISTINCT {keys}) AS different FROM {sample}")
        values = int(row["filled"])
        return UniquenessAnswer(question, self._reach(int(row["n"])), values, values - int(row["different"]))

    def _nulls(self, question: NullQuestion) -> NullAnswer:
        sample = _sample(self._session, question.table, (question.column,), self._limits.sample_rows)
        row = self._row(f"count(*) AS n, coalesce(sum(s.k0 IS NULL), 0) AS nulls FROM {sample}")
        return NullAnswer(question, self._reach(int(row["n"])), int(row["nulls"]))

    def _shapes(self, question: ShapeQuestion) -> ShapeAnswer:
        sample = _sample(self._session, question.table, (question.column,), self._limits.sample_rows)
        # patterns know no case, as in `Yes`, and bytes count as text where a column's collation is binary
        value = "lower(convert(s.k0 USING utf8mb4))"
        sums = [f"coalesce(sum({value} REGEXP '{pattern.lower()}'), 0) AS `{shape.name}`" for shape, pattern in _PATTERNS.items()]
        json = "coalesce(sum(left(ltrim(s.k0), 1) IN ('{', '[') AND json_valid(s.k0)), 0)"
        row = self._row(f"count(*) AS n, count(s.k0) AS filled, {json} AS `{TextShape.JSON.name}`, {', '.join(sums)} FROM {sample}")
        counts = tuple(ShapeCount(shape, int(row[shape.name])) for shape in TextShape if int(row[shape.name]))
        return ShapeAnswer(question, self._reach(int(row["n"])), int(row["filled"]), counts)

    def _dependency(self, question: DependencyQuestion) -> DependencyAnswer:
        columns = (question.determinant, *question.dependents)
        sample = _sample(self._session, question.table, columns, self._limits.sample_rows)
        # a null beside values is a second value
        kinds = [f"count(DISTINCT s.k{i}) + max(s.k{i} IS NULL) AS d{i}" for i in range(1, len(columns))]
        broken = [f"coalesce(sum(g.k IS NOT NULL AND g.d{i} > 1), 0) AS v{i}" for i in range(1, len(columns))]
        row = self._row(
            f"coalesce(sum(g.n), 0) AS n, coalesce(sum(IF(g.k IS NULL, 0, g.n)), 0) AS filled, count(g.k) AS classes, "
            f"{', '.join(broken)} FROM (SELECT s.k0 AS k, count(*) AS n, {', '.join(kinds)} FROM {sample} GROUP BY s.k0) g"
        )
        violations = tuple(int(row[f"v{i}"]) for i in range(1, len(columns)))
        return DependencyAnswer(question, self._reach(int(row["n"])), int(row["filled"]), int(row["classes"]), violations)
