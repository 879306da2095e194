"""The statements of tasks as scripts that psql and the mariadb client run, and the shell commands around them."""

import re
import shlex
from collections.abc import Sequence
from itertools import groupby
from urllib.parse import unquote

from dbarchitect.model.change import Step, Verification
from dbarchitect.model.names import Engine
from dbarchitect.model.task import Context, Item, Plan, Task
from dbarchitect.model.wording import plural

TODO_NAME = "TODO_database-architect.md"
UP_NAME = "dbarchitect_up.sql"
DOWN_NAME = "dbarchitect_down.sql"
_COMPOUND = re.compile(r"\s*CREATE\s+(OR\s+REPLACE\s+)?(DEFINER\s*=\s*\S+\s+)?(PROCEDURE|FUNCTION|TRIGGER|EVENT)\b", re.IGNORECASE)
# as a source is shown: without its password
_MYSQL_SOURCE = re.compile(
    r"(?:mysql|mariadb)://(?:(?P<user>.*)@)?(?:localhost/[^?]*\?unix_socket=(?P<socket>.+)|(?P<host>[^@/]+?):(?:3306|(?P<port>\d+))/.*)"
)
_DML = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


def _ended(engine: Engine, sql: str) -> str:
    """The statement with its semicolon; a stored program of MySQL, which holds semicolons, between DELIMITER lines."""
    body = sql.strip().rstrip(";").rstrip()
    if engine is not Engine.POSTGRESQL and ";" in body and _COMPOUND.match(body):
        return f"DELIMITER ;;\n{body};;\nDELIMITER ;"
    # a semicolon after a comment would be part of it
    return body + ("\n;" if "--" in body.rsplit("\n", 1)[-1] else ";")


def _together(engine: Engine, steps: Sequence[Step]) -> bool:
    """True when the steps are to be one transaction; MySQL commits by itself at every DDL statement."""
    return len(steps) > 1 and (engine is Engine.POSTGRESQL or all(_DML.match(step.sql) for step in steps))


def statements(engine: Engine, steps: Sequence[Step]) -> str:
    """The steps as a script: steps that belong together in one transaction, those that must stand alone marked."""
    parts: list[str] = []
    for alone, group in groupby(steps, key=lambda step: step.alone):
        members = list(group)
        texts = [_ended(engine, step.sql) for step in members]
        if alone and engine is Engine.POSTGRESQL:
            parts += ["-- outside a transaction", *texts]
        elif _together(engine, members):
            parts += ["BEGIN;", *texts, "COMMIT;"]
        else:
            parts += texts
    return "\n".join(parts)


def runnable(plan: Plan) -> list[tuple[Item, Task]]:
    """The open items with statements that did not fail in the lab, nor need one that did, in the order to run them."""
    blocked = {item.id for item in failed(plan)}
    work: list[tuple[Item, Task]] = []
    for item in plan.open_items:
        if blocked.isdisjoint((item.id, *item.depends_on)):
            work += [(item, item.task)] if item.task is not None and item.task.change.steps else []
        else:
            blocked.add(item.id)
    return work


def failed(plan: Plan) -> list[Item]:
    """The open items whose change or undo did not run in the lab, or did not give the start again."""
    return [item for item in plan.open_items if item.task is not None and _failed(item.task)]


def _failed(task: Task) -> bool:
    trial = task.lead.trial
    if trial is None or trial.not_run is not None or not task.change.steps:
        return False
    return not trial.done or trial.undone is False


def up_script(plan: Plan) -> str:
    """All open changes, in the order of what they need."""
    work = runnable(plan)
    head = f"-- {plural(len(work), 'open item')} of {TODO_NAME}, in the order of what they need"
    left_out = [f"-- left out, failed in the lab: {', '.join(str(item.id) for item in failed(plan))}"] if failed(plan) else []
    return "\n\n".join(["\n".join([head, *left_out]), *(_do(plan.context.engine, item, task) for item, task in work)])


def _do(engine: Engine, item: Item, task: Task) -> str:
    trial = task.lead.trial
    untried = trial is None or trial.not_run is not None
    note = ["-- not tried in the lab"] if untried else []
    return "\n".join([_title(item, task), *note, statements(engine, task.change.steps)])


def down_script(plan: Plan) -> str:
    """The way back of all that `up_script` does, last change first."""
    parts = [_undo(plan.context.engine, item, task) for item, task in reversed(runnable(plan))]
    return "\n\n".join([f"-- undoes {UP_NAME}, last change first", *parts])


def _undo(engine: Engine, item: Item, task: Task) -> str:
    change = task.change
    if not change.undo:
        return f"{_title(item, task)}\n-- no statement: {_comment(change.no_undo or 'nothing to undo')}"
    reserve = [f"-- {_comment(change.no_undo)}"] if change.no_undo else []
    return "\n".join([_title(item, task), *reserve, statements(engine, change.undo)])


def _comment(text: str) -> str:
    return " ".join(text.split())


def _title(item: Item, task: Task) -> str:
    return f"-- {item.id} {_comment(task.lead.subject.label)}"


def quoted(text: str) -> str:
    """The text as one word for a POSIX shell, also an interactive one, where `!` means something within double quotes."""
    if "'" not in text or "!" in text:
        return shlex.quote(text)
    return '"' + re.sub(r'([$`"\\])', r"\\\1", text) + '"'


def verify_command(context: Context, verify: Verification) -> str:
    """The shell command that runs a verification."""
    if context.engine is Engine.POSTGRESQL:
        return f'psql "$DATABASE_URL" -XAtc {quoted(verify.sql)}'
    return f"{_client_command(context)} -NBe {quoted(verify.sql)}"


def client(engine: Engine) -> str:
    """The engine's command-line client."""
    return {Engine.POSTGRESQL: "psql", Engine.MYSQL: "mysql", Engine.MARIADB: "mariadb"}[engine]


def _client_command(context: Context) -> str:
    """The client of MySQL or MariaDB with where it connects, as whom, and the database; it knows no URLs."""
    found = _MYSQL_SOURCE.fullmatch(context.source)
    options = (
        [f"--{name}={quoted(unquote(value) if name == 'socket' else value)}" for name, value in found.groupdict().items() if value]
        if found
        else []
    )
    return " ".join([client(context.engine), *options, quoted(context.database)])


def run_command(context: Context, file: str) -> str:
    """The shell command that runs a script and stops at the first error."""
    if context.engine is Engine.POSTGRESQL:
        return f'psql "$DATABASE_URL" -X -v ON_ERROR_STOP=1 -f {file}'
    return f"{_client_command(context)} < {file}"


def extract_command(file: str) -> str:
    """The shell command that takes a labelled block out of the TODO file."""
    escaped = file.replace(".", "\\.")
    program = f'/^`+sql {escaped}$/ {{ f = $0; sub(/sql.*/, "", f); next }} $0 == f {{ f = "" }} f != ""'
    return f"awk '{program}' {TODO_NAME} > {file}"
