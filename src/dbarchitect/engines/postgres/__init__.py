"""Reads PostgreSQL 13 to 18: catalogue, statistics, activity, workload, and bounded probes of the data. Never writes."""

from dbarchitect.engines.postgres.source import PostgresSource, open_source

__all__ = ["PostgresSource", "open_source"]
