"""Where options come from: defaults, a file, the environment, flags; the later ones win.

Everything that is wrong is found before anything is told: a user who has three mistakes in a file
reads of three, each with its line.
"""

# Four sources and one table. pydantic-settings merges and converts them; what it cannot know is
# where a wrong value stood. So for each field its origin is noted beside it, and a message begins
# with the place that the user has to look at: a file and line, a variable, or a flag.

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, ValidationError, create_model
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from ftp_project.accounts.readers import LONGEST
from ftp_project.accounts.toml_file import TomlFileError, key_lines, line_of, read_toml
from ftp_project.config import Options
from ftp_project.errors import UsageError
from ftp_project.option import rebase_path
from ftp_project.settings.readers import several
from ftp_project.settings.rows import PREFIX, Row, rows
from ftp_project.settings.words import nearest, what_is_wrong

#: read when it is there and no other file is named
DEFAULT_FILE = Path("ftp_project.toml")
#: names another file
FILE_VARIABLE = f"{PREFIX}CONFIG"
DEFAULT = "default"


class Loaded(NamedTuple):
    """Options, and for each field where its value came from, in words."""

    options: Options
    origins: dict[str, str]


def load(flags: Mapping[str, Any], file: Path | None = None) -> Loaded:
    """Return the options from ``flags`` (by field), the environment, and a file.

    Without ``file`` the one that ``FTP_PROJECT_CONFIG`` names is read, or ``ftp_project.toml``
    when it is there. Raises ``UsageError`` with everything that is wrong.
    """
    table = rows()
    origins = {row.field: DEFAULT for row in table}
    mistakes: list[str] = []
    in_file = _read_file(_file(file), table, origins, mistakes)
    for name in os.environ:
        if name.startswith(PREFIX) and name != FILE_VARIABLE:
            row = next((row for row in table if row.variable == name), None)
            if row is None:
                known = [row.variable for row in table]
                mistakes.append(f"{name}: there is no such option{nearest(name, known)}")
            elif os.environ[name]:
                origins[row.field] = name
    origins.update({row.field: row.flag for row in table if row.field in flags})
    values: dict[str, Any] = {}
    try:
        given = {row.key: flags[row.field] for row in table if row.field in flags}
        found = _model(table, in_file)(**given)
        values = {row.field: getattr(found, row.key) for row in table}
    except ValidationError as error:
        mistakes += [_sentence(each, table, origins) for each in error.errors()]
    if mistakes:
        raise UsageError("\n".join(dict.fromkeys(mistakes)))
    return Loaded(Options(**values), origins)


def _file(named: Path | None) -> Path | None:
    if named is None and os.environ.get(FILE_VARIABLE):
        named = Path(os.environ[FILE_VARIABLE])
    if named is None and DEFAULT_FILE.exists():
        named = DEFAULT_FILE
    return named


def _read_file(
    path: Path | None, table: list[Row], origins: dict[str, str], mistakes: list[str]
) -> dict[str, Any]:
    """Return the file's values by key, and note where each stands and what is wrong."""
    if path is None:
        return {}
    try:
        data, text = read_toml(path)
    except TomlFileError as error:
        mistakes += error.lines()
        return {}
    lines = key_lines(text)
    base = path.absolute().parent
    found: dict[str, Any] = {}
    for key, value in data.items():
        where = f"{path}:{line_of(lines, (key,))}"
        row = next((row for row in table if row.name == key), None)
        if row is None:
            near = nearest(key, [row.name for row in table])
            mistakes.append(f"{where}: unknown key {key!r}{near}")
        else:
            origins[row.field] = where
            found[row.key] = _rebased(row, value, base)
    return found


def _rebased(row: Row, value: Any, base: Path) -> Any:
    rebase = row.option.rebase or (rebase_path if row.plain_type is Path else None)
    if rebase is None:
        return value
    if isinstance(value, list):
        return [rebase(each, base) if isinstance(each, str) else each for each in value]
    return rebase(value, base) if isinstance(value, str) and value else value


def _model(table: list[Row], in_file: dict[str, Any]) -> type[BaseSettings]:
    """Return the table as a model that reads the environment and has the file behind it."""

    class Base(BaseSettings):
        model_config = SettingsConfigDict(
            env_prefix=PREFIX, env_ignore_empty=True, case_sensitive=False
        )

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, InitSettingsSource(settings_cls, in_file)

    definitions: dict[str, Any] = {row.key: _definition(row) for row in table}
    return create_model("Settings", __base__=Base, **definitions)


def _definition(row: Row) -> tuple[Any, Any]:
    option = row.option
    kind: Any = row.type
    if row.many:
        kind = Annotated[kind, NoDecode, BeforeValidator(several)]
    elif option.read is not None:
        kind = Annotated[kind, NoDecode, BeforeValidator(_unless_none(option.read))]
    most = LONGEST if option.most is None and row.plain_type is float else option.most
    limits: dict[str, Any] = {"ge": option.least, "le": most}
    return kind, Field(
        default=row.default,
        **{name: limit for name, limit in limits.items() if limit is not None},
    )


def _unless_none(read: Any) -> Any:
    return lambda value: None if value is None else read(value)


def _sentence(error: ErrorDetails, table: list[Row], origins: dict[str, str]) -> str:
    row = next(row for row in table if row.key == error["loc"][0])
    origin = origins[row.field]
    text = what_is_wrong(error, row)
    return (
        f"{origin}: {text}"
        if origin in (row.flag, row.variable)
        else (f"{origin}: {row.name}: {text}")
    )
