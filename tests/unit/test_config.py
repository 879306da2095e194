"""dbarchitect.toml: what it accepts and how it refuses."""

from datetime import date
from pathlib import Path

import pytest

from dbarchitect.checks import all_checks
from dbarchitect.config import Settings, default_limits_toml, read_settings
from dbarchitect.errors import ConfigError
from dbarchitect.model.limits import Limits


def written(folder: Path, text: str) -> Path:
    path = folder / "dbarchitect.toml"
    path.write_text(text, "utf-8")
    return path


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_settings(None) == Settings()


def test_the_documented_defaults_are_the_defaults(tmp_path: Path) -> None:
    assert read_settings(written(tmp_path, default_limits_toml())).limits == Limits()


def test_limits_checks_and_mutes_are_read(tmp_path: Path) -> None:
    settings = read_settings(
        written(
            tmp_path,
            "[limits]\nsmall_table_rows = 5\n[checks]\nstyle = true\nskip = ['low_*']\n"
            "[[mute]]\ncheck = 'unused_index'\nsubject = 'a.*'\nreason = 'yearly'\nuntil = 2030-01-31\n",
        )
    )
    assert settings.limits.small_table_rows == 5
    assert settings.mutes[0].until == date(2030, 1, 31)
    chosen = {check.slug for check in settings.chosen(all_checks())}
    assert "varchar_limit" in chosen
    assert not any(slug.startswith("low_") for slug in chosen)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[limits]\nsmal_table_rows = 5\n", "smal_table_rows"),
        ("[limits]\nsmall_table_rows = -1\n", "small_table_rows"),
        ("[limits]\nsmall_table_rows = 'many'\n", "small_table_rows"),
        ("[[mute]]\ncheck = 'a'\nuntil = 2030-01-01\n", "reason"),
        ("[[mute]]\ncheck = 'a'\nreason = 'because'\n", "until"),
        ("[limits\n", "TOML"),
        ("colour = true\n", "colour"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as raised:
        read_settings(written(tmp_path, text))
    assert raised.value.next_step


def test_a_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no configuration file"):
        read_settings(tmp_path / "other.toml")
