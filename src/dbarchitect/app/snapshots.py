"""The use case `snapshot`: everything that a review needs in one file."""

from pathlib import Path

from dbarchitect.app.sources import open_named
from dbarchitect.config import read_settings
from dbarchitect.model.progress import Progress
from dbarchitect.snapshot_file import redact, write_snapshot


def take_snapshot(source: str | None, output: Path, *, redact: bool, config: Path | None, rows: bool, progress: Progress) -> str:
    """Read the source and write the file; returns a line that says what was written."""
    settings = read_settings(config)
    with open_named(source, settings.limits, progress, rows=rows) as opened:
        snapshot = _redacted(opened.snapshot) if redact else opened.snapshot
        write_snapshot(snapshot, output)
    catalog = snapshot.catalog
    indexes = sum(len(t.indexes) for t in catalog.tables)
    size = output.stat().st_size
    counts = f"{len(catalog.tables)} tables, {indexes} indexes"
    return f"{output}: {catalog.engine.value} {catalog.version}, {counts}, {size / 1000:,.0f} kB"


_redacted = redact
