"""The command line: each command is a few lines around one use case of `dbarchitect.app`, which it loads when it is called."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

import click

from dbarchitect.app.request import FailOn, Format, Request, VerifyRequest
from dbarchitect.errors import DbArchitectError
from dbarchitect.progress_line import ProgressLine

P = ParamSpec("P")
R = TypeVar("R")
TODO_FILE = "TODO_database-architect.md"
EX_USAGE, EX_SOFTWARE, INTERRUPTED = 64, 70, 130

SOURCE = click.argument("source", required=False)
CONFIG = click.option(
    "--config", type=click.Path(path_type=Path), help="Settings file (default: ./dbarchitect.toml when there is one)."
)
NO_ROWS = click.option("--no-rows", is_flag=True, help="Ask nothing about the rows: catalogue, statistics and counters only.")


def _colour(stream: Any) -> bool:
    return bool(stream.isatty()) and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def _say(text: str, *, to_stderr: bool = False) -> None:
    click.echo(text, err=to_stderr, nl=not text.endswith("\n"))


def _both(*decorators: Callable[[Any], Any]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    def wrap(command: Callable[P, R]) -> Callable[P, R]:
        for decorator in reversed(decorators):
            command = decorator(command)
        return wraps(command)(command)

    return wrap


REVIEW_OPTIONS = _both(
    click.option("-o", "--output", type=click.Path(path_type=Path, allow_dash=True),
                 help=f"File to write; - is standard output. Default: {TODO_FILE}."),
    click.option("--format", "format_name", type=click.Choice([f.value for f in Format]), default="markdown",
                 show_default=True, help="json goes to standard output unless --output names a file."),
    click.option("--fail-on", type=click.Choice([f.value for f in FailOn]), default="never", show_default=True,
                 help="Exit with 1 when a finding is at least this severe."),
    CONFIG,
    click.option("--check", "checks", multiple=True, metavar="SLUG", help="Run only these checks (globs; may be repeated)."),
    click.option("--baseline", type=click.Path(path_type=Path), help="File of accepted findings, which are left out."),
    click.option("--write-baseline", type=click.Path(path_type=Path), help="Accept everything found now: write it to this file."),
    click.option("--no-rehearsal", is_flag=True, help="Do not try the changes on an empty copy of the schema."),
    click.option("-q", "--quiet", is_flag=True, help="No summary and no progress."),
)  # fmt: skip


def _print_version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        from dbarchitect import __version__

        click.echo(f"dbarchitect, version {__version__}")
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help="Show the version and exit."
)
def commands() -> None:
    """A database architect you can run: reads a database, proves what to improve, writes one TODO file.

    SOURCE is a URL (postgresql://… or mysql://…), a snapshot file, a .sql file or a folder of SQL files. Without it the
    environment is asked: DATABASE_URL, then libpq's PG* variables.
    """


def _request(source: str | None, options: dict[str, Any]) -> Request:
    output, format_name = options["output"], Format(options["format_name"])
    if output is None:
        output = Path(TODO_FILE) if format_name is Format.MARKDOWN else Path("-")
    return Request(
        source=source,
        output=None if str(output) == "-" else output,
        format=format_name,
        fail_on=FailOn(options["fail_on"]),
        config=options["config"],
        checks=tuple(options["checks"]),
        baseline=options["baseline"],
        write_baseline=options["write_baseline"],
        rows=not options.get("no_rows", False),
        rehearsal=not options["no_rehearsal"],
    )


def _reviewed(request: Request, quiet: bool, run: Callable[..., Any]) -> NoReturn:
    with ProgressLine(quiet=quiet) as progress:
        result = run(request, progress)
    if result.text is not None:
        _say(result.text)
    summary_to_stderr = result.text is not None
    if result.note:
        _say(result.note, to_stderr=True)
    if not quiet:
        _say(result.summary(_colour(sys.stderr if summary_to_stderr else sys.stdout)), to_stderr=summary_to_stderr)
    sys.exit(result.exit_code)


@commands.command("review")
@SOURCE
@REVIEW_OPTIONS
@NO_ROWS
def review_command(source: str | None, quiet: bool, **options: Any) -> None:
    """Review a database and write TODO_database-architect.md (the main job)."""
    from dbarchitect.app.review import review

    _reviewed(_request(source, options), quiet, review)


@commands.command("demo")
@REVIEW_OPTIONS
@click.option("--serve", is_flag=True, help="Keep the shop running afterwards, until Ctrl-C, to try the tasks on it.")
def demo_command(quiet: bool, serve: bool, **options: Any) -> None:
    """Review a built-in shop with planted flaws, on an embedded server: nothing to set up."""
    from dbarchitect.app.demo import demo_review

    request = _request(None, options)

    def announce(url: str) -> None:
        if serve:
            _say(f'the shop runs until Ctrl-C at:  export DATABASE_URL="{url}"', to_stderr=True)
            signal.pause()

    _reviewed(request, quiet, lambda asked, progress: demo_review(asked, progress, serve=announce if serve else None))


@commands.command("snapshot")
@SOURCE
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The file to write.")
@click.option("--redact", is_flag=True, help="Hash the values in the planner's statistics.")
@CONFIG
@NO_ROWS
def snapshot_command(source: str | None, output: Path, redact: bool, config: Path | None, no_rows: bool) -> None:
    """Write everything that a review needs into one file, for offline work and CI."""
    from dbarchitect.app.snapshots import take_snapshot

    with ProgressLine() as progress:
        _say(take_snapshot(source, output, redact=redact, config=config, rows=not no_rows, progress=progress))


@commands.command("verify")
@click.argument("todo", type=click.Path(path_type=Path), default=TODO_FILE)
@click.option("--source", help="What to check against (default: what the file names, then DATABASE_URL and PG* variables).")
@click.option("--only", multiple=True, metavar="ID", help="Re-check only these tasks, such as DB-ITEM-1.2.")
@click.option("--baseline", type=click.Path(path_type=Path), help="File of accepted findings, as it was given to the review.")
@CONFIG
@NO_ROWS
def verify_command(
    todo: Path, source: str | None, only: tuple[str, ...], baseline: Path | None, config: Path | None, no_rows: bool
) -> None:
    """Re-check the tasks: tick what is done, un-tick what is not. Exits with 0 when all is done, else with 1."""
    from dbarchitect.app.verification import verify

    request = VerifyRequest(todo=todo, source=source, only=only, config=config, rows=not no_rows, baseline=baseline)
    with ProgressLine() as progress:
        result = verify(request, progress)
    _say(result.summary(_colour(sys.stdout)))
    sys.exit(0 if result.all_done else 1)


@commands.command("docs")
@SOURCE
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("database-docs"), show_default=True, help="The folder to write."
)
def docs_command(source: str | None, output: Path) -> None:
    """Write a data dictionary (Markdown) and ER diagrams (Mermaid and SVG)."""
    from dbarchitect.app.documents import write_documents

    with ProgressLine() as progress:
        written = write_documents(source, output, progress)
    for path in written:
        _say(str(path))


@commands.command("explain")
@click.argument("slug", required=False)
def explain_command(slug: str | None) -> None:
    """Say why a check exists and when to ignore it; without SLUG list all checks."""
    from dbarchitect.app.explain import explained, listed

    _say(explained(slug) if slug else listed())


def _terminated(number: int, frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def main() -> None:
    """The entry point: maps errors to messages and exit codes."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        commands(standalone_mode=False)
    except click.exceptions.Abort:
        _fail("interrupted; nothing was written", "", INTERRUPTED)
    except KeyboardInterrupt:
        _fail("interrupted; nothing was written", "", INTERRUPTED)
    except click.UsageError as error:
        where = f" {error.ctx.command_path}" if error.ctx else " dbarchitect"
        _fail(error.format_message(), f"see:{where} --help", EX_USAGE)
    except DbArchitectError as error:
        _fail(error.message if not getattr(error, "file", "") else str(error), error.next_step, error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - this is the door
        if "DBARCHITECT_DEBUG" in os.environ:
            traceback.print_exc()
        _fail(
            f"a fault in dbarchitect: {type(error).__name__}: {error}",
            "set DBARCHITECT_DEBUG=1 and report what it prints",
            EX_SOFTWARE,
        )


def _fail(message: str, next_step: str, code: int) -> NoReturn:
    click.echo(f"dbarchitect: {message}", err=True)
    if next_step:
        click.echo(f"  next step: {next_step}", err=True)
    sys.exit(code)
