"""The use case `docs`: a data dictionary and ER diagrams."""

from pathlib import Path

from dbarchitect.app.sources import open_named
from dbarchitect.config import read_settings
from dbarchitect.errors import CannotWrite
from dbarchitect.files import write_atomically
from dbarchitect.model.progress import Progress
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.report.docs.pages import document_pages


def _write(pages: tuple[tuple[str, str], ...], folder: Path) -> tuple[Path, ...]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"cannot make the folder {folder}: {error.strerror}", "name another folder with --output") from error
    for name, text in pages:
        write_atomically(folder / name, text)
    return tuple(folder / name for name, _ in pages)


def documents_of(snapshot: Snapshot, folder: Path, progress: Progress) -> tuple[Path, ...]:
    """Write the pages of a snapshot into a folder; returns their paths, the entry page first."""
    pages = document_pages(snapshot, progress)
    return _write(tuple((page.file_name, page.text) for page in pages), folder)


def write_documents(source: str | None, folder: Path, progress: Progress) -> tuple[Path, ...]:
    """Read the source and write its documents."""
    with open_named(source, read_settings(None).limits, progress, rows=False) as opened:
        return documents_of(opened.snapshot, folder, progress)
