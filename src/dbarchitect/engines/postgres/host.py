"""The machine under the server, out of Linux's own files."""

import re
from typing import Any

from dbarchitect.engines.postgres.session import ReadSession
from dbarchitect.model.names import Engine
from dbarchitect.model.postgres import HostFacts
from dbarchitect.model.snapshot import Gap
from dbarchitect.sql.identifiers import quote_name


def read_host(session: ReadSession, reader: str, may_read_files: bool) -> HostFacts | None:
    """Memory, processors and huge pages; None where the role may not read the server's files, or it is not Linux."""
    what, quoted = "memory and processors of the server's machine", quote_name(Engine.POSTGRESQL, reader)
    remedy = (
        f"Run once as a superuser, or: GRANT pg_read_server_files TO {quoted}; "
        f"GRANT EXECUTE ON FUNCTION pg_read_file(text, bigint, bigint, boolean) TO {quoted};"
    )
    if not may_read_files:
        session.gaps.append(Gap(what, f"{reader} may not read the server's files", remedy))
        return None
    for row in session.ask_if_possible("host", what, remedy):
        if row.meminfo is not None:
            return host_facts(row)
        session.gaps.append(Gap(what, "the machine has no /proc/meminfo (not Linux)", "Judge the memory settings by hand."))
    return None


def host_facts(row: Any) -> HostFacts:
    """The files' texts read. Of a container the smaller of machine and limit counts."""
    machine, limit = _kilobytes(row.meminfo, "MemTotal"), _number(row.memory_limit)
    processors, share = _processors(row.processors), _processor_share(row.processor_limit)
    return HostFacts(
        memory_bytes=min((n for n in (machine, limit) if n), default=None),
        processors=min((n for n in (processors, share) if n), default=None),
        huge_pages_total=_count(row.meminfo, "HugePages_Total"),
        huge_page_bytes=_kilobytes(row.meminfo, "Hugepagesize"),
    )


def _count(meminfo: str, name: str) -> int | None:
    match = re.search(rf"^{name}:\s+(\d+)", meminfo, re.MULTILINE)
    return int(match[1]) if match else None


def _kilobytes(meminfo: str, name: str) -> int | None:
    count = _count(meminfo, name)
    return None if count is None else count * 1024


def _number(text: str | None) -> int | None:
    """cgroup's memory.max: bytes, or `max`."""
    return int(text) if text and text.strip().isdigit() else None


def _processors(text: str | None) -> int | None:
    """cpu/online: `0-3,8`."""
    if not text or not re.fullmatch(r"[\d,-]+", text.strip()):
        return None
    ranges = (part.partition("-") for part in text.strip().split(","))
    return sum(int(last or first) - int(first) + 1 for first, _, last in ranges)


def _processor_share(text: str | None) -> int | None:
    """cgroup's cpu.max: `quota period` in microseconds, or `max period`; rounded up to whole processors."""
    match = re.match(r"(\d+) (\d+)", text or "")
    return -(-int(match[1]) // int(match[2])) if match else None
