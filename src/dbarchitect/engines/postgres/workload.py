"""The workload out of pg_stat_statements, in whichever schema and version it is installed."""

from dbarchitect.engines.postgres.session import ReadSession, Rows
from dbarchitect.engines.postgres.texts import without_literals
from dbarchitect.model.names import Engine
from dbarchitect.model.postgres import Extension, PostgresFacts
from dbarchitect.model.snapshot import Gap
from dbarchitect.model.workload import Workload, WorkloadStatement
from dbarchitect.sql.identifiers import quote_name

_EXTENSION = "pg_stat_statements"
_WHAT = "the workload: which statements run, how often, at what cost"
_OLDEST = 8
_MASKED = "<insufficient privilege>"


def read_workload(session: ReadSession, facts: PostgresFacts) -> Workload | None:
    """The 5,000 costliest statements of this database, ours left out; None, with a gap, where they are not counted."""
    extension = next((e for e in facts.extensions if e.name == _EXTENSION), None)
    remedy = _remedy(facts, extension)
    if extension is None:
        session.gaps.append(Gap(_WHAT, "the extension pg_stat_statements is not installed in this database", remedy))
        return None
    minor = int(extension.version.partition(".")[2] or 0)
    if minor < _OLDEST:
        session.gaps.append(
            Gap(_WHAT, f"pg_stat_statements {extension.version} is too old", "ALTER EXTENSION pg_stat_statements UPDATE;")
        )
        return None
    before = len(session.gaps)
    rows = session.ask_if_possible("statements", _WHAT, remedy, schema=extension.schema, version=minor)
    if len(session.gaps) > before:
        return None
    totals = session.ask_if_possible(
        "statement_totals", "since when statements are counted", remedy, schema=extension.schema, version=minor
    )
    hidden = sum(row.text == _MASKED for row in rows)
    if hidden:
        reader = quote_name(Engine.POSTGRESQL, facts.current_user)
        session.gaps.append(
            Gap(
                f"the text of {hidden} statements of other roles",
                f"{facts.current_user} may not see them",
                f"GRANT pg_read_all_stats TO {reader};",
            )
        )
    return Workload(
        source=f"pg_stat_statements {extension.version}",
        statements=_statements(rows),
        since=totals[0].since if totals else None,
        evictions=totals[0].evictions if totals else None,
        hidden=hidden,
    )


def _statements(rows: Rows) -> tuple[WorkloadStatement, ...]:
    return tuple(
        WorkloadStatement(
            identity=str(row.identity),
            text=without_literals(row.text),
            calls=row.calls,
            total_ms=row.total_ms,
            mean_ms=row.mean_ms,
            rows=row.rows,
            user=row.user_name,
            minimum_ms=row.minimum_ms,
            maximum_ms=row.maximum_ms,
            deviation_ms=row.deviation_ms,
            shared_blocks_hit=row.shared_blocks_hit,
            shared_blocks_read=row.shared_blocks_read,
            shared_blocks_written=row.shared_blocks_written,
            temporary_blocks_read=row.temporary_blocks_read,
            temporary_blocks_written=row.temporary_blocks_written,
            wal_bytes=row.wal_bytes,
            plans=row.plans,
            plan_ms=row.plan_ms,
            top_level=row.top_level,
        )
        for row in rows
        if row.text and row.text != _MASKED
    )


def _remedy(facts: PostgresFacts, extension: Extension | None) -> str:
    """What makes the server count statements, given what is preloaded already."""
    create = "" if extension else " CREATE EXTENSION pg_stat_statements;"
    loaded = facts.setting("shared_preload_libraries")
    if loaded is None:
        return (
            "Add pg_stat_statements to shared_preload_libraries (ALTER SYSTEM SET shared_preload_libraries = …, then restart) "
            f"unless it is there.{create}"
        )
    libraries = [name.strip().strip('"') for name in loaded.value.split(",") if name.strip()]
    if _EXTENSION in libraries:
        return create.strip() or "GRANT pg_read_all_stats to the reading role."
    wanted = ", ".join(f"'{name}'" for name in (*libraries, _EXTENSION))
    return f"ALTER SYSTEM SET shared_preload_libraries = {wanted}; restart the server;{create}"
