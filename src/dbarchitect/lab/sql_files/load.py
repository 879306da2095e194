"""Loads SQL files into a database on a server of our own."""

from dbarchitect.lab.embedded import EmbeddedPostgres
from dbarchitect.lab.mariadb import PrivateMariaDB
from dbarchitect.lab.sql_files.layout import SqlSource, forward_part
from dbarchitect.lab.sql_files.loaded import LoadedSource, Notes
from dbarchitect.lab.sql_files.mysql import MySQLLoader
from dbarchitect.lab.sql_files.postgres import PostgresLoader
from dbarchitect.lab.sql_files.runners import runs_in_transaction
from dbarchitect.lab.sql_files.text import read_sql
from dbarchitect.model.progress import Progress, silent


def load_sql_source(
    server: EmbeddedPostgres | PrivateMariaDB, source: SqlSource, database: str, progress: Progress = silent
) -> LoadedSource:
    """Run the source's files in the empty database, each in a session of its own, in a transaction where the tool that
    runs such files uses one.

    What only concerns the original server (its databases, its settings, psql's commands) is left out, each with a gap. NotParsed
    names file, line and statement of what the server refuses.
    """
    notes = Notes()
    loader = (
        PostgresLoader(server, database, notes, source.programs)
        if isinstance(server, EmbeddedPostgres)
        else MySQLLoader(server, database, notes)
    )
    for number, path in enumerate(source.files):
        progress(f"loading {path.name}", number, len(source.files))
        text = read_sql(path).text
        tries_again, forward = not source.ordered, forward_part(text)
        if isinstance(loader, PostgresLoader):
            loader.load(path, forward, tries_again=tries_again, in_transaction=runs_in_transaction(path, text))
        else:
            loader.load(path, forward, tries_again=tries_again)
    loader.finish()
    progress("loading SQL files", len(source.files), len(source.files))
    return LoadedSource(notes.statements, notes.gaps())
