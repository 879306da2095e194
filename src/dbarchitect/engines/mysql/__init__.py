"""Reads MariaDB 10.6+ and MySQL 8+: catalogue, statistics, usage, digests, and bounded probes of the data. Never writes."""

from dbarchitect.engines.mysql.source import MySQLSource, open_source

__all__ = ["MySQLSource", "open_source"]
