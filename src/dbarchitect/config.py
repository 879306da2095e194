"""dbarchitect.toml: thresholds, checks to leave out, mutes with a reason and an end."""

import tomllib
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from dbarchitect.errors import ConfigError
from dbarchitect.model.check import Check
from dbarchitect.model.limits import Limits
from dbarchitect.model.task import Mute

FILE_NAME = "dbarchitect.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a configuration file says. `only` and `skip` are globs over checks' slugs; `style` turns house style on."""

    limits: Limits = field(default_factory=Limits)
    style: bool = False
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    mutes: tuple[Mute, ...] = ()

    def chosen(self, checks: tuple[Check, ...]) -> tuple[Check, ...]:
        """The checks to run. One that `only` names runs even when it is style."""
        return tuple(
            check
            for check in checks
            if not any(fnmatch(check.slug, glob) for glob in self.skip)
            and (any(fnmatch(check.slug, glob) for glob in self.only) if self.only else self.style or not check.style)
        )


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Checks(_Strict):
    style: bool = False
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()


class _Mute(_Strict):
    check: str = "*"
    subject: str = "*"
    reason: Annotated[str, Field(min_length=3)]
    until: date


_positive: dict[str, Any] = {
    f.name: (Annotated[int if isinstance(f.default, int) else float, Field(ge=0)], f.default) for f in fields(Limits)
}
_Limits = create_model("_Limits", __base__=_Strict, **_positive)


class _File(_Strict):
    limits: _Limits = _Limits()  # type: ignore[valid-type]
    checks: _Checks = _Checks()
    mute: tuple[_Mute, ...] = ()


def _explained(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())


def read_settings(path: Path | None) -> Settings:
    """The settings of a file; without a path those of ./dbarchitect.toml, or the defaults when there is none.

    Raises ConfigError for text that is no TOML, unknown names and values of a wrong kind.
    """
    chosen = path or Path(FILE_NAME)
    if not chosen.exists():
        if path is None:
            return Settings()
        raise ConfigError(f"there is no configuration file {chosen}", "give an existing file to --config, or leave it out")
    try:
        parsed = _File.model_validate(tomllib.loads(chosen.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{chosen} cannot be read as TOML: {error}", "mend the file at the place named") from error
    except ValidationError as error:
        raise ConfigError(
            f"{chosen}: {_explained(error)}",
            "the sections are [limits], [checks] and [[mute]]: see docs/reference/configuration.md",
        ) from error
    limits: BaseModel = parsed.limits
    return Settings(
        limits=Limits(**limits.model_dump()),
        style=parsed.checks.style,
        only=parsed.checks.only,
        skip=parsed.checks.skip,
        mutes=tuple(Mute(m.check, m.subject, m.reason, m.until) for m in parsed.mute),
    )


def default_limits_toml() -> str:
    """The [limits] section with every default, for the reference page."""
    return "[limits]\n" + "".join(f"{name} = {value}\n" for name, value in asdict(Limits()).items())
