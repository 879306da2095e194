"""Reads a file of SQL: its encoding, its dialect, what kind of statements it holds."""

import codecs
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from dbarchitect.errors import NotParsed
from dbarchitect.model.names import Engine

_BINARY = (
    (b"PGDMP", "a pg_dump archive in custom format", "pg_restore --file=schema.sql {name}, then review schema.sql"),
    (b"\x1f\x8b", "compressed with gzip", "gunzip --keep {name}, then review the result"),
    (b"PK\x03\x04", "a ZIP archive", "unzip {name}, then review the result"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unzstd {name}, then review the result"),
    (b"SQLite format 3\x00", "a SQLite database", "review PostgreSQL, MySQL or MariaDB"),
)
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# pg_dump's SET client_encoding, mysqldump's SET NAMES, and the convention of editors (-*- coding: latin-1 -*-)
_DECLARED = re.compile(rb"(?:client_encoding\s*=\s*'?|set\s+names\s+'?|(?:en)?coding[:=]\s*)([\w-]+)", re.IGNORECASE)
# PostgreSQL's and MySQL's names where Python's differ (manual, chapter Character Set Support)
_CODECS = {"win1250": "cp1250", "win1251": "cp1251", "win1252": "cp1252", "latin9": "iso8859-15", "koi8r": "koi8-r",
           "euc_jp": "euc-jp", "sjis": "shift-jis", "utf8mb4": "utf-8", "utf8mb3": "utf-8", "mule_internal": ""}  # fmt: skip
_QUOTED = re.compile(r"'(?:[^'\\]|\\.|'')*'|--[^\n]*|/\*(?!!).*?\*/", re.DOTALL)
_MYSQL_HEADER = re.compile(r"\A\s*(?:/\*.*?\*/\s*)?-- (?:MySQL|MariaDB) dump|-- phpMyAdmin SQL Dump", re.DOTALL)
_POSTGRES_HEADER = "-- PostgreSQL database dump"
_MYSQL_SIGNS = re.compile(
    r"create\s+(?:table|database|view)\s+(?:if\s+not\s+exists\s+)?`|insert\s+into\s+`|\)\s*engine\s*=\s*\w|\bauto_increment\b"
    r"|\bon\s+update\s+current_timestamp|^delimiter\s|/\*!\d{5}|\bcharset\s*=\s*utf8|\b(?:medium|tiny)int\b|\bint\(\d+\)",
    re.IGNORECASE | re.MULTILINE,
)
_POSTGRES_SIGNS = re.compile(
    r"\b(?:big|small)?serial\b|\bjsonb\b|\btimestamptz\b|\bplpgsql\b|\bcreate\s+extension\b|\bgenerated\s+(?:always|by\s+default)\s+as"
    r"\s+identity|\bowner\s+to\b|\$\$|::\w|\bbytea\b|\btimestamp\s+with(?:out)?\s+time\s+zone",
    re.IGNORECASE,
)
_FIRST_WORDS = re.compile(r"(?:\A|;)\s*([a-z]+)", re.IGNORECASE)
_QUERY_WORDS = frozenset({"select", "with", "update", "delete", "values", "table", "explain", "merge"})


class SqlContent(Enum):
    """What a file is for."""

    SCHEMA = "definitions"
    DATA = "rows"
    QUERIES = "queries"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class SqlText:
    """A file's text, its line ends as they are."""

    path: Path
    text: str

    @property
    def content(self) -> SqlContent:
        """Definitions if it defines anything; queries if it only asks or changes rows; rows if it only adds them."""
        plain = _QUOTED.sub(" ", self.text)
        words = {word.lower() for word in _FIRST_WORDS.findall(plain)}
        if words & {"create", "alter", "drop", "comment", "grant", "revoke", "do"} or (words and "\\i" in plain):
            return SqlContent.SCHEMA
        if words & _QUERY_WORDS and not words & {"copy"}:
            return SqlContent.QUERIES
        return SqlContent.DATA if words or "\\" in plain else SqlContent.NOTHING

    @property
    def engine(self) -> Engine | None:
        """The dialect, as far as it shows: MariaDB stands for MySQL too. None when it could be either."""
        if _POSTGRES_HEADER in self.text[:5000]:
            return Engine.POSTGRESQL
        if _MYSQL_HEADER.search(self.text[:5000]):
            return Engine.MARIADB
        plain = _QUOTED.sub("''", self.text[:2_000_000])
        mysql, postgres = len(_MYSQL_SIGNS.findall(plain)), len(_POSTGRES_SIGNS.findall(plain))
        if mysql == postgres:
            return None
        return Engine.MARIADB if mysql > postgres else Engine.POSTGRESQL


def read_sql(path: Path) -> SqlText:
    """The file as text. NotParsed when it is binary, or not in UTF-8 and declares no other encoding."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise NotParsed(f"cannot be read: {error.strerror}", "give us the right to read it", file=str(path)) from error
    for magic, what, remedy in _BINARY:
        if raw.startswith(magic):
            raise NotParsed(f"is {what}, not SQL text", remedy.format(name=path.name), file=str(path))
    text = _decode(raw, path)
    if "\0" in text:
        raise NotParsed(f"holds a zero byte at byte {raw.find(0)}: not SQL text", "name a text file", file=str(path))
    return SqlText(path, text)


def _decode(raw: bytes, path: Path) -> str:
    for mark, name in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(name, errors="replace" if name != "utf-8" else "strict")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        declared = _declared_codec(raw)
        if declared:
            return raw.decode(declared, errors="replace")
        line = raw.count(b"\n", 0, error.start) + 1
        raise NotParsed(
            f"is not UTF-8: byte {error.start} is 0x{raw[error.start]:02x}, and no other encoding is declared",
            f"convert it: iconv -f latin1 -t utf-8 {path.name}; or declare it: SET client_encoding = 'latin1';",
            file=str(path),
            line=line,
        ) from error


def _declared_codec(raw: bytes) -> str | None:
    for found in _DECLARED.finditer(raw[:100_000]):
        name = found.group(1).decode("ascii", errors="replace").lower()
        try:
            codec = codecs.lookup(_CODECS.get(name, name)).name
        except LookupError:
            continue
        if codec != "utf-8":
            return codec
    return None
