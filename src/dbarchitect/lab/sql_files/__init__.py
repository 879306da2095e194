"""SQL files as a source: finding them, and loading them into a server of our own."""

from dbarchitect.lab.sql_files.layout import SqlSource, find_sql_source
from dbarchitect.lab.sql_files.load import load_sql_source
from dbarchitect.lab.sql_files.loaded import LoadedSource

__all__ = ["LoadedSource", "SqlSource", "find_sql_source", "load_sql_source"]
