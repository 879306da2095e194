"""Checks whose case cannot be made on a server of ours, judged on facts as the reader gives them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dbarchitect.checks import all_checks, run_check
from dbarchitect.checks.security.end_of_life_version import LAST_RELEASE
from dbarchitect.model.catalog import Catalog
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.limits import Limits
from dbarchitect.model.names import Engine, ServerVersion
from dbarchitect.model.postgres import DatabaseActivity, PostgresFacts, Replica, ServerActivity, Session, Setting
from dbarchitect.model.snapshot import Origin, Snapshot

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ACTIVITY = DatabaseActivity(1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1.0, None, 10, 10)


def _snapshot(facts: PostgresFacts, major: int = 18, size_bytes: int = 10**10) -> Snapshot:
    catalog = Catalog(Engine.POSTGRESQL, ServerVersion(major, 1), f"PostgreSQL {major}.1", "shop", size_bytes=size_bytes)
    return Snapshot(catalog, Origin.LIVE, "postgresql:///shop", NOW, "test", postgres=facts)


def _find(slug: str, snapshot: Snapshot, limits: Limits | None = None) -> list[Finding]:
    (check,) = (c for c in all_checks() if c.slug == slug)
    assert check.unshown
    return run_check(check, snapshot, limits or Limits())


def test_every_unshown_check_is_tested_here() -> None:
    assert {c.slug for c in all_checks() if c.unshown} == {
        "archiver_failing",
        "checksum_failures",
        "data_checksums_off",
        "end_of_life_version",
        "replica_lag",
        "unencrypted_remote_session",
    }


@pytest.mark.parametrize(("major", "expected"), [(13, Severity.WARNING), (14, Severity.WARNING), (15, None), (18, None)])
def test_end_of_life(major: int, expected: Severity | None) -> None:
    found = _find("end_of_life_version", _snapshot(PostgresFacts(), major))
    assert [f.severity for f in found] == ([expected] if expected else [])


def test_end_of_life_is_announced_half_a_year_ahead() -> None:
    snapshot = replace(_snapshot(PostgresFacts(), 15), taken_at=datetime(2027, 7, 1, tzinfo=UTC))
    (finding,) = _find("end_of_life_version", snapshot)
    assert finding.severity is Severity.NOTICE and "2027-11-11" in finding.claim


def test_versions_end_in_order() -> None:
    ends = [LAST_RELEASE[major] for major in sorted(LAST_RELEASE)]
    assert ends == sorted(ends) and ends[-1] > date(2030, 1, 1)


def _session(local: bool, ssl: bool | None) -> Session:
    return Session(1, "app", "shop", "web", "idle", "client backend", ssl=ssl, local=local)


@pytest.mark.parametrize(("local", "ssl", "expected"), [(False, False, 1), (False, True, 0), (True, False, 0), (False, None, 0)])
def test_unencrypted_remote_session(local: bool, ssl: bool | None, expected: int) -> None:
    found = _find("unencrypted_remote_session", _snapshot(PostgresFacts(sessions=(_session(local, ssl),))))
    assert len(found) == expected


def test_archiver_failing() -> None:
    before, after = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
    failing = ServerActivity(archive_failed_count=7, last_archived=before, last_archive_failed=after)
    (finding,) = _find("archiver_failing", _snapshot(PostgresFacts(server=failing)))
    assert "7 failures" in finding.claim
    mended = ServerActivity(archive_failed_count=7, last_archived=after, last_archive_failed=before)
    assert _find("archiver_failing", _snapshot(PostgresFacts(server=mended))) == []
    assert _find("archiver_failing", _snapshot(PostgresFacts(server=ServerActivity()))) == []


@pytest.mark.parametrize(("failures", "expected"), [(3, 1), (0, 0), (None, 0)])
def test_checksum_failures(failures: int | None, expected: int) -> None:
    found = _find("checksum_failures", _snapshot(PostgresFacts(database=replace(ACTIVITY, checksum_failures=failures))))
    assert len(found) == expected


def test_replica_lag() -> None:
    far, near = Replica("far", "streaming", "async", 10**9, 5000.0), Replica("near", "streaming", "sync", 10**6, 3.0)
    found = _find("replica_lag", _snapshot(PostgresFacts(replicas=(far, near))))
    assert [f.subject.key for f in found] == ["server standby far"]


@pytest.mark.parametrize(("value", "size_bytes", "expected"), [("off", 10**10, 1), ("on", 10**10, 0), ("off", 10**8, 0)])
def test_data_checksums_off(value: str, size_bytes: int, expected: int) -> None:
    setting = Setting("data_checksums", value, None, "default", "off", "internal")
    assert len(_find("data_checksums_off", _snapshot(PostgresFacts(settings=(setting,)), size_bytes=size_bytes))) == expected
