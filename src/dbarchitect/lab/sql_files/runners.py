"""What the tools that run migrations do with a file: whether all of it is one transaction."""

import re
from pathlib import Path

_GOOSE = re.compile(r"^--\s*\+goose\s+up\b", re.IGNORECASE | re.MULTILINE)
_GOOSE_OUTSIDE = re.compile(r"^--\s*\+goose\s+no\s+transaction\b", re.IGNORECASE | re.MULTILINE)
_SQL_MIGRATE = re.compile(r"^--\s*\+migrate\s+up\b(?P<options>.*)$", re.IGNORECASE | re.MULTILINE)
_DBMATE = re.compile(r"^--\s*migrate:up\b(?P<options>.*)$", re.IGNORECASE | re.MULTILINE)
_FLYWAY = re.compile(r"\A(?:[VB]\d+(?:[._]\d+)*|R)__.*\.sql\Z")
_FLYWAY_OUTSIDE = re.compile(r"^\s*executeInTransaction\s*=\s*false\b", re.IGNORECASE | re.MULTILINE)
_DIESEL_OUTSIDE = re.compile(r"^\s*run_in_transaction\s*=\s*false\b", re.MULTILINE)


def runs_in_transaction(path: Path, text: str) -> bool:
    """True when the file's tool runs all of it in one transaction; a plain script is run statement by statement, as psql does.

    goose, sql-migrate, dbmate, Flyway and diesel open one unless told not to. Prisma and golang-migrate send the file as one
    message, which PostgreSQL takes as one transaction (manual, Frontend/Backend Protocol, Multiple Statements in a Simple Query).
    """
    if _GOOSE.search(text):
        return not _GOOSE_OUTSIDE.search(text)
    if found := _SQL_MIGRATE.search(text):
        return "notransaction" not in found["options"].lower()
    if found := _DBMATE.search(text):
        return "transaction:false" not in found["options"].lower()
    if path.name == "up.sql":
        return not _says(path.with_name("metadata.toml"), _DIESEL_OUTSIDE)
    if _FLYWAY.match(path.name):
        return not _says(path.with_name(f"{path.name}.conf"), _FLYWAY_OUTSIDE)
    return path.name == "migration.sql" or path.name.endswith(".up.sql")


def _says(path: Path, pattern: re.Pattern[str]) -> bool:
    return path.is_file() and bool(pattern.search(path.read_text(encoding="utf-8", errors="replace")))
