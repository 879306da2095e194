"""A MariaDB or MySQL database opened for reading."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

import pymysql

import dbarchitect
from dbarchitect.engines.mysql.address import parse_url
from dbarchitect.engines.mysql.errors import DENIED, code_of, mapped, mapped_error, text_of
from dbarchitect.engines.mysql.facts import read_accounts, read_variables
from dbarchitect.engines.mysql.indexes import IndexFacts, read_indexes
from dbarchitect.engines.mysql.objects import read_routines, read_triggers, read_views, sequence_of
from dbarchitect.engines.mysql.probes import Prober
from dbarchitect.engines.mysql.session import TAG, Row, Session
from dbarchitect.engines.mysql.statistics import build_statistics
from dbarchitect.engines.mysql.tables import (
    TABLE_KINDS,
    TableParts,
    build_table,
    read_checks,
    read_columns,
    read_foreign_keys,
    table_facts,
)
from dbarchitect.engines.mysql.usage import Usage, grantee, read_usage
from dbarchitect.model.catalog import Catalog, Table
from dbarchitect.model.catalog import Sequence as SequenceObject
from dbarchitect.model.limits import Limits
from dbarchitect.model.mysql import MySQLFacts, Variable
from dbarchitect.model.names import Engine, QualifiedName
from dbarchitect.model.progress import Progress, silent
from dbarchitect.model.questions import Answer, Question
from dbarchitect.model.snapshot import Gap, Origin, Snapshot
from dbarchitect.model.statistics import ColumnStatistics
from dbarchitect.model.unmeasured import without_measures
from dbarchitect.sql.identifiers import quote_qualified


def open_source(url: str, *, limits: Limits, progress: Progress = silent) -> "MySQLSource":
    """The database that a mysql:// URL names, opened read-only. Raises SourceError's kinds."""
    address = parse_url(url)
    return MySQLSource(Session(address), limits, progress)


class MySQLSource:
    """One database of a server. A context manager: leaving the block closes the connection."""

    def __init__(self, session: Session, limits: Limits, progress: Progress) -> None:
        self._session, self._limits, self._progress = session, limits, progress
        try:
            self._database = session.find_database()
        except BaseException:
            session.close()
            raise
        self._schema = str(self._database["name"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def snapshot(self, origin: Origin = Origin.LIVE) -> Snapshot:
        """Everything a review needs but the answers, read in one consistent read-only transaction."""
        with mapped(self._session.address):
            self._session.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            try:
                snapshot = self._read(origin)
                return snapshot if origin is Origin.LIVE else without_measures(snapshot)
            finally:
                if self._session.usable:
                    self._session.execute("COMMIT")

    def answers(self, questions: Sequence[Question]) -> tuple[tuple[Answer, ...], tuple[Gap, ...]]:
        """The answers to questions about the data, each within its time; gaps for those that could not be answered."""
        with mapped(self._session.address):
            return Prober(self._session, self._limits, self._progress).answers(questions)

    def _read(self, origin: Origin) -> Snapshot:
        live, gaps, taken_at = origin is Origin.LIVE, list[Gap](), datetime.now(UTC)
        variables, status = read_variables(self._session, "variables"), read_variables(self._session, "status")
        started_at = taken_at - timedelta(seconds=int(_value(status, "Uptime") or 0))
        usage = self._usage(variables, started_at, live)
        gaps += usage.gaps
        self._note_hidden_tables(gaps)
        table_rows, index_rows = self._session.rows("tables"), self._session.rows("indexes")
        creates = self._create_statements(table_rows, gaps)
        sizes = self._index_bytes(variables, gaps) if live else {}
        tables = self._tables(table_rows, index_rows, creates, IndexFacts(sizes, usage.indexes), usage, live)
        facts = MySQLFacts(
            variables=variables,
            status=status,
            tables=tuple(table_facts(self._schema, r, creates.get(str(r["name"]))) for r in table_rows if r["kind"] in TABLE_KINDS),
            accounts=read_accounts(self._session, gaps) if live else (),
            current_user=self._session.account,
            started_at=started_at,
        )
        return Snapshot(
            catalog=self._catalog(tables, table_rows, variables, live, gaps),
            origin=origin,
            source=self._session.address.shown,
            taken_at=taken_at,
            tool_version=dbarchitect.__version__,
            statistics=self._statistics(tables, index_rows, gaps) if live else (),
            workload=usage.workload,
            mysql=facts,
            gaps=tuple(gaps),
            counters_since=usage.since if live else None,
        )

    def _usage(self, variables: tuple[Variable, ...], started_at: datetime, live: bool) -> Usage:
        if not live:
            return Usage()
        return read_usage(
            self._session,
            performance_schema=_value(variables, "performance_schema") == "ON",
            user_statistics=_value(variables, "userstat") == "ON",
            started_at=started_at,
        )

    def _note_hidden_tables(self, gaps: list[Gap]) -> None:
        rights = self._session.rows("rights")[0]
        if not rights["grants"] and not rights["roles"]:
            gaps.append(
                Gap(
                    "tables on which this account has no right",
                    f"{self._session.account} may not SELECT on all of {self._schema}: tables without a grant are invisible to it",
                    f"GRANT SELECT, SHOW VIEW, TRIGGER ON `{self._schema}`.* TO {grantee(self._session.account)}",
                )
            )

    def _create_statements(self, rows: Sequence[Row], gaps: list[Gap]) -> dict[str, str]:
        """SHOW CREATE TABLE of every table: the only place that tells index parsers, partitions and column clauses whole."""
        found: dict[str, str] = {}
        names = [str(row["name"]) for row in rows if row["kind"] in TABLE_KINDS]
        for done, name in enumerate(names):
            self._progress("tables", done, len(names))
            target = quote_qualified(self._session.engine, QualifiedName(self._schema, name))
            try:
                found[name] = str(self._session.rows_of(f"SHOW {TAG} CREATE TABLE {target}")[0]["Create Table"])
            except pymysql.MySQLError as error:
                # 1146: dropped since; 1932, 1033, 1286: damaged or of an engine that is not loaded
                if code_of(error) not in DENIED | {1146, 1932, 1033, 1286}:
                    raise mapped_error(self._session.address, error) from error
                remedy = (
                    f"GRANT SELECT ON {target} TO {grantee(self._session.account)}"
                    if code_of(error) in DENIED
                    else "CHECK TABLE it"
                )
                gaps.append(Gap(f"definition of {self._schema}.{name}", text_of(error), remedy))
        return found

    def _index_bytes(self, variables: tuple[Variable, ...], gaps: list[Gap]) -> dict[tuple[str, str], int]:
        gap = Gap("sizes of indexes", "", f"GRANT SELECT ON mysql.innodb_index_stats TO {grantee(self._session.account)}")
        page_bytes = int(_value(variables, "innodb_page_size") or 16_384)
        sizes: dict[tuple[str, str], int] = {}
        for row in self._session.rows_or_gap("index_sizes", gap, gaps) or ():
            # partitions are counted one by one: t#P#p0 (MariaDB), t#p#p0 (MySQL)
            table = str(row["table_name"]).replace("#p#", "#P#").partition("#P#")[0]
            key = table, str(row["name"])
            sizes[key] = sizes.get(key, 0) + int(row["pages"]) * page_bytes
        return sizes

    def _tables(
        self,
        rows: Sequence[Row],
        index_rows: Sequence[Row],
        creates: Mapping[str, str],
        facts: IndexFacts,
        usage: Usage,
        live: bool,
    ) -> tuple[Table, ...]:
        session, schema = self._session, self._schema
        check_rows = session.rows("checks")
        self._columns = read_columns(session.engine, session.rows("columns"), check_rows)  # also of the views
        parts = TableParts(
            columns=self._columns,
            indexes=read_indexes(session.engine, schema, index_rows, creates, facts, live),
            foreign_keys=read_foreign_keys(session.engine, schema, session.rows("foreign_keys")),
            checks=read_checks(session.engine, check_rows, self._columns),
            partitions={str(row["table_name"]): row for row in session.rows("partitions")},
            creates=creates,
            usage=usage.tables,
        )
        return tuple(build_table(schema, row, parts, live) for row in rows if row["kind"] in TABLE_KINDS)

    def _catalog(
        self, tables: tuple[Table, ...], rows: Sequence[Row], variables: tuple[Variable, ...], live: bool, gaps: list[Gap]
    ) -> Catalog:
        session, schema = self._session, self._schema
        known = {QualifiedName(schema, str(row["name"])) for row in rows}
        views = read_views(schema, session.rows("views"), self._columns, known)
        routines = read_routines(schema, session.rows("routines"), session.rows("parameters"))
        if any(not view.definition for view in views):
            remedy = f"GRANT SHOW VIEW ON `{schema}`.* TO {grantee(session.account)}"
            gaps.append(Gap("definitions of views", "the account has no SHOW VIEW right", remedy))
        if any(not routine.definition for routine in routines):
            right = "SELECT ON mysql.proc" if session.engine is Engine.MARIADB else "SHOW_ROUTINE ON *.*"
            remedy = f"GRANT {right} TO {grantee(session.account)}"
            gaps.append(Gap("bodies of routines", "the account may not see the bodies of others' routines", remedy))
        return Catalog(
            engine=session.engine,
            version=session.version,
            version_text=f"{_value(variables, 'version_comment') or ''} {session.version_text}".strip(),
            database=schema,
            schemas=(schema,),
            tables=tables,
            views=views,
            sequences=self._sequences(rows, gaps),
            triggers=read_triggers(schema, session.rows("triggers")),
            routines=routines,
            collation=self._database["collation_name"],
            encoding=self._database["character_set"],
            size_bytes=sum(table.size.total_bytes for table in tables if table.size) if live else None,
        )

    def _sequences(self, rows: Sequence[Row], gaps: list[Gap]) -> tuple[SequenceObject, ...]:
        """MariaDB's sequences; each is read like a table of one row."""
        found = []
        for row in rows:
            if row["kind"] != "SEQUENCE":
                continue
            name = QualifiedName(self._schema, str(row["name"]))
            target = quote_qualified(self._session.engine, name)
            try:
                found.append(sequence_of(name, self._session.rows_of(f"SELECT {TAG} * FROM {target}")[0]))
            except pymysql.MySQLError as error:
                if code_of(error) not in DENIED:
                    raise mapped_error(self._session.address, error) from error
                gaps.append(
                    Gap(f"sequence {name}", text_of(error), f"GRANT SELECT ON {target} TO {grantee(self._session.account)}")
                )
                found.append(sequence_of(name, None))
        return tuple(found)

    def _statistics(self, tables: Sequence[Table], index_rows: Sequence[Row], gaps: list[Gap]) -> tuple[ColumnStatistics, ...]:
        session = self._session
        gap = Gap(
            "statistics of columns",
            "",
            f"GRANT SELECT ON mysql.column_stats TO {grantee(session.account)}; "
            f"GRANT SELECT ON mysql.table_stats TO {grantee(session.account)}",
        )
        own = session.rows_or_gap("column_statistics", gap, gaps) or ()
        known = {table.name.name for table in tables}
        return build_statistics(session.engine, self._schema, tables, index_rows, [r for r in own if r["table_name"] in known])


def _value(variables: Sequence[Variable], name: str) -> str | None:
    return next((v.value for v in variables if v.name == name), None)
