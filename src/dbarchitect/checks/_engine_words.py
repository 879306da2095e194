"""What the engines call the same things, for sentences that name them."""

from dbarchitect.model.names import Engine


def statistics_name(engine: Engine) -> str:
    """Where the server keeps what it knows of a column's values."""
    return {
        Engine.POSTGRESQL: "pg_stats",
        Engine.MARIADB: "mysql.column_stats and the indexes' cardinality",
        Engine.MYSQL: "histograms and the indexes' cardinality",
    }[engine]
